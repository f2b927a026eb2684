// ofxWingbeat::Writer: publishes the data of an app as a stream.
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

// The writer of one stream. Describe its fields and parameters, call setup(), then call update() and publish() in each
// ofApp::update().
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
// LIFETIME: each publish() reads the objects given to field() and value(), so they must live until close() or the end
// of the Writer. Temporaries do not compile. An ofParameter may end earlier: the Writer keeps a reference to its value.
// NAMES: any text. Characters that a name cannot have become '_' ("Wind Speed" becomes Wind_Speed), see
// detail/names.hpp.
// THREADS: all calls come from the app's main thread.
class Writer {
 public:
  Writer();
  ~Writer();  // ends the stream; its readers then wait for the next writer
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  Writer(Writer&&) noexcept;  // the source is then as after its construction
  Writer& operator=(Writer&&) noexcept;

  // ---------------------------------------------------------------------------------- fields: before setup()
  // A field has one row of numbers per agent. In each frame all fields of the stream have the same number of agents.
  // T is float, double, an integer of 8 to 64 bits, glm::vec2/3/4, glm::quat, ofVec2f/3f/4f, ofFloatColor, ofColor or a
  // std::array of numbers. unit: for example "m"; it is shown and not interpreted.

  // A member of each agent: field("position", agents, &Agent::position). Costs one strided copy per frame.
  template <class Agent, class Owner, class T,
            class = std::enable_if_t<std::is_object_v<T> && std::is_base_of_v<Owner, Agent>>>
  Writer& field(const std::string& name, const std::vector<Agent>& agents, T Owner::*member,
                const std::string& unit = "") {
    return per_agent<T>(name, unit, [&agents, member] {
      const void* const first = agents.empty() ? nullptr : &(agents.front().*member);
      return detail::Rows{first, sizeof(Agent), agents.size()};
    });
  }

  // The result of a function for each agent: field("speed", agents, [](const Agent& a) { return a.speed(); }), or
  // field("position", agents, &Agent::getPosition). Any range works, also one of pointers:
  // field("position", agents, [](const std::unique_ptr<Agent>& a) { return a->position; }).
  // Costs one call per agent and two copies per frame.
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

  // A vector of numbers or points: field("position", points). Costs one copy per frame.
  template <class T, class = std::enable_if_t<detail::Numbers<T>::known>>
  Writer& field(const std::string& name, const std::vector<T>& points, const std::string& unit = "") {
    return per_agent<T>(name, unit, [&points] { return detail::rows_of(points); });
  }

  // The vertices of a mesh (or ofVboMesh), or of a polyline.
  Writer& field(const std::string& name, const ofMesh& mesh, const std::string& unit = "");
  Writer& field(const std::string& name, const ofPolyline& polyline, const std::string& unit = "");

  // The vertices of an ofVbo, three floats each. Each frame reads them back and waits until the graphics card has
  // finished: if you can, publish the data the ofVbo was filled from. Does not work with OpenGL ES.
  Writer& field(const std::string& name, const ofVbo& vbo, const std::string& unit = "");

  // A mesh's vertices as `position`, and, if the mesh has them at this call, `normal`, `color` and
  // `texture_coordinate`.
  Writer& mesh(const ofMesh& mesh, const std::string& unit = "");

  // Temporaries are refused: a value that a function returns would end before the first frame.
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

  // A field without bound data, which the function given to publish() fills: field<glm::vec3>("force", "N").
  template <class T>
  Writer& field(const std::string& name, const std::string& unit = "") {
    return per_agent<T>(name, unit, nullptr);
  }

  // A value per frame that does not belong to an agent: value("centre", centre), value("wind", wind, "m/s").
  template <class T, class = std::enable_if_t<detail::Numbers<T>::known>>
  Writer& value(const std::string& name, const T& value, const std::string& unit = "") {
    return whole<T>(name, unit, [&value] { return detail::Rows{&value, sizeof(T), 1}; });
  }

  template <class T>
  Writer& value(const std::string& name, const T&& value, const std::string& unit = "") = delete;

  // A text that does not change while the stream exists: attribute("model", "zones").
  Writer& attribute(const std::string& key, const std::string& value);

  // ------------------------------------------------------------------------------ parameters: before setup()
  // All parameters of a group and of the groups in it: "Alignment" in a group "flocking" becomes flocking.Alignment.
  // Values are kept equal in both directions: update() applies a request to the ofParameter, with its listeners, and
  // publishes changes made in the GUI.
  //
  //     float, double                 a number with the parameter's range
  //     int and other integers, bool  an integer or bool; a choice, if choices() gave names to its values
  //     glm::vec2/3/4, ofFloatColor   one number per component: centre.x, centre.y; tint.r, tint.g
  //     ofColor                       the same with integers from 0 to 255
  //     void                          a trigger
  //
  // Other types (std::string, ofRectangle) and read-only parameters are left out; a notice in the log names them.
  Writer& parameters(ofParameterGroup& group);
  // A single parameter of the same types, or a group.
  Writer& parameter(ofAbstractParameter& parameter);
  // Names the values of a parameter, beginning with getMin() (usually 0): choices(boundary, "open periodic
  // reflecting"). The parameter itself is given to parameters() or parameter() as well.
  Writer& choices(const ofParameter<int>& parameter, const std::string& names);

  // A function that readers can call; it runs in update(): trigger("scatter", [this] { flock.scatter(); }).
  Writer& trigger(const std::string& name, std::function<void()> act, const std::string& help = "");

  // A function with up to 8 numbers: command("place", "id x y z", [this](const std::vector<double>& a) { ... }).
  // The function returns void, or a std::string with the reason for a refusal, empty if the command was applied. An
  // exception is a refusal, too. The sender receives the reason.
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

  // ------------------------------------------------------------------------------------ creating, updating, publishing
  // Creates the stream and reserves its memory. capacity: the largest number of agents in a frame; 0 means the present
  // number. Returns false and logs an error if the name is not valid or taken, or if memory is short; update() and
  // publish() then do nothing. A second call creates the stream again with the same description, for example with a
  // larger capacity; readers see a restart. A trigger, command or listener that update() calls may call setup() and
  // close(), too.
  bool setup(const std::string& stream, std::size_t capacity = 0);
  // Ends the stream and clears its description. Readers wait for the next stream of that name.
  void close();
  bool isSetup() const;

  // Applies the requests of readers (parameters, triggers, commands) and publishes changes made in the GUI. Call it
  // once in ofApp::update(), also while the simulation is paused.
  void update();

  // Publishes one frame of all bound fields. Without arguments, step counts 1, 2, 3 ... and time (s) is
  // ofGetElapsedTimef(). If there are more agents than the capacity, the first ones are published and a warning is
  // logged. Returns false if there is no stream, or if the fields have different numbers of agents.
  bool publish();
  bool publish(std::uint64_t step, double time);
  // The same; fill(wingbeat::Slot& frame) then writes the fields without bound data, in place in shared memory.
  //     writer.publish(step, t, [&](wingbeat::Slot& frame) { simulate(frame.span<float>("force")); });
  // In fill, setup() and close() only log an error, since the frame lies in the stream's memory. If no field has bound
  // data, frame.set_count(n) sets the number of agents.
  bool publish(std::uint64_t step, double time, const std::function<void(wingbeat::Slot&)>& fill);

  // ----------------------------------------------------------------------------------------------------------- figures
  std::uint64_t getFrameCount() const;  // frames published since setup()
  std::size_t getCapacity() const;
  const std::string& getName() const;  // of the stream
  // Wingbeat's own object, for lock-step or statistics; nullptr while there is no stream. Valid until close() or
  // setup().
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
