// ofxWingbeat::Writer: makes an app live.
#pragma once

#include "detail/system.hpp"  // first

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "detail/bound_writer.hpp"
#include "detail/of_numbers.hpp"
#include "ofMain.h"
#include "wingbeat/wingbeat.hpp"

namespace ofxWingbeat {

// The one source of a stream. Describe what there is to see and to steer, setup(), then two calls in update().
//
//     struct Agent { glm::vec3 position, velocity; };          // ofApp.h
//     std::vector<Agent> agents;
//     ofParameterGroup parameters;
//     ofxWingbeat::Writer writer;
//
//     writer.parameters(parameters);                        // ofApp::setup()
//     writer.field("position", agents, &Agent::position);
//     writer.setup("flock");
//
//     writer.update();                                      // ofApp::update(): parameters, triggers, commands
//     step(agents);
//     writer.publish();                                     // one frame: a strided copy per field
//
// LIFETIME: what field() and value() were given is looked at whenever a frame is published: it must outlive the Writer, or
// close(). Temporaries do not compile. (Of an ofParameter a reference is kept: it may go before.)
// NAMES: any text; what a stream cannot hold becomes '_' ("Wind Speed" is Wind_Speed), see detail/names.hpp.
class Writer {
 public:
  Writer();
  ~Writer();  // ends the stream: readers are told
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  Writer(Writer&&) noexcept;  // what was moved from is as new
  Writer& operator=(Writer&&) noexcept;

  // ---------------------------------------------------------------------------------- what can be seen: before setup()
  // A field has one row of numbers for each agent. All fields of a stream have as many agents as the first, in each
  // frame. T: float, double, integers of 8 to 64 bits; glm::vec2/3/4, ofVec2f/3f/4f, ofFloatColor, ofColor,
  // glm::quat, std::array of numbers. unit: "m", for people.

  // From the app's own agents: field("position", agents, &Agent::position). One strided copy per frame.
  template <class Agent, class Owner, class T,
            class = std::enable_if_t<std::is_object_v<T> && std::is_base_of_v<Owner, Agent>>>
  Writer& field(const std::string& name, const std::vector<Agent>& agents, T Owner::*member,
                const std::string& unit = "") {
    return per_agent<T>(name, unit, [&agents, member] {
      const void* const first = agents.empty() ? nullptr : &(agents.front().*member);
      return detail::Rows{first, sizeof(Agent), agents.size()};
    });
  }

  // From what a function says of each agent: field("speed", agents, [](const Agent& a) { return a.speed(); }), or
  // field("position", agents, &Agent::getPosition). For anything that can be gone through, of pointers too:
  // field("position", agents, [](const std::unique_ptr<Agent>& a) { return a->position; }).
  template <class Agents, class Get,
            class T = std::decay_t<std::invoke_result_t<Get, decltype(*std::begin(std::declval<const Agents&>()))>>>
  Writer& field(const std::string& name, const Agents& agents, Get get, const std::string& unit = "") {
    const auto gathered = std::make_shared<std::vector<T>>();
    return per_agent<T>(name, unit, [&agents, get = std::move(get), gathered] {
      gathered->clear();
      for (const auto& agent : agents) gathered->push_back(std::invoke(get, agent));
      return detail::rows_of(*gathered);
    });
  }

  // From a vector of numbers or points: field("position", points).
  template <class T, class = std::enable_if_t<detail::Numbers<T>::known>>
  Writer& field(const std::string& name, const std::vector<T>& points, const std::string& unit = "") {
    return per_agent<T>(name, unit, [&points] { return detail::rows_of(points); });
  }

  // The vertices of a mesh (or ofVboMesh); of a polyline.
  Writer& field(const std::string& name, const ofMesh& mesh, const std::string& unit = "");
  Writer& field(const std::string& name, const ofPolyline& polyline, const std::string& unit = "");

  // The vertices of an ofVbo, three floats each, read back from the graphics card: this waits for the card to finish, in
  // each frame. Publish what the ofVbo was filled from where you can. Not with OpenGL ES.
  Writer& field(const std::string& name, const ofVbo& vbo, const std::string& unit = "");

  // A mesh's vertices as `position`, and what else it has when this is called: `normal`, `color`, `texture_coordinate`.
  Writer& mesh(const ofMesh& mesh, const std::string& unit = "");

  // Temporaries: what a function returns by value would be gone before the first frame.
  template <class Agent, class Owner, class T, class = std::enable_if_t<std::is_object_v<T>>>
  Writer& field(const std::string& name, const std::vector<Agent>&& agents, T Owner::*member,
                const std::string& unit = "") = delete;
  template <class Agents, class Get,
            class = std::invoke_result_t<Get, decltype(*std::begin(std::declval<const Agents&>()))>>
  Writer& field(const std::string& name, const Agents&& agents, Get get, const std::string& unit = "") = delete;
  template <class T>
  Writer& field(const std::string& name, const std::vector<T>&& points, const std::string& unit = "") = delete;
  Writer& field(const std::string& name, const ofMesh&& mesh, const std::string& unit = "") = delete;
  Writer& field(const std::string& name, const ofPolyline&& polyline, const std::string& unit = "") = delete;
  Writer& field(const std::string& name, const ofVbo&& vbo, const std::string& unit = "") = delete;
  Writer& mesh(const ofMesh&& mesh, const std::string& unit = "") = delete;

  // A field of whose numbers nothing is bound: you fill it in publish(fill). field<glm::vec3>("force", "N").
  template <class T>
  Writer& field(const std::string& name, const std::string& unit = "") {
    return per_agent<T>(name, unit, nullptr);
  }

  // One thing of the whole app, in each frame: value("centre", centre), value("wind", wind, "m/s").
  template <class T, class = std::enable_if_t<detail::Numbers<T>::known>>
  Writer& value(const std::string& name, const T& value, const std::string& unit = "") {
    return whole<T>(name, unit, [&value] { return detail::Rows{&value, sizeof(T), 1}; });
  }

  template <class T>
  Writer& value(const std::string& name, const T&& value, const std::string& unit = "") = delete;

  // A fact that does not change: attribute("model", "zones").
  Writer& attribute(const std::string& key, const std::string& value);

  // ------------------------------------------------------------------------------ what can be steered: before setup()
  // All parameters of a group, and of the groups in it: "Alignment" of a group "flocking" in this one is
  // flocking.Alignment. Both ways, from then on: a request changes the ofParameter in update(), with its listeners, and so
  // the GUI; what the GUI changes, readers see.
  //
  //     float, double                      a number with the parameter's range
  //     int and other whole numbers, bool  the same; a choice, if choices() gave its alternatives names
  //     glm::vec2/3/4, ofFloatColor        one number each: centre.x, centre.y ...; tint.r ...
  //     ofColor                            the same, whole numbers 0 to 255
  //     void                               a trigger
  //
  // Others (std::string, ofRectangle, read-only ones) are left out, and a notice says so.
  Writer& parameters(ofParameterGroup& group);
  // One parameter alone, of the same types; or a group.
  Writer& parameter(ofAbstractParameter& parameter);
  // Names the values from getMin() (0, usually) on: choices(boundary, "open periodic reflecting"). The parameter is in the
  // group as well, or given to parameter().
  Writer& choices(const ofParameter<int>& parameter, const std::string& names);

  // An act of the app, done in update(): trigger("scatter", [this] { flock.scatter(); }).
  Writer& trigger(const std::string& name, std::function<void()> act, const std::string& help = "");

  // An act with up to 8 numbers: command("place", "id x y z", [this](const std::vector<double>& a) { ... }).
  // The function returns nothing, or a std::string: why it was refused, empty if it was not. The sender reads that. What it throws is a
  // refusal as well.
  template <class Act>
  Writer& command(const std::string& name, const std::string& arguments, Act act, const std::string& help = "") {
    using Numbers = const std::vector<double>&;
    if constexpr (std::is_void_v<std::invoke_result_t<Act&, Numbers>>) {
      return add_command(name, arguments, help, [act = std::move(act)](Numbers numbers) mutable {
        act(numbers);
        return std::string();
      });
    } else {
      return add_command(name, arguments, help, std::move(act));
    }
  }

  // ----------------------------------------------------------------------------------------------------------- go live
  // Creates the stream. capacity: the highest number of agents a frame can hold; 0: as many as there are now. Memory is
  // reserved here. False, and an error in the log, if the name is bad or taken, or memory is short; the app runs on without
  // a stream, and update() and publish() do nothing. Calling it again makes the stream anew, with what was described, with a larger capacity
  // for one: readers see a restart. So may a trigger, a command or a parameter's listener that update() calls, and close() it as well.
  bool setup(const std::string& stream, std::size_t capacity = 0);
  // Ends the stream and forgets its description. Readers wait for the next one.
  void close();
  bool isSetup() const;

  // Call it once in ofApp::update(), also while the simulation is paused: takes what readers ask (parameters, triggers,
  // commands), shows readers what the GUI changed.
  void update();

  // One frame of all bound fields. step counts 1, 2, 3 ... and time is ofGetElapsedTimef() unless you say otherwise. More agents than
  // the capacity: the first ones, and a warning. False if there is no stream or the fields disagree about the number of
  // agents.
  bool publish();
  bool publish(std::uint64_t step, double time);
  // The same, with a last word: fill(wingbeat::Slot& frame) writes the unbound fields in place, in shared memory.
  //     writer.publish(step, t, [&](wingbeat::Slot& frame) { simulate(frame.span<float>("force")); });
  // Within it setup() and close() do nothing but log an error: the frame lies in the stream's memory.
  // With unbound fields alone, frame.set_count(n) says how many agents there are.
  bool publish(std::uint64_t step, double time, const std::function<void(wingbeat::Slot&)>& fill);

  // ------------------------------------------------------------------------------------------------------------ figures
  std::uint64_t getFrameCount() const;  // published since setup()
  std::size_t getCapacity() const;
  const std::string& getName() const;  // of the stream
  // For everything else Wingbeat can do (lock-step, statistics); nullptr while there is no stream.
  wingbeat::Writer* getWriter();

 private:
  struct State;

  template <class T>
  static detail::FieldDescription describe(const std::string& name, const std::string& unit, bool per_agent,
                                           detail::Source source) {
    static_assert(detail::Numbers<T>::known,
                  "a field is made of numbers: float, double, integers, glm::vec3, ofFloatColor, std::array ...");
    return {name,
            unit,
            detail::Numbers<T>::labels,
            detail::Numbers<T>::type,
            detail::Numbers<T>::count,
            per_agent,
            std::move(source)};
  }
  template <class T>
  Writer& per_agent(const std::string& name, const std::string& unit, detail::Source source) {
    return add_field(describe<T>(name, unit, true, std::move(source)));
  }
  template <class T>
  Writer& whole(const std::string& name, const std::string& unit, detail::Source source) {
    return add_field(describe<T>(name, unit, false, std::move(source)));
  }
  Writer& add_field(detail::FieldDescription field);
  Writer& add_command(const std::string& name, const std::string& arguments, const std::string& help,
                      detail::Command act);

  std::unique_ptr<State> state_;
};

}  // namespace ofxWingbeat
