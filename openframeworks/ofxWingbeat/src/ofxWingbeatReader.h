// ofxWingbeat::Reader: reads the stream of another process into an app, and steers it.
#pragma once

#include "detail/system.hpp"  // first

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "detail/view.hpp"
#include "ofMain.h"
#include "wingbeat/wingbeat.hpp"

namespace ofxWingbeat {

// A reader of one stream.
//
//     reader.setup("swarm");                        // ofApp::setup()
//
//     reader.update();                              // ofApp::update(): takes the newest frame
//     if (reader.isFrameNew()) reader.vbo(vbo);     // from shared memory to the graphics card
//
//     vbo.draw(GL_POINTS, 0, reader.getCount());    // ofApp::draw()
//
// The stream may start after setup(), end and start again: the reader follows. It never slows the stream's writer.
// LIFETIME: the frame and every view of it stay valid and unchanged until the next update().
// FIELDS: a field name "" means the field with the positions: `position` if the stream has it, else the first per-agent
// field of 2 or 3 floating-point numbers, else the first per-agent field of more.
// THREADS: all calls come from the app's main thread.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) noexcept;  // the source is then as after its construction
  Reader& operator=(Reader&&) noexcept;

  // Names the stream: "swarm", or "alice/swarm" for a stream of the user alice. Does not wait. Returns false if the
  // name is not valid or the stream cannot be read (no rights, another format); the log says what to do. options: the
  // mode (the newest frame in each update(), or every frame in order), leases and more, see wingbeat::ReaderOptions.
  bool setup(const std::string& stream, const wingbeat::ReaderOptions& options = {});
  void close();

  // Takes the newest frame (with Mode::every: the next one), keeps parameters() equal in both directions, and logs
  // refused requests. Never waits. Call it once in ofApp::update(); with Mode::every, call it until isFrameNew() is
  // false to see all frames.
  void update();
  // Whether the last update() took a frame.
  bool isFrameNew() const;

  // ---------------------------------------------------------------------------------------------------- state
  bool isSetup() const;
  bool isConnected() const;  // the stream exists and its writer lives
  bool hasFrame() const;     // a frame is held; it stays after the writer has ended
  const std::string& getName() const;

  // Of the frame held; 0 if there is none.
  std::uint64_t getSeq() const;
  std::uint64_t getStep() const;
  double getTime() const;        // simulation time (s)
  std::size_t getCount() const;  // agents present
  // Of all frames since setup().
  std::uint64_t getReceived() const;
  std::uint64_t getMissed() const;  // with Mode::every: frames lost; otherwise 0, since skipping frames is then no loss
  std::uint64_t getRestarts() const;
  float getFrameRate() const;  // frames published per second, over half a second; 0 at first

  // ----------------------------------------------------------------------------------------------------------- data
  // All fields, in the stream's order; empty while not connected.
  std::vector<wb_field_info> getFields() const;
  // The name of the field that "" stands for; "" if there is none.
  std::string getPositionField() const;
  std::string getAttribute(const std::string& key) const;  // "" if there is none

  // The numbers of a field in shared memory, without a copy: array(i, c) is number c of agent i. Empty if there is no
  // frame, no such field, or if its element type is not T; the log gives the reason once.
  template <class T = float>
  wingbeat::Array<const T> array(const std::string& field) const {
    return view(field, wingbeat::detail::checked_type_of<T>()).template as<T>();
  }

  // The field's rows as points. A field of three floats is not copied. Other fields are converted once per frame:
  // missing coordinates become 0, further ones are left out.
  wingbeat::Span<const glm::vec3> points(const std::string& field = "") const;
  // Copies them.
  bool points(std::vector<glm::vec3>& out, const std::string& field = "") const;

  // Sets the mesh's vertices, and its colours if the frame has them (see vbo()). Without colours in the frame the mesh
  // keeps its own, if there is one per vertex. The mesh's mode does not change.
  bool mesh(ofMesh& out, const std::string& field = "") const;

  // Sets the polyline's vertices. It stays open or closed.
  bool polyline(ofPolyline& out, const std::string& field = "") const;

  // Uploads the field to the graphics card. A field of 32-bit floats goes there directly from the frame; other fields
  // are converted first. The first 2 or 3 numbers of a row are the vertex. Colours are the four numbers labelled "r g b
  // a", or the last four of seven without labels (vertices and colours are then interleaved, one upload); otherwise a
  // per-agent field `color` or `colour` of 3 or 4 floats. Draw getCount() vertices: vbo.draw(GL_POINTS, 0,
  // reader.getCount()). If the frame has no such field, the ofVbo is cleared. Needs the GL context.
  bool vbo(ofVbo& out, const std::string& field = "") const;

  // ---------------------------------------------------------------------------------------------------------- steering
  // Each sends a request to the stream's writer and does not wait. Returns false if the request cannot be sent (not
  // connected, no such parameter, out of range). If the writer refuses it, a later update() logs the reason.
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  bool set(const std::string& parameter, T value) {
    return set_number(parameter, static_cast<double>(value));
  }
  bool set(const std::string& parameter, const std::string& text);  // the name of a choice, "true", "0.02"
  bool trigger(const std::string& name);
  bool command(const std::string& name, std::initializer_list<double> arguments);
  bool command(const std::string& name, const std::vector<double>& arguments);
  // The parameter's present value at the writer, or `otherwise` if there is no such parameter.
  double get(const std::string& parameter, double otherwise = 0) const;

  // The stream's parameters as a group, for a GUI: panel.setup(reader.parameters()). Empty until the stream exists.
  // update() sends requests for values changed in the GUI, and shows values changed elsewhere. flocking.alignment is
  // `alignment` in a group `flocking`. Numbers are ofParameter<float>, integers <int>, choices <int> beginning with 0,
  // triggers <void>.
  ofParameterGroup& parameters();
  // Whether the last update() filled the group anew or emptied it (another stream, another schema). Build the GUI again
  // if so.
  bool areParametersNew() const;

  // Wingbeat's own object; nullptr before setup(). Valid until close() or setup().
  wingbeat::Reader* getReader();
  // The frame held; nullptr if there is none. Valid until the next update().
  const wingbeat::Frame* getFrame() const;

 private:
  struct State;

  detail::View view(const std::string& field, int type) const;
  bool set_number(const std::string& parameter, double value);

  std::unique_ptr<State> state_;
};

}  // namespace ofxWingbeat
