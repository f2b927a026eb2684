// ofxWingbeat::Reader: shows another process's stream in an app, and steers it.
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

// A reader of one stream, which need not be there yet.
//
//     reader.setup("swarm");                               // ofApp::setup()
//
//     reader.update();                                     // ofApp::update(): the newest frame, if there is one
//     if (reader.isFrameNew()) reader.vbo(vbo);        // from shared memory to the graphics card
//
//     vbo.draw(GL_POINTS, 0, reader.getCount());           // ofApp::draw()
//
// Waits for a stream that comes later and follows restarts by itself. Never slows the stream's writer.
// LIFETIME: the frame, and every view of it, stays unchanged until the next update().
// FIELDS: where a field is asked for, "" is the stream's place: `position` if it has that, else its first per-agent field of 2 or 3
// floating-point numbers, else the first of more.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) noexcept;  // what was moved from is as new
  Reader& operator=(Reader&&) noexcept;

  // Names the stream: "swarm", or another user's "alice/swarm". Does not wait. False for a name that cannot be, or a stream that
  // cannot be read (no rights, another format); the log says what to do.
  // options: the newest frame in each update(), or each in order (mode); in place or by copying: see wingbeat::ReaderOptions.
  bool setup(const std::string& stream, const wingbeat::ReaderOptions& options = {});
  void close();

  // Call it once in ofApp::update(); with Mode::every again and again until isFrameNew() is false, to see each frame. Takes the newest frame
  // (with Mode::every: the next one), syncs parameters() both ways, logs refused requests. Never waits.
  void update();
  // Whether that update() brought a frame.
  bool isFrameNew() const;

  // ---------------------------------------------------------------------------------------------------- where it stands
  bool isSetup() const;
  bool isConnected() const;  // there is a stream, and its writer lives
  bool hasFrame() const;     // one is held: stays after the writer has ended
  const std::string& getName() const;

  // Of the frame held; 0 without one.
  std::uint64_t getSeq() const;
  std::uint64_t getStep() const;
  double getTime() const;        // s, of the simulation
  std::size_t getCount() const;  // agents present
  // Of all frames.
  std::uint64_t getReceived() const;
  std::uint64_t getMissed() const;  // with Mode::every: lost, exactly. Of the newest, what was skipped is no loss
  std::uint64_t getRestarts() const;
  float getFrameRate() const;  // frames published per second, over the last half of one; 0 before that

  // ----------------------------------------------------------------------------------------------------------- its data
  // All fields, in the stream's order; empty while not connected.
  std::vector<wb_field_info> getFields() const;
  // The name of the field that "" means, "" if there is none.
  std::string getPlace() const;
  std::string getAttribute(const std::string& key) const;  // "" if there is none

  // The numbers of a field in shared memory, no copy: array(i, c) is number c of agent i. Empty if there is no frame, no
  // such field, or its elements are no T; the log says which, once.
  template <class T = float>
  wingbeat::Array<const T> array(const std::string& field) const {
    return view(field, wingbeat::detail::checked_type_of<T>()).template as<T>();
  }

  // The field's points. In place where it is made of three floats; else converted, once per frame (numbers of any type; what is
  // missing of three is 0, what is beyond is left out).
  wingbeat::Span<const glm::vec3> points(const std::string& field = "") const;
  // Copies them.
  bool points(std::vector<glm::vec3>& out, const std::string& field = "") const;

  // Into a mesh: its vertices, and its colours, if the frame has them: see vbo(). Else the mesh keeps its own if there are as many as
  // vertices. Its mode is left as it is.
  bool mesh(ofMesh& out, const std::string& field = "") const;

  // As the vertices of a polyline, which stays open or closed as it was.
  bool polyline(ofPolyline& out, const std::string& field = "") const;

  // Into the graphics card's memory, straight from the frame, no copy in between, where the field is of 32-bit floats: the first
  // 2 or 3 of an agent's numbers are its vertex. If four of them are labelled "r g b a", or there are seven without labels,
  // those are its colour: vertices and colours interleaved, in one upload. Otherwise a per-agent field `color` or `colour` of 3 or 4
  // floats gives the colours. Other fields are converted first.
  // Draw getCount() of them: vbo.draw(GL_POINTS, 0, reader.getCount()). If the frame has no such field, the ofVbo is cleared, and
  // nothing is drawn. Needs the GL context, as all of ofVbo.
  bool vbo(ofVbo& out, const std::string& field = "") const;

  // ------------------------------------------------------------------------------------------------------------- steering
  // Each asks the stream's writer, and does not wait; false if that cannot be (not connected, no such parameter, out of
  // range). What it refuses comes to the log in a later update(), with its reason.
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  bool set(const std::string& parameter, T value) {
    return set_number(parameter, static_cast<double>(value));
  }
  bool set(const std::string& parameter, const std::string& text);  // the name of a choice, "true", "0.02"
  bool trigger(const std::string& name);
  bool command(const std::string& name, std::initializer_list<double> arguments);
  bool command(const std::string& name, const std::vector<double>& arguments);
  // A parameter's present value at the writer; `otherwise` if there is none.
  double get(const std::string& parameter, double otherwise = 0) const;

  // The stream's parameters as a group, for a GUI: panel.setup(reader.parameters()). Empty until the stream is there. Synced in
  // update(), both ways: what the GUI changes is asked for, what others change shows here. flocking.alignment is
  // `alignment` in a group `flocking`; numbers are ofParameter<float>, whole ones <int>, choices <int> from 0 on,
  // triggers <void>.
  ofParameterGroup& parameters();
  // Whether the group was filled anew, or emptied, since the update() before (another stream, another schema): build the GUI again.
  bool areParametersNew() const;

  // For everything else Wingbeat can do; nullptr before setup().
  wingbeat::Reader* getReader();
  // The frame held; nullptr without one.
  const wingbeat::Frame* getFrame() const;

 private:
  struct State;

  detail::View view(const std::string& field, int type) const;
  bool set_number(const std::string& parameter, double value);

  std::unique_ptr<State> state_;
};

}  // namespace ofxWingbeat
