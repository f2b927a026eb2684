#include "ofMain.h"
#include "ofxWingbeat.h"

class ofApp : public ofBaseApp {
 public:
  void setup() override { writer.field("position", ring.getVertices()).parameter(speed).setup("ring", 500); }

  void update() override {
    writer.update();  // applies requests of readers
    angle += speed / 100;
    ring.getVertices().resize(500);
    for (std::size_t i = 0; i < 500; ++i) {
      const float a = angle + static_cast<float>(i) / 80;
      ring.getVertices()[i] = {400 + 200 * std::cos(a), 300 + 200 * std::sin(1.3F * a), 0};
    }
    writer.publish();  // publishes one frame
  }

  void draw() override { ring.draw(); }

  ofPolyline ring;
  ofParameter<float> speed{"speed", 1, -5, 5};
  float angle = 0;
  ofxWingbeat::Writer writer;
};

int main() {
  ofSetupOpenGL(800, 600, OF_WINDOW);
  ofRunApp(std::make_shared<ofApp>());
}
