#include "detail/publication.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "detail/elements.hpp"

namespace ofxWingbeat::detail {

namespace {

// A range that the value itself is outside of was not meant: openFrameworks gives 0 to 1 to who names none.
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

void Publication::add_field(FieldDescription field) {
  if (writer_)
    messages_.say(Level::warning, "field '" + field.name + "' comes after setup(): it is not in this stream");
  fields_.push_back(std::move(field));
}

void Publication::add_attribute(const std::string& key, const std::string& value) {
  attributes_.emplace_back(key, value);
}

void Publication::add_trigger(const std::string& name, const std::string& help, std::function<void()> act) {
  own_triggers_.push_back({name, help, std::move(act)});
}

void Publication::add_command(const std::string& name, const std::string& arguments, const std::string& help,
                              Command act) {
  commands_.push_back({name, arguments, help, std::move(act)});
}

// ------------------------------------------------------------------------------------------------------------- opening

bool Publication::open(const std::string& stream, std::size_t capacity, std::vector<Knob> knobs,
                       std::vector<std::pair<std::string, std::function<void()>>> triggers) {
  forget_stream();
  for (auto& knob : knobs) {
    const double now = knob.get();
    steered_.push_back({std::move(knob), TwoWay(now, now)});
  }
  for (auto& [name, act] : triggers) triggers_.push_back({name, "", std::move(act)});
  triggers_.insert(triggers_.end(), own_triggers_.begin(), own_triggers_.end());
  if (create(stream, capacity != 0 ? capacity : std::max<std::size_t>(agents_now(), 1))) return true;
  forget_stream();
  return false;
}

void Publication::forget_stream() {
  writer_.reset();
  messages_.forget_all();
  stream_.clear();
  frames_ = 0;
  steered_.clear();
  triggers_.clear();
  controls_.clear();
}

void Publication::close() {
  forget_stream();
  fields_.clear();
  attributes_.clear();
  own_triggers_.clear();
  commands_.clear();
}

bool Publication::create(const std::string& stream, std::size_t capacity) {
  try {
    wingbeat::StreamSpec spec(stream, capacity);
    describe(spec);
    writer_.emplace(wingbeat::Writer::create(spec).value());
  } catch (const std::exception& error) {
    messages_.say(Level::error, "cannot publish '" + stream + "': " + error.what());
    return false;
  }
  stream_ = stream;
  messages_.say(Level::notice, "publishing '" + stream + "': " + std::to_string(fields_.size()) + " fields, " +
                                   std::to_string(controls_.size()) + " controls, up to " + std::to_string(capacity) +
                                   " agents");
  return true;
}

void Publication::describe(wingbeat::StreamSpec& spec) {
  UniqueNames controls;
  describe_fields(spec);
  describe_knobs(spec, controls);
  describe_acts(spec, controls);
  for (const auto& [key, value] : attributes_) spec.attribute(key, value);
}

void Publication::describe_fields(wingbeat::StreamSpec& spec) {
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

void Publication::describe_knobs(wingbeat::StreamSpec& spec, UniqueNames& names) {
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

// A number that stands for none of the names is shown as the first, and update() says so.
void Publication::describe_choice(wingbeat::StreamSpec& spec, Steered& steered, double value) {
  const auto names = words_of(steered.knob.choices);
  if (names.empty()) throw std::invalid_argument("choices() of '" + steered.knob.name + "' names none");
  const bool has_name = value >= 0 && value < static_cast<double>(names.size());
  spec.choice(steered.knob.name, steered.knob.choices, names[has_name ? static_cast<std::size_t>(value) : 0]);
  if (!has_name) steered.value = TwoWay(0, 0);
}

void Publication::describe_acts(wingbeat::StreamSpec& spec, UniqueNames& names) {
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    spec.trigger(names.take(triggers_[i].name), triggers_[i].help.c_str());
    controls_.push_back({WB_TRIGGER, i});
  }
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    spec.command(names.take(commands_[i].name), commands_[i].arguments.c_str(), commands_[i].help.c_str());
    controls_.push_back({WB_COMMAND, i});
  }
}

std::size_t Publication::agents_now() const {
  for (const auto& field : fields_)
    if (field.per_agent && field.source) return field.source().count;
  return 0;
}

// ------------------------------------------------------------------------------------------------------------ steering

void Publication::update() {
  if (!writer_) return;
  try {
    writer_->requests([this](wingbeat::Request& request) { handle(request); });
    show_changes();
    messages_.forget("update");
  } catch (const std::exception& error) {
    messages_.say_once("update", Level::error, std::string("update(): ") + error.what());
  }
}

// What the app's own functions and listeners throw is a refusal: the sender reads it.
void Publication::handle(wingbeat::Request& request) {
  const Control control = controls_.at(request.raw().control);
  std::string reason;
  try {
    if (control.kind == WB_PARAMETER) turn(steered_[control.index], request.value());
    if (control.kind == WB_TRIGGER) triggers_[control.index].act();
    if (control.kind == WB_COMMAND) {
      const auto arguments = request.arguments();
      reason = commands_[control.index].act({arguments.begin(), arguments.end()});
    }
  } catch (const std::exception& error) {
    reason = error.what();
  } catch (...) {
    reason = "the app failed while it handled this request";
  }
  if (!reason.empty()) request.refuse(reason);
}

// What a listener made of the value is not what was asked for: it counts as changed here, and readers will see it.
void Publication::turn(Steered& steered, double value) {
  steered.knob.set(value);
  steered.value.seen_here(steered.knob.nearest(value));
}

void Publication::show_changes() {
  for (std::size_t i = 0; i < steered_.size(); ++i) {
    const Knob& knob = steered_[i].knob;
    const double now = knob.get();
    if (!steered_[i].value.changed_here(now)) continue;
    const int code = wb_writer_set_parameter(writer_->raw(), static_cast<std::uint32_t>(i), value_of(knob.type, now));
    if (code == WB_OK) {
      messages_.forget("knob " + knob.name);
    } else {
      messages_.say_once("knob " + knob.name, Level::warning,
                         "readers do not see '" + knob.name + "': " + wb_error_message());
    }
  }
}

// ---------------------------------------------------------------------------------------------------------- publishing

bool Publication::publish(std::uint64_t step, double time, const std::function<void(wingbeat::Slot&)>& fill) {
  if (!writer_) return false;
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
    return false;
  }
}

// Looks where all bound fields lie, and whether they are of the same agents.
bool Publication::measure(std::vector<Rows>& rows) {
  const FieldDescription* first = nullptr;
  std::size_t agents = 0;
  for (const auto& field : fields_) {
    rows.push_back(field.source ? field.source() : Rows{});
    if (!field.per_agent || !field.source) continue;
    if (first == nullptr) first = &field, agents = rows.back().count;
    if (rows.back().count == agents) continue;
    messages_.say_once("count", Level::error,
                       "no frame: field '" + first->name + "' has " + std::to_string(agents) + " agents, '" +
                           field.name + "' has " + std::to_string(rows.back().count));
    return false;
  }
  messages_.forget("count");
  warn_of_too_many(agents);
  return true;
}

void Publication::warn_of_too_many(std::size_t agents) {
  const std::uint64_t capacity = wb_schema_capacity(writer_->schema());
  if (agents <= capacity) return messages_.forget("capacity");
  messages_.say_once("capacity", Level::warning,
                     "there are " + std::to_string(agents) + " agents; readers see the first " +
                         std::to_string(capacity) + ": give setup() a larger capacity");
}

void Publication::copy(const std::vector<Rows>& rows, wingbeat::Slot& slot) {
  const std::uint64_t capacity = wb_schema_capacity(writer_->schema());
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (fields_[i].per_agent && fields_[i].source) slot.set_count(std::min<std::uint64_t>(rows[i].count, capacity));
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (rows[i].count == 0) continue;
    const auto field = static_cast<std::uint32_t>(i);
    const std::uint64_t count = fields_[i].per_agent ? slot.count() : fields_[i].components;
    const std::size_t stride = fields_[i].per_agent ? rows[i].stride_bytes : wb_type_size(fields_[i].type);
    wingbeat::detail::require(wb_writer_copy(writer_->raw(), field, rows[i].first, stride, count));
  }
}

}  // namespace ofxWingbeat::detail
