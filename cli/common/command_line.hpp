// The command line of `wingbeat`: verbs with their options and their help, and answers to mistyped lines.
//
// command_line.cpp is the only file that includes CLI11, which takes four seconds to compile in each file that
// includes it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "failure.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace wingbeat::cli {

// An option or a positional argument. Every function returns the option itself, so that calls can be chained.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option& required();
  Option& shown_as(const std::string& text);  // in the help, instead of the type: "NAME|FILE"
  Option& with_default();                     // shows the value that the variable has now
  Option& between(double least, double most);
  Option& one_of(const std::vector<std::string>& values);
  Option& excludes(const Option& other);
  Option& needs(const Option& other);

 private:
  CLI::Option* option_;
};

// One verb: `wingbeat NAME ...`.
class Verb {
 public:
  Verb(CLI::App* verb, int* exit_code) : verb_(verb), exit_code_(exit_code) {}

  // Adds an option ("--rate") or a positional argument ("stream"). The variable must outlive the run. T is bool (a
  // flag), std::string, double, std::uint32_t, std::uint64_t, std::optional of the last three, std::vector<double> (all
  // arguments that are left) or std::vector<std::string> (an option that may be repeated).
  template <class T>
  Option add(const std::string& name, T& variable, const std::string& help);

  // Adds an option with a value out of these names; `chosen` is called with the name's index. With `many`, several
  // names may be given, with commas between.
  Option choose(const std::string& name, const std::vector<std::string>& names,
                const std::function<void(std::size_t)>& chosen, const std::string& help, bool many = false);
  template <class Enum>
  Option choose(const std::string& name, Enum& variable, const std::vector<std::pair<std::string, Enum>>& values,
                const std::string& help) {
    std::vector<std::string> names;
    for (const auto& value : values) names.push_back(value.first);
    return choose(
        name, names, [&variable, values](std::size_t index) { variable = values[index].second; }, help);
  }

  // Accepts any further words.
  void accept_all();
  // Whether the option was given. To be asked while the verb runs.
  bool was_given(const std::string& option) const;
  // What the verb does; its result is the exit code.
  void run(const std::function<int()>& act);

 private:
  CLI::App* verb_;
  int* exit_code_;
};

class CommandLine {
 public:
  CommandLine(const std::string& description, const std::string& version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // `group` is the heading over the verb in the list of verbs. `description` is one line that begins with a verb;
  // `details` follow it in the verb's own help.
  Verb add_verb(const std::string& group, const std::string& name, const std::string& description,
                const std::string& details = "");

  // Parses the words and runs the verb. Returns the exit code. Help, versions and usage errors are printed here;
  // whatever the verb throws is passed on.
  int run(std::vector<std::string> words);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The name most like `word`, if one is near enough to be a typing error; "" otherwise.
std::string nearest(const std::string& word, const std::vector<std::string>& names);

// The number that is all of the text; nothing if there is more or less.
bool parse_number(const std::string& text, double& number);

}  // namespace wingbeat::cli
