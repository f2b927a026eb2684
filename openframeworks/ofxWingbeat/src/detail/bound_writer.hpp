// BoundWriter: the part of ofxWingbeat::Writer that does not need openFrameworks: a writer whose fields are bound to
// data of the app.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "knob.hpp"
#include "messages.hpp"
#include "names.hpp"
#include "numbers.hpp"
#include "wingbeat/wingbeat.hpp"

namespace ofxWingbeat::detail {

// Returns where a field's numbers are now. nullptr: no data is bound, and the function given to publish() fills the
// field.
using Source = std::function<Rows()>;

struct FieldDescription {
  std::string name, unit, labels;
  int type = 0;  // wb_type
  std::size_t components = 0;
  bool per_agent = true;
  Source source;
};

// Returns the reason of a refusal; empty if the command was applied.
using Command = std::function<std::string(const std::vector<double>&)>;

// Describe, open, then update and publish in turn. Nothing throws. A closed stream can be opened again, also by a
// function that update() calls (a command, a parameter's listener). Within publish(), open() and close() return false
// and change nothing.
class BoundWriter {
 public:
  explicit BoundWriter(Messages::Sink sink) : messages_(std::move(sink)) {}

  void add_field(FieldDescription field);
  void add_attribute(const std::string& key, const std::string& value);
  void add_trigger(const std::string& name, const std::string& help, std::function<void()> act);
  void add_command(const std::string& name, const std::string& arguments, const std::string& help, Command act);
  // Logs that `what` is not part of the open stream, if a stream is open.
  void warn_if_late(const std::string& what) const;

  // Creates the stream from the description, the knobs and the triggers; their names are made valid and unique here.
  // capacity 0: the present number of agents.
  bool open(const std::string& stream, std::size_t capacity, std::vector<Knob> knobs,
            std::vector<std::pair<std::string, std::function<void()>>> triggers);
  bool close();

  void update();
  bool publish(std::uint64_t step, double time, const std::function<void(wingbeat::Slot&)>& fill);

  wingbeat::Writer* get() { return writer_ ? &*writer_ : nullptr; }
  const wingbeat::Writer* get() const { return writer_ ? &*writer_ : nullptr; }
  std::uint64_t frames() const { return frames_; }
  const std::string& stream() const { return stream_; }
  Messages& messages() { return messages_; }

 private:
  // Shared with the caller of the function: the function may end the stream, and with it this entry.
  struct Trigger {
    std::string name, help;
    std::shared_ptr<const std::function<void()>> act;
  };
  struct Commanded {
    std::string name, arguments, help;
    std::shared_ptr<const Command> act;
  };
  struct Steered {
    Knob knob;
    TwoWay value;
  };
  // Maps the control number of a request to an element of steered_, triggers_ or commands_.
  struct Control {
    wb_control_kind kind;
    std::size_t index;
  };

  void create(const std::string& stream, std::size_t capacity);
  void describe(wingbeat::StreamSpec& spec);
  void describe_fields(wingbeat::StreamSpec& spec);
  void describe_knobs(wingbeat::StreamSpec& spec, UniqueNames& names);
  void describe_choice(wingbeat::StreamSpec& spec, Steered& steered, double value);
  void describe_acts(wingbeat::StreamSpec& spec, UniqueNames& names);
  std::size_t agents_now() const;
  void forget_stream();

  void take_requests();
  void handle(const wb_request& request);
  std::string act(const wb_request& request, const Control& control);
  void turn(Steered& steered, double value);
  void show_changes();

  bool is_in_frame(const std::string& call) const;
  bool publish_frame(std::uint64_t step, double time, const std::function<void(wingbeat::Slot&)>& fill);
  bool measure(std::vector<Rows>& rows);
  void warn_of_too_many(std::size_t agents);
  void copy(const std::vector<Rows>& rows, wingbeat::Slot& slot);

  Messages messages_;
  std::string stream_;
  std::uint64_t streams_ = 0;  // streams ended so far; a changed number shows that a function ended the stream
  std::uint64_t frames_ = 0;
  bool is_publishing_ = false;
  std::vector<FieldDescription> fields_;  // the open stream has the first field_count_ of them
  std::size_t field_count_ = 0;
  std::vector<std::pair<std::string, std::string>> attributes_;
  std::vector<Trigger> own_triggers_;
  std::vector<Commanded> commands_;
  std::vector<Trigger> triggers_;  // of the open stream: own_triggers_ and those of parameters
  std::vector<Steered> steered_;
  std::vector<Control> controls_;
  std::optional<wingbeat::Writer> writer_;
};

}  // namespace ofxWingbeat::detail
