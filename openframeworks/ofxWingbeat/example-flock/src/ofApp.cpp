#include "ofApp.h"

#include <algorithm>
#include <cmath>

namespace {

constexpr float kStartDepth = 100;  // of the box the flock starts in; the window is its width and height
constexpr float kSourceRadius = 15;
constexpr float kPanelWidth = 230, kMargin = 10, kRowHeight = 50;
constexpr std::size_t kMostNumbers = 10;
constexpr int kMostFramesAtOnce = 16;  // bounds the work per update() for a fast stream
constexpr double kReach = 1e6;

// The opacity of a zone by its strength: low even for strong zones, since hundreds of spheres overlap.
int alphaOf(const ofParameter<float>& strength) {
  return static_cast<int>(ofMap(strength, 0, strength.getMax(), 6, 60));
}

void drawBox(const Bounds& bounds) {
  const glm::vec3 centre = bounds.centre(), size = bounds.size();
  ofPushStyle();
  ofNoFill();
  ofSetColor(ofColor::white);
  ofDrawBox(centre.x, centre.y, centre.z, size.x, size.y, size.z);
  ofPopStyle();
}

void drawSpheres(const std::vector<Source>& sources, const ofColor& colour) {
  ofSetColor(colour);
  for (const Source& source : sources) ofDrawSphere(source.position, kSourceRadius);
}

}  // namespace

void ofApp::setup() {
  ofSetVerticalSync(true);
  ofSetFrameRate(Flock::kStepsPerSecond);
  ofBackground(16);
  ofSetSphereResolution(8);
  const glm::vec3 corner(static_cast<float>(ofGetWidth()) / 2, static_cast<float>(ofGetHeight()) / 2, 0);
  flock.scatter(agentCount, -corner, corner + glm::vec3(0, 0, kStartDepth));
  setupPanel();
  setupCameras();
  offerMore();
  live.field("position", flock.agents(), &Agent::position).parameters(controls.all).setup("flock");  // live, 3 of 5
}

void ofApp::setupPanel() {
  panel.setup(controls.panel, "settings.xml");
  listeners.push(controls.addAttractor.newListener([this] { flock.addAttractor(); }));
  listeners.push(controls.clearAttractors.newListener([this] { flock.clearAttractors(); }));
  listeners.push(controls.addRepulsor.newListener([this] { flock.addRepulsor(); }));
  listeners.push(controls.clearRepulsors.newListener([this] { flock.clearRepulsors(); }));
}

void ofApp::setupCameras() {
  for (ofCamera* camera : {static_cast<ofCamera*>(&orbitCamera), &followCamera}) {
    camera->setNearClip(1);
    camera->setFarClip(200000);
  }
  moveCameras();
  setProjection();
  windowResized(ofGetWidth(), ofGetHeight());
  listeners.push(controls.distance.newListener([this](int&) { moveCameras(); }));
  listeners.push(controls.followCamera.newListener([this](bool&) {
    followCamera.setPosition(orbitCamera.getPosition());  // keep the point of view
  }));
  listeners.push(controls.fieldOfView.newListener([this](int&) { setProjection(); }));
  listeners.push(controls.orthographic.newListener([this](bool&) { setProjection(); }));
}

void ofApp::moveCameras() {
  orbitCamera.setDistance(static_cast<float>(controls.distance));
  followCamera.setPosition(orbitCamera.getPosition());
}

void ofApp::setProjection() {
  for (ofCamera* camera : {static_cast<ofCamera*>(&orbitCamera), &followCamera}) {
    camera->setFov(static_cast<float>(controls.fieldOfView));
    if (controls.orthographic) {
      camera->enableOrtho();
    } else {
      camera->disableOrtho();
    }
  }
}

// Beyond the five lines: a second field, a trigger and a command, and the stream that an analysis publishes.
void ofApp::offerMore() {
  live.attribute("model", "zones").field("velocity", flock.agents(), &Agent::velocity);
  live.command(
      "place", "id x y z", [this](const std::vector<double>& a) { return place(a); }, "Puts an agent somewhere.");
  const auto event = [this] {
    flock.addAttractor();
    flock.addRepulsor();
  };
  live.trigger("event", event, "Adds an attractor and a repulsor.");
  wingbeat::ReaderOptions options;
  options.mode = wingbeat::Mode::every;
  latent.setup("latent", options);
}

// Returns the reason of a refusal, or an empty text.
std::string ofApp::place(const std::vector<double>& arguments) {
  const double id = arguments[0];
  const std::size_t count = flock.agents().size();
  if (!(id >= 0 && id < static_cast<double>(count)) || id != std::floor(id)) {
    return "there are agents 0 to " + ofToString(count - 1) + " only";
  }
  glm::vec3 position;
  for (int axis = 0; axis < 3; ++axis) {
    const double x = arguments[static_cast<std::size_t>(axis) + 1];
    if (std::abs(x) > kReach) return "x, y and z must be between -1e6 and 1e6";
    position[axis] = static_cast<float>(x);
  }
  flock.agents()[static_cast<std::size_t>(id)].position = position;
  return {};
}

void ofApp::update() {
  live.update();  // live, 4 of 5
  readLatent();
  flock.step(controls.settings());
  live.publish(flock.stepCount(), flock.time());  // live, 5 of 5
  positionLog.add(flock.agents());
  if (controls.followCamera) followCamera.lookAt(flock.bounds().centre());
  if (flock.stepCount() % Flock::kStepsPerSecond == 0) showState();
}

// Reads a stream that may start later, restart, or never exist.
void ofApp::readLatent() {
  for (int i = 0; i < kMostFramesAtOnce; ++i) {
    latent.update();
    if (!latent.isFrameNew()) return;
    const auto numbers = latent.array<float>("code").flat();
    sparklines.resize(std::min(numbers.size(), kMostNumbers));
    for (std::size_t k = 0; k < sparklines.size(); ++k) sparklines[k].add(numbers[k]);
  }
}

void ofApp::showState() const {
  std::string title = "flock: " + ofToString(ofGetFrameRate(), 1) + " steps/s";
  title += latent.isConnected() ? ", latent: " + ofToString(latent.getFrameRate(), 1) + "/s" : ", no latent yet";
  if (positionLog.isOn()) title += ", writing positions";
  ofSetWindowTitle(title);
}

void ofApp::draw() {
  ofCamera& camera = controls.followCamera ? followCamera : orbitCamera;
  camera.begin();
  drawSpace();
  camera.end();
  if (drawSparklines) drawLatent();
  if (drawPanel) panel.draw();
}

void ofApp::drawSpace() const {
  ofPushStyle();
  ofEnableDepthTest();
  ofSetColor(ofColor::lightGray);
  for (const Agent& agent : flock.agents()) agent.draw();
  if (drawSources) {
    drawSpheres(flock.attractors(), ofColor::white);
    drawSpheres(flock.repulsors(), ofColor::indianRed);
  }
  if (controls.drawBounds) drawBox(flock.bounds());
  ofDisableDepthTest();
  if (controls.drawNeighbourhoods) {
    ofEnableBlendMode(OF_BLENDMODE_ALPHA);
    for (const Agent& agent : flock.agents()) drawNeighbourhood(agent);
  }
  ofPopStyle();
}

// The zones' outer borders. The thresholds are shares of the squared distance.
void ofApp::drawNeighbourhood(const Agent& agent) const {
  const float reach = controls.neighbourhood;
  ofSetColor(ofColor::lightBlue, alphaOf(controls.cohesion));
  ofDrawSphere(agent.position, reach);
  ofSetColor(ofColor::lightYellow, alphaOf(controls.alignment));
  ofDrawSphere(agent.position, reach * std::sqrt(controls.highThreshold.get()));
  ofSetColor(ofColor::paleVioletRed, alphaOf(controls.separation));
  ofDrawSphere(agent.position, reach * std::sqrt(controls.lowThreshold.get()));
}

// In rows over the lower part of the window, the first number on top.
void ofApp::drawLatent() const {
  if (sparklines.empty()) return;
  const float left = drawPanel ? kPanelWidth : kMargin;
  const float width = static_cast<float>(ofGetWidth()) - left - kMargin, bottom = static_cast<float>(ofGetHeight());
  const auto rows = static_cast<float>(sparklines.size());
  const float height = std::min(kRowHeight, bottom / rows);
  ofPushStyle();
  float top = bottom - rows * height;
  for (std::size_t i = 0; i < sparklines.size(); ++i, top += height) {
    ofSetColor(255, 0, static_cast<int>(25 * i));
    sparklines[i].draw(ofRectangle(left, top, width, height - kMargin / 2));
  }
  ofPopStyle();
}

void ofApp::keyPressed(int key) {
  switch (key) {
    case 'a':
      drawSources = !drawSources;
      break;
    case 'e':
      controls.automatic = !controls.automatic;
      break;
    case 'f':
      ofToggleFullscreen();
      break;
    case 'g':
      drawPanel = !drawPanel;
      windowResized(ofGetWidth(), ofGetHeight());
      break;
    case 's':
      drawSparklines = !drawSparklines;
      break;
    case 'w':
      positionLog.toggle();
      break;
    default:
      break;
  }
}

// The mouse turns the camera beside the panel, and the panel's sliders on it.
void ofApp::windowResized(int width, int height) {
  const float left = drawPanel ? kPanelWidth : 0;
  orbitCamera.setControlArea(ofRectangle(left, 0, static_cast<float>(width) - left, static_cast<float>(height)));
}
