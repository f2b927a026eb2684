// StreamSpec: what a writer is going to publish.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/span.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// Options of a parameter. In C++20: {.min = 1e-5, .max = 0.1, .unit = "m"}; in C++17 by position, or set one by one.
struct ParameterOptions {
  double min = 0, max = 0;  // both 0: no limit
  const char* unit = "";
  const char* help = "";
};

// The description of a stream: fields, parameters, triggers, commands, attributes, limits. Copies all texts.
//
// Calls chain. The first mistake (a bad name, a limit exceeded) is kept, later calls do nothing, and Writer::create
// returns it. Fields and controls are numbered in the order they are added.
class StreamSpec {
 public:
  // capacity: the highest number of agents a frame can hold; 1 if the stream has no agents.
  StreamSpec(const std::string& stream, std::uint64_t capacity) {
    wb_spec* spec = nullptr;
    check(wb_spec_create(stream.c_str(), capacity, &spec));
    spec_.reset(spec);
  }

  // A per-agent field of `components` numbers each: per_agent<float>("velocity", 3, "x y z", "m/s").
  template <class T>
  StreamSpec& per_agent(const std::string& name, std::uint32_t components = 1, const char* labels = "",
                        const char* unit = "") {
    return add([&](wb_spec* spec) {
      return wb_spec_add_per_agent(spec, name.c_str(), detail::checked_type_of<T>(), components, labels, unit);
    });
  }

  // A field of fixed shape, fastest dimension first: field<float>("attractor", {4, 64}) is 64 rows of 4 numbers.
  template <class T>
  StreamSpec& field(const std::string& name, std::initializer_list<std::uint64_t> shape, const char* labels = "",
                    const char* unit = "") {
    return add([&](wb_spec* spec) {
      return wb_spec_add_field(spec, name.c_str(), detail::checked_type_of<T>(),
                               static_cast<std::uint32_t>(shape.size()), shape.begin(), labels, unit);
    });
  }

  // A parameter readers may set: of type f64, i64 or bool, as its initial value is.
  template <class T>
  StreamSpec& parameter(const std::string& name, T initial, const ParameterOptions& options = {}) {
    static_assert(std::is_arithmetic_v<T>,
                  "a parameter's initial value is a floating-point number, an integer or a bool");
    constexpr auto type = std::is_same_v<T, bool> ? WB_VALUE_BOOL : std::is_integral_v<T> ? WB_VALUE_I64 : WB_VALUE_F64;
    return add_parameter(name, type, static_cast<double>(initial), options, "");
  }

  // A parameter that is one of several names: choice("boundary", "open periodic reflecting", "open").
  StreamSpec& choice(const std::string& name, const std::string& alternatives, const std::string& initial,
                     const char* help = "") {
    ParameterOptions options;
    options.help = help;
    return add_parameter(name, WB_VALUE_CHOICE, index_of(alternatives, initial), options, alternatives.c_str());
  }

  // An act without arguments: trigger("reset").
  StreamSpec& trigger(const std::string& name, const char* help = "") {
    return add([&](wb_spec* spec) { return wb_spec_add_trigger(spec, name.c_str(), help); });
  }

  // A name with up to 8 numbers: command("place", "id x y z").
  StreamSpec& command(const std::string& name, const char* arguments, const char* help = "") {
    return add([&](wb_spec* spec) { return wb_spec_add_command(spec, name.c_str(), arguments, help); });
  }

  // A static property of the stream: attribute("model", "zones"). Setting a key again replaces its value.
  StreamSpec& attribute(const std::string& key, const std::string& value) {
    return add([&](wb_spec* spec) { return wb_spec_set_attribute(spec, key.c_str(), value.c_str()); });
  }

  // How many frames all readers together may hold at a time (default 8).
  StreamSpec& lease_budget(std::uint64_t frames) { return option(WB_OPTION_LEASE_BUDGET, frames); }
  // How many readers there may be at a time (default 32).
  StreamSpec& max_readers(std::uint64_t readers) { return option(WB_OPTION_MAX_READERS, readers); }
  // How many frames a reader of every frame may fall back without loss (default 4), beyond what leases give.
  StreamSpec& history(std::uint64_t frames) { return option(WB_OPTION_HISTORY, frames); }

  // What other users may do: bits WB_GROUP_READ, WB_GROUP_CONTROL, WB_ALL_READ (default 0: nothing).
  StreamSpec& access(std::uint64_t bits) { return option(WB_OPTION_ACCESS, bits); }
  // The number of the group those are for, if it is not the process's own.
  StreamSpec& group(std::uint64_t number) { return option(WB_OPTION_GROUP, number); }

  // Frames in huge pages, if the system has any: see WB_OPTION_HUGE_PAGES.
  StreamSpec& huge_pages(bool wanted = true) { return option(WB_OPTION_HUGE_PAGES, wanted ? 1 : 0); }

  // The first mistake, if there was one.
  const std::optional<Error>& error() const noexcept { return error_; }
  // For calls of the C interface; owned by this object.
  const wb_spec* raw() const noexcept { return spec_.get(); }

 private:
  struct Destroy {
    void operator()(wb_spec* spec) const noexcept { wb_spec_destroy(spec); }
  };

  void check(int code) {
    if (code != WB_OK && !error_) error_ = Error::last(code);
  }

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

  // Position of a word among words separated by single spaces; -1, which the library refuses, if it is not there.
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
