#include "bound_writer.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "elements.hpp"

namespace ofxWingbeat::detail {

namespace {

// A range that does not contain the value is the default of openFrameworks, 0 to 1, and not one that the app gave.
wingbeat::ParameterOptions limits_of(const Knob& knob, double value) {
  wingbeat::ParameterOptions options;
  if (value < knob.minimum || value > knob.maximum) return options;
  options.min = knob.minimum;
  options.max = knob.maximum;
  return options;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

}  // namespace

void BoundWriter::add_field(FieldDescription field) {
  warn_if_late("field '" + field.name + "'");
  fields_.push_back(std::move(field));
}

void BoundWriter::warn_if_late(const std::string& what) const {
  if (writer_)
    messages_.say(Level::warning,
                  what + " was added after setup() and is not part of the stream: add it before setup()");
}

void BoundWriter::add_attribute(const std::string& key, const std::string& value) {
  warn_if_late("attribute '" + key + "'");
  attributes_.emplace_back(key, value);
}

void BoundWriter::add_trigger(const std::string& name, const std::string& help, std::function<void()> act) {
  warn_if_late("trigger '" + name + "'");
  own_triggers_.push_back({name, help, std::make_shared<const std::function<void()>>(std::move(act))});
}

void BoundWriter::add_command(const std::string& name, const std::string& arguments, const std::string& help,
                              Command act) {
  warn_if_late("command '" + name + "'");
  commands_.push_back({name, arguments, help, std::make_shared<const Command>(std::move(act))});
}

// ------------------------------------------------------------------------------------------------------------- opening

bool BoundWriter::open(const std::string& stream, std::size_t capacity, std::vector<Knob> knobs,
                       std::vector<std::pair<std::string, std::function<void()>>> triggers) {
  if (is_in_frame("setup()")) return false;
  forget_stream();
  try {
    for (auto& knob : knobs) {
      const double now = knob.get();
      steered_.push_back({std::move(knob), TwoWay(now, now)});
    }
    for (auto& [name, act] : triggers)
      triggers_.push_back({name, "", std::make_shared<const std::function<void()>>(std::move(act))});
    triggers_.insert(triggers_.end(), own_triggers_.begin(), own_triggers_.end());
    create(stream, capacity != 0 ? capacity : std::max<std::size_t>(agents_now(), 1));
    return true;
  } catch (const std::exception& error) {
    messages_.say(Level::error, "cannot publish '" + stream + "': " + error.what());
  } catch (...) {
    messages_.say(Level::error, "cannot publish '" + stream +
                                    "': a function of the app threw an exception while the agents were counted");
  }
  forget_stream();
  return false;
}

void BoundWriter::forget_stream() {
  ++streams_;
  writer_.reset();
  messages_.forget_all();
  stream_.clear();
  frames_ = 0;
  steered_.clear();
  triggers_.clear();
  controls_.clear();
}

bool BoundWriter::close() {
  if (is_in_frame("close()")) return false;
  forget_stream();
  fields_.clear();
  attributes_.clear();
  own_triggers_.clear();
  commands_.clear();
  return true;
}

// A frame that is being filled lies in the stream's memory, which must not end meanwhile.
bool BoundWriter::is_in_frame(const std::string& call) const {
  if (is_publishing_)
    messages_.say(Level::error,
                  call + " within publish() is ignored: call it after publish(), or in a function that update() calls");
  return is_publishing_;
}

void BoundWriter::create(const std::string& stream, std::size_t capacity) {
  wingbeat::StreamSpec spec(stream, capacity);
  describe(spec);
  writer_.emplace(wingbeat::Writer::create(spec).value());
  stream_ = stream;
  field_count_ = fields_.size();
  messages_.say(Level::notice, "publishing '" + stream + "': " + std::to_string(fields_.size()) + " fields, " +
                                   std::to_string(controls_.size()) + " controls, up to " + std::to_string(capacity) +
                                   " agents");
}

void BoundWriter::describe(wingbeat::StreamSpec& spec) {
  UniqueNames controls;
  describe_fields(spec);
  describe_knobs(spec, controls);
  describe_acts(spec, controls);
  for (const auto& [key, value] : attributes_) spec.attribute(key, value);
}

void BoundWriter::describe_fields(wingbeat::StreamSpec& spec) {
  UniqueNames names;
  for (const auto& field : fields_) {
    const std::string name = names.take(field.name);
    with_element(field.type, [&](auto element) {
      using T = decltype(element);
      const char *labels = field.labels.c_str(), *unit = field.unit.c_str();
      if (field.per_agent) {
        spec.per_agent<T>(name, static_cast<std::uint32_t>(field.components), labels, unit);
      } else {
        spec.field<T>(name, {field.components}, labels, unit);
      }
    });
  }
}

void BoundWriter::describe_knobs(wingbeat::StreamSpec& spec, UniqueNames& names) {
  for (std::size_t i = 0; i < steered_.size(); ++i) {
    Knob& knob = steered_[i].knob;
    const double value = knob.get();
    knob.name = names.take(knob.name);
    controls_.push_back({WB_PARAMETER, i});
    if (knob.type == WB_VALUE_CHOICE) {
      describe_choice(spec, steered_[i], value);
    } else if (knob.type == WB_VALUE_BOOL) {
      spec.parameter(knob.name, value != 0);
    } else if (knob.type == WB_VALUE_I64) {
      spec.parameter(knob.name, static_cast<std::int64_t>(value), limits_of(knob, value));
    } else {
      spec.parameter(knob.name, value, limits_of(knob, value));
    }
  }
}

// A number without a name is published as the first choice, and update() logs it.
void BoundWriter::describe_choice(wingbeat::StreamSpec& spec, Steered& steered, double value) {
  const auto names = words_of(steered.knob.choices);
  if (names.empty())
    throw std::invalid_argument("choices() of '" + steered.knob.name + "' has no names: give them separated by spaces");
  const bool has_name = value >= 0 && value < static_cast<double>(names.size());
  spec.choice(steered.knob.name, steered.knob.choices, names[has_name ? static_cast<std::size_t>(value) : 0]);
  if (!has_name) steered.value = TwoWay(0, 0);
}

void BoundWriter::describe_acts(wingbeat::StreamSpec& spec, UniqueNames& names) {
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    spec.trigger(names.take(triggers_[i].name), triggers_[i].help.c_str());
    controls_.push_back({WB_TRIGGER, i});
  }
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    spec.command(names.take(commands_[i].name), commands_[i].arguments.c_str(), commands_[i].help.c_str());
    controls_.push_back({WB_COMMAND, i});
  }
}

std::size_t BoundWriter::agents_now() const {
  for (const auto& field : fields_)
    if (field.per_agent && field.source) return field.source().count;
  return 0;
}

// ------------------------------------------------------------------------------------------------------------ steering

void BoundWriter::update() {
  if (!writer_) return;
  try {
    take_requests();
    if (writer_) show_changes();
    messages_.forget("update");
  } catch (const std::exception& error) {
    messages_.say_once("update", Level::error, std::string("update(): ") + error.what());
  }
}

// If a request opens a new stream, the requests of that stream wait for the next update().
void BoundWriter::take_requests() {
  const std::uint64_t stream = streams_;
  wb_request request;
  while (stream == streams_) {
    const int code = wb_writer_next_request(writer_->raw(), &request);
    if (code == WB_NO_REQUEST) return;
    wingbeat::detail::require(code);
    handle(request);
  }
}

// An exception from a function or listener of the app is a refusal, and the sender receives its text. A request whose
// function ends the stream gets no answer: its sender is told of the restart.
void BoundWriter::handle(const wb_request& request) {
  const std::uint64_t stream = streams_;
  std::string reason;
  try {
    reason = act(request, controls_.at(request.control));
  } catch (const std::exception& error) {
    reason = error.what();
    if (reason.empty()) reason = "a function of the app threw an exception during this request";
  } catch (...) {
    reason = "a function of the app threw an exception during this request";
  }
  if (reason.empty() || stream != streams_) return;
  wingbeat::detail::require(wb_writer_refuse(writer_->raw(), reason.c_str()));
}

std::string BoundWriter::act(const wb_request& request, const Control& control) {
  if (control.kind == WB_PARAMETER) {
    turn(steered_[control.index], wingbeat::detail::to_double(request.value));
    return "";
  }
  if (control.kind == WB_TRIGGER) {
    const auto act = triggers_[control.index].act;
    (*act)();
    return "";
  }
  const auto act = commands_[control.index].act;
  return (*act)({request.arguments, request.arguments + request.argument_count});
}

// A value that a listener changed differs from the request. It counts as changed here and is published.
void BoundWriter::turn(Steered& steered, double value) {
  const std::uint64_t stream = streams_;
  const double seen = steered.knob.nearest(value);
  const auto set = steered.knob.set;  // a listener may end the stream, which destroys the knob
  set(value);
  if (stream == streams_) steered.value.seen_here(seen);
}

void BoundWriter::show_changes() {
  for (std::size_t i = 0; i < steered_.size(); ++i) {
    const Knob& knob = steered_[i].knob;
    const double now = knob.get();
    if (!steered_[i].value.changed_here(now)) continue;
    const int code = wb_writer_set_parameter(writer_->raw(), static_cast<std::uint32_t>(i), value_of(knob.type, now));
    if (code == WB_OK) {
      messages_.forget("knob " + knob.name);
    } else {
      messages_.say_once("knob " + knob.name, Level::warning,
                         "cannot publish the value of '" + knob.name + "': " + wb_error_message());
    }
  }
}

// ---------------------------------------------------------------------------------------------------------- publishing

bool BoundWriter::publish(std::uint64_t step, double time, const std::function<void(wingbeat::Slot&)>& fill) {
  if (!writer_ || is_publishing_) return false;
  is_publishing_ = true;
  const bool is_published = publish_frame(step, time, fill);
  is_publishing_ = false;
  return is_published;
}

bool BoundWriter::publish_frame(std::uint64_t step, double time, const std::function<void(wingbeat::Slot&)>& fill) {
  try {
    std::vector<Rows> rows;
    if (!measure(rows)) return false;
    auto slot = writer_->begin();
    copy(rows, slot);
    if (fill) fill(slot);
    slot.publish(step, time);
    ++frames_;
    messages_.forget("publish");
    return true;
  } catch (const std::exception& error) {
    messages_.say_once("publish", Level::error, std::string("publish(): ") + error.what());
  } catch (...) {
    messages_.say_once("publish", Level::error,
                       "publish(): a function of the app threw an exception while the fields were read");
  }
  return false;
}

// Finds the data of all bound fields and checks that they have the same number of agents.
bool BoundWriter::measure(std::vector<Rows>& rows) {
  const FieldDescription* first = nullptr;
  std::size_t agents = 0;
  for (std::size_t i = 0; i < field_count_; ++i) {
    const FieldDescription& field = fields_[i];
    rows.push_back(field.source ? field.source() : Rows{});
    if (!field.per_agent || !field.source) continue;
    if (first == nullptr) first = &field, agents = rows.back().count;
    if (rows.back().count == agents) continue;
    messages_.say_once("count", Level::error,
                       "no frame was published: field '" + first->name + "' has " + std::to_string(agents) +
                           " agents, '" + field.name + "' has " + std::to_string(rows.back().count));
    return false;
  }
  messages_.forget("count");
  warn_of_too_many(agents);
  return true;
}

void BoundWriter::warn_of_too_many(std::size_t agents) {
  const std::uint64_t capacity = wb_schema_capacity(writer_->schema());
  if (agents <= capacity) return messages_.forget("capacity");
  messages_.say_once("capacity", Level::warning,
                     "there are " + std::to_string(agents) + " agents; readers see the first " +
                         std::to_string(capacity) + ": give setup() a larger capacity");
}

void BoundWriter::copy(const std::vector<Rows>& rows, wingbeat::Slot& slot) {
  const std::uint64_t capacity = wb_schema_capacity(writer_->schema());
  for (std::size_t i = 0; i < field_count_; ++i)
    if (fields_[i].per_agent && fields_[i].source) slot.set_count(std::min<std::uint64_t>(rows[i].count, capacity));
  for (std::size_t i = 0; i < field_count_; ++i) {
    if (rows[i].count == 0) continue;
    const auto field = static_cast<std::uint32_t>(i);
    const std::uint64_t count = fields_[i].per_agent ? slot.count() : fields_[i].components;
    const std::size_t stride = fields_[i].per_agent ? rows[i].stride_bytes : wb_type_size(fields_[i].type);
    wingbeat::detail::require(wb_writer_copy(writer_->raw(), field, rows[i].first, stride, count));
  }
}

}  // namespace ofxWingbeat::detail
