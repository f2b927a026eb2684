// StreamSpec: the description of the stream that a Writer creates.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/values.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// Options of a parameter. In C++20: {.min = 1e-5, .max = 0.1, .unit = "m"}. In C++17: by position, or set one by one.
struct ParameterOptions {
  // The range of values that readers may set. Both 0: no limit. A request outside the range is refused.
  double min = 0, max = 0;
  // The unit, such as "m/s": up to WB_UNIT_BYTES - 1 bytes.
  const char* unit = "";
  // What the parameter does, for users: up to WB_HELP_BYTES - 1 bytes.
  const char* help = "";
};

// The description of a stream: fields, parameters, triggers, commands, attributes and options. It copies all texts.
//
// Calls can be chained. The first mistake, such as a name that is not allowed, is kept; later calls then do nothing,
// and Writer::create returns the error. Fields are numbered 0, 1, 2, ... in the order of addition, and so are
// controls (parameters, triggers and commands together). Move-only. Used by one thread at a time.
//
//     wingbeat::StreamSpec spec("swarm", agents.size());
//     spec.per_agent<float>("position", 3, "x y z", "m")
//         .field<double>("thermo", {4}, "T U P box")
//         .parameter("alignment", 0.001, {/*min=*/1e-5, /*max=*/0.1});
class StreamSpec {
 public:
  // capacity: the highest number of agents in a frame, at least 1. A stream without agents has capacity 1.
  StreamSpec(const std::string& stream, std::uint64_t capacity) {
    wb_spec* spec = nullptr;
    check(wb_spec_create(stream.c_str(), capacity, &spec));
    spec_.reset(spec);
  }

  // Adds a field with `components` numbers of type T for each agent: per_agent<float>("velocity", 3, "x y z", "m/s").
  // labels: a word for each component, separated by single spaces. A frame holds the numbers of count() agents.
  template <class T>
  StreamSpec& per_agent(const std::string& name, std::uint32_t components = 1, const char* labels = "",
                        const char* unit = "") {
    return add([&](wb_spec* spec) {
      return wb_spec_add_per_agent(spec, name.c_str(), detail::checked_type_of<T>(), components, labels, unit);
    });
  }

  // Adds a field of a fixed shape, which does not depend on the number of agents. shape: fastest dimension first.
  // labels: a word for each index of the first dimension.
  //     field<double>("thermo", {4}, "T U P box")    4 global values per frame; frame.span<double>("thermo")[0] is T
  //     field<float>("attractor", {4, 64})           64 rows of 4 numbers; frame.array<float>("attractor")(row, column)
  template <class T>
  StreamSpec& field(const std::string& name, std::initializer_list<std::uint64_t> shape, const char* labels = "",
                    const char* unit = "") {
    return add([&](wb_spec* spec) {
      return wb_spec_add_field(spec, name.c_str(), detail::checked_type_of<T>(),
                               static_cast<std::uint32_t>(shape.size()), shape.begin(), labels, unit);
    });
  }

  // Adds a parameter, which readers can set. The type of the initial value is the type of the parameter: a
  // floating-point number gives f64, an integer i64, a bool bool.
  template <class T>
  StreamSpec& parameter(const std::string& name, T initial, const ParameterOptions& options = {}) {
    static_assert(std::is_arithmetic_v<T>,
                  "a parameter's initial value is a floating-point number, an integer or a bool");
    constexpr auto type = std::is_same_v<T, bool> ? WB_VALUE_BOOL : std::is_integral_v<T> ? WB_VALUE_I64 : WB_VALUE_F64;
    return add_parameter(name, type, static_cast<double>(initial), options, "");
  }

  // Adds a parameter whose value is one of several names: choice("boundary", "open periodic reflecting", "open").
  // Requests carry the index of the name, from 0.
  StreamSpec& choice(const std::string& name, const std::string& alternatives, const std::string& initial,
                     const char* help = "") {
    ParameterOptions options;
    options.help = help;
    return add_parameter(name, WB_VALUE_CHOICE, index_of(alternatives, initial), options, alternatives.c_str());
  }

  // Adds a trigger, an action without arguments: trigger("reset").
  StreamSpec& trigger(const std::string& name, const char* help = "") {
    return add([&](wb_spec* spec) { return wb_spec_add_trigger(spec, name.c_str(), help); });
  }

  // Adds a command, an action with up to 8 numbers: command("place", "id x y z"). arguments: their names.
  StreamSpec& command(const std::string& name, const char* arguments, const char* help = "") {
    return add([&](wb_spec* spec) { return wb_spec_add_command(spec, name.c_str(), arguments, help); });
  }

  // Sets a static attribute of the stream: attribute("model", "zones"). Setting a key again replaces its value.
  StreamSpec& attribute(const std::string& key, const std::string& value) {
    return add([&](wb_spec* spec) { return wb_spec_set_attribute(spec, key.c_str(), value.c_str()); });
  }

  // The number of frames that all readers together may hold at a time, 0 to 4096 (default 8). Readers beyond it copy.
  // Each adds a slot, that is, the memory of a frame.
  StreamSpec& lease_budget(std::uint64_t frames) { return option(WB_OPTION_LEASE_BUDGET, frames); }
  // The number of readers that may be attached at a time, 1 to 1024 (default 32).
  StreamSpec& max_readers(std::uint64_t readers) { return option(WB_OPTION_MAX_READERS, readers); }
  // The number of frames by which a reader of every frame may fall behind without loss, 0 to 4096 (default 4). Each
  // adds a slot.
  StreamSpec& history(std::uint64_t frames) { return option(WB_OPTION_HISTORY, frames); }

  // The access of other users: bits WB_GROUP_READ, WB_GROUP_CONTROL and WB_ALL_READ (default 0: none).
  StreamSpec& access(std::uint64_t bits) { return option(WB_OPTION_ACCESS, bits); }
  // The number of the group that those bits refer to (default: the process's own group).
  StreamSpec& group(std::uint64_t number) { return option(WB_OPTION_GROUP, number); }

  // Puts frames into huge pages if the system has them: see WB_OPTION_HUGE_PAGES.
  StreamSpec& huge_pages(bool wanted = true) { return option(WB_OPTION_HUGE_PAGES, wanted ? 1 : 0); }

  // The first mistake, if there was one.
  const std::optional<Error>& error() const noexcept { return error_; }
  // The handle for functions of the C interface. It belongs to this object. nullptr if the constructor failed.
  const wb_spec* raw() const noexcept { return spec_.get(); }

 private:
  struct Destroy {
    void operator()(wb_spec* spec) const noexcept { wb_spec_destroy(spec); }
  };

  void check(int code) {
    if (code != WB_OK && !error_) error_ = Error::last(code);
  }

  // Calls a function on the description, unless there was a mistake before.
  template <class Call>
  StreamSpec& add(Call&& call) {
    if (!error_) check(call(spec_.get()));
    return *this;
  }

  StreamSpec& option(int which, std::uint64_t value) {
    return add([&](wb_spec* spec) { return wb_spec_set_option(spec, which, value); });
  }

  StreamSpec& add_parameter(const std::string& name, wb_value_type type, double initial,
                            const ParameterOptions& options, const char* choices) {
    wb_parameter_options raw = {};
    raw.struct_size = sizeof raw;
    raw.type = type;
    raw.initial = initial;
    raw.minimum = options.min;
    raw.maximum = options.max;
    raw.unit = options.unit;
    raw.help = options.help;
    raw.choices = choices;
    return add([&](wb_spec* spec) { return wb_spec_add_parameter(spec, name.c_str(), &raw); });
  }

  // The index of a word among words separated by single spaces. If it is not there: -1, which the library refuses.
  static double index_of(const std::string& words, const std::string& word) {
    double index = 0;
    for (std::size_t begin = 0; begin <= words.size(); ++index) {
      const std::size_t end = std::min(words.find(' ', begin), words.size());
      if (words.compare(begin, end - begin, word) == 0) return index;
      begin = end + 1;
    }
    return -1;
  }

  std::unique_ptr<wb_spec, Destroy> spec_;
  std::optional<Error> error_;
};

}  // namespace wingbeat
