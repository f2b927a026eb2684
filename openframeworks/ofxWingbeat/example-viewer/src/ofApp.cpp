#include "ofApp.h"

#include <algorithm>

namespace {

// The entry `step` positions after `now`, in a circle; the first entry if `now` is not in the list.
std::string neighbour(const std::vector<std::string>& names, const std::string& now, int step) {
  if (names.empty()) return "";
  const auto found = std::find(names.begin(), names.end(), now);
  if (found == names.end()) return names.front();
  const int count = static_cast<int>(names.size());
  const int index = (static_cast<int>(found - names.begin()) + step + count) % count;
  return names[static_cast<std::size_t>(index)];
}

}  // namespace

void ofApp::setup() {
  ofSetVerticalSync(true);
  ofBackground(16);
  if (!wanted.empty()) open(wanted);
}

void ofApp::open(const std::string& stream) {
  reader.setup(stream);
  field.clear();
  fields.clear();
  isFitted = false;
  lastSeq = skipped = 0;
}

// The stream given as argument, or the first one found.
void ofApp::lookForStreams() {
  const auto found = wingbeat::streams();
  if (!found) return;
  streams = found.value();
  if (!reader.isSetup() && !streams.empty()) open(streams.front());
}

void ofApp::update() {
  if (ofGetFrameNum() % 60 == 0) lookForStreams();
  reader.update();
  if (reader.areParametersNew()) panel.setup(reader.parameters());
  if (!reader.isFrameNew()) return;
  listFields();
  countSkipped();
  reader.vbo(vbo, field);
  if (!isFitted) fitCamera();
}

// After a restart with other fields, the field to draw is chosen again.
void ofApp::listFields() {
  fields.clear();
  for (const auto& info : reader.getFields())
    if (info.per_agent != 0 && info.dimensions > 1 && info.shape[0] >= 2) fields.emplace_back(info.name);
  if (std::find(fields.begin(), fields.end(), field) == fields.end()) field = reader.getPositionField();
}

void ofApp::countSkipped() {
  const std::uint64_t seq = reader.getSeq(), restarts = reader.getRestarts();
  if (lastSeq != 0 && restarts == lastRestarts && seq > lastSeq) skipped += seq - lastSeq - 1;
  lastSeq = seq;
  lastRestarts = restarts;
}

void ofApp::fitCamera() {
  const auto points = reader.points(field);
  if (points.empty()) return;
  glm::vec3 low = points[0], high = points[0];
  for (const glm::vec3& point : points) {
    low = glm::min(low, point);
    high = glm::max(high, point);
  }
  camera.setTarget((low + high) / 2.0F);
  camera.setDistance(std::max(glm::length(high - low), 0.001F) * 1.2F);
  isFitted = true;
}

void ofApp::draw() {
  camera.begin();
  glPointSize(2);
  ofSetColor(ofColor::white);
  if (reader.hasFrame()) vbo.draw(GL_POINTS, 0, static_cast<int>(reader.getCount()));
  camera.end();
  if (drawPanel && panel.getNumControls() > 0) panel.draw();  // a panel before its setup() has no icons to draw
  const float bottom = static_cast<float>(ofGetHeight());
  ofDrawBitmapString(describe(), 250, bottom - 50);
  ofDrawBitmapString("left, right: stream   up, down: field   f: fit   g: panel", 250, bottom - 20);
}

std::string ofApp::describe() const {
  if (!reader.isSetup()) return "no stream on this machine yet: start one";
  if (!reader.hasFrame()) return reader.getName() + ": waiting for its first frame";
  std::string text = reader.getName() + "." + (field.empty() ? "nothing to draw" : field);
  text += "   frame " + ofToString(reader.getSeq()) + ", " + ofToString(reader.getFrameRate(), 1) + "/s";
  text += "   " + ofToString(reader.getCount()) + " agents   skipped " + ofToString(skipped);
  text += ", missed " + ofToString(reader.getMissed());
  if (!reader.isConnected()) text += "   (has ended)";
  return text;
}

void ofApp::openNext(int step) {
  lookForStreams();
  const std::string next = neighbour(streams, reader.getName(), step);
  if (!next.empty() && next != reader.getName()) open(next);
}

void ofApp::showNextField(int step) {
  field = neighbour(fields, field, step);
  isFitted = false;
  if (reader.hasFrame()) reader.vbo(vbo, field);
}

void ofApp::keyPressed(int key) {
  switch (key) {
    case OF_KEY_LEFT:
      openNext(-1);
      break;
    case OF_KEY_RIGHT:
      openNext(1);
      break;
    case OF_KEY_UP:
      showNextField(-1);
      break;
    case OF_KEY_DOWN:
      showNextField(1);
      break;
    case 'f':
      fitCamera();
      break;
    case 'g':
      drawPanel = !drawPanel;
      break;
    default:
      break;
  }
}
