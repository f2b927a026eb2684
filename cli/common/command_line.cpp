#include "command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>

namespace wingbeat::cli {

namespace {

constexpr std::size_t kNarrowest = 60, kWidest = 100;  // columns of help: longer lines are hard to read
constexpr std::size_t kColumn = 30;                    // where the explanation of an option begins

// The terminal's width within limits; 80 if the help goes to a file or a pipe.
std::size_t help_width() {
  winsize size = {};
  const bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return std::clamp(is_known ? std::size_t{size.ws_col} : std::size_t{80}, kNarrowest, kWidest);
}

// Breaks between words; every line after the first begins with `indent` spaces. Line ends in the text are kept.
std::string wrapped(const std::string& text, std::size_t begin, std::size_t indent) {
  const std::size_t width = help_width();
  std::string result;
  std::size_t column = begin;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!result.empty()) result += "\n" + std::string(indent, ' '), column = indent;
    std::istringstream words(line);
    bool is_first = true;
    for (std::string word; words >> word; is_first = false) {
      if (!is_first && column + 1 + word.size() > width) {
        result += "\n" + std::string(indent, ' ') + word;
        column = indent + word.size();
      } else {
        result += (is_first ? "" : " ") + word;
        column += word.size() + (is_first ? 0 : 1);
      }
    }
  }
  return result;
}

// A name and its explanation, which begins on a line of its own if the name is long.
std::string entry(const std::string& name, const std::string& explanation) {
  std::string line = "  " + name;
  if (explanation.empty()) return line + "\n";
  if (line.size() + 2 > kColumn)
    line += "\n" + std::string(kColumn, ' ');
  else
    line.append(kColumn - line.size(), ' ');
  return line + wrapped(explanation, kColumn, kColumn) + "\n";
}

// CLI11's formatter does not wrap.
class WrappingFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return entry(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
  }
  std::string make_subcommand(const CLI::App* verb) const override {
    const std::string text = verb->get_description();
    return entry(verb->get_name(), text.substr(0, text.find('\n')));
  }
  std::string make_description(const CLI::App* app) const override {
    return wrapped(app->get_description(), 0, 0) + "\n\n";
  }
  std::string make_footer(const CLI::App* app) const override { return wrapped(app->get_footer(), 0, 0) + "\n"; }
};

// How many characters have to be inserted, removed, exchanged or swapped with their neighbour.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

std::vector<std::string> option_names(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// Prints "wingbeat: TEXT" and where to read more.
int usage_error(const std::string& text, const std::string& help) {
  const std::string message = fmt::format("wingbeat: {}\n`{}` explains the usage\n", text, help);
  static_cast<void>(std::fputs(message.c_str(), stderr));
  return kUsage;
}

// "; did you mean NAME?", or "" if no name is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& names) {
  const std::string name = nearest(word, names);
  return name.empty() ? "" : fmt::format("; did you mean {}?", name);
}

// CLI11 takes "-0.5" for a number but "-.5" for an option.
void spell_out(std::vector<std::string>& words) {
  for (auto& word : words)
    if (word.size() > 2 && word.compare(0, 2, "-.") == 0 && word[2] >= '0' && word[2] <= '9') word.insert(1, "0");
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& names) {
  std::string best;
  // Short words have many near neighbours, so they are allowed fewer errors.
  std::size_t least = std::min<std::size_t>(2, word.size() / 2) + 1;  // one letter of three, two of more
  for (const std::string& name : names) {
    if (const std::size_t d = distance(word, name); d < least) least = d, best = name;
  }
  return best;
}

bool parse_number(const std::string& text, double& number) {
  char* end = nullptr;
  number = std::strtod(text.c_str(), &end);
  return !text.empty() && end == text.c_str() + text.size();
}

Option& Option::required() { return option_->required(), *this; }
Option& Option::shown_as(const std::string& text) { return option_->option_text(text), *this; }
Option& Option::with_default() { return option_->capture_default_str(), *this; }
Option& Option::between(double least, double most) {
  const std::string range = fmt::format("{} to {}", least, most);
  // CLI11 checks a value before it converts it, so this also answers texts that are not numbers.
  const auto check = [=](std::string& text) -> std::string {
    double number = 0;
    if (!parse_number(text, number)) return fmt::format("'{}' is not a number", text);
    return number >= least && number <= most ? "" : fmt::format("{} is not in the range {}", text, range);
  };
  return option_->check(CLI::Validator(check, ""))->type_name("NUMBER"), *this;
}
Option& Option::one_of(const std::vector<std::string>& values) {
  const auto check = [values](std::string& text) -> std::string {
    if (std::find(values.begin(), values.end(), text) != values.end()) return "";
    return fmt::format("'{}' is not one of {}{}", text, CLI::detail::join(values, ", "), did_you_mean(text, values));
  };
  return option_->check(CLI::Validator(check, ""))->type_name("NAME"), *this;
}
Option& Option::excludes(const Option& other) { return option_->excludes(other.option_), *this; }
Option& Option::needs(const Option& other) { return option_->needs(other.option_), *this; }

template <class T>
Option Verb::add(const std::string& name, T& variable, const std::string& help) {
  return Option(verb_->add_option(name, variable, help));
}
template <>
Option Verb::add(const std::string& name, bool& variable, const std::string& help) {
  return Option(verb_->add_flag(name, variable, help));
}
template <>
Option Verb::add(const std::string& name, std::vector<std::string>& variable, const std::string& help) {
  return Option(verb_->add_option(name, variable, help)->allow_extra_args(false));
}
template Option Verb::add(const std::string&, std::string&, const std::string&);
template Option Verb::add(const std::string&, double&, const std::string&);
template Option Verb::add(const std::string&, std::uint32_t&, const std::string&);
template Option Verb::add(const std::string&, std::uint64_t&, const std::string&);
template Option Verb::add(const std::string&, std::optional<double>&, const std::string&);
template Option Verb::add(const std::string&, std::optional<std::uint32_t>&, const std::string&);
template Option Verb::add(const std::string&, std::optional<std::uint64_t>&, const std::string&);
template Option Verb::add(const std::string&, std::vector<double>&, const std::string&);

Option Verb::choose(const std::string& name, const std::vector<std::string>& names,
                    const std::function<void(std::size_t)>& chosen, const std::string& help, bool many) {
  const auto choose_one = [name, names, chosen](const std::string& text) {
    const auto found = std::find(names.begin(), names.end(), CLI::detail::to_lower(text));
    if (found == names.end())
      throw CLI::ValidationError(name, fmt::format("'{}' is not one of {}{}", text, CLI::detail::join(names, ", "),
                                                   did_you_mean(text, names)));
    chosen(static_cast<std::size_t>(found - names.begin()));
  };
  CLI::Option* option = nullptr;
  if (many) {
    option = verb_->add_option_function<std::vector<std::string>>(
        name,
        [choose_one](const std::vector<std::string>& texts) { std::for_each(texts.begin(), texts.end(), choose_one); },
        help);
    option->delimiter(',')->allow_extra_args(false);
  } else {
    option = verb_->add_option_function<std::string>(name, choose_one, help);
  }
  option->option_text(CLI::detail::join(names, "|"));
  return Option(option);
}

void Verb::accept_all() { verb_->allow_extras(); }
bool Verb::was_given(const std::string& option) const { return verb_->count(option) > 0; }

struct CommandLine::Parts {
  CLI::App app;
  int exit_code = kDone;

  std::vector<std::string> verb_names() const {
    std::vector<std::string> names;
    for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
    return names;
  }
  const CLI::App* find(const std::string& name) const {
    for (const CLI::App* verb : app.get_subcommands({}))
      if (verb->get_name() == name) return verb;
    return nullptr;
  }

  int parse(std::vector<std::string> words) {
    const CLI::App* verb = find(words[0]);
    const std::string name = verb != nullptr ? verb->get_name() : "";
    try {
      app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // in the order in which CLI11 takes them
    } catch (const CLI::ExtrasError& error) {
      return usage_error(verb != nullptr ? unexpected(*verb, words) : error.what(), help_of(name));
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return app.exit(error);  // help or the version was asked for
      return usage_error(name.empty() ? error.what() : fmt::format("{}: {}", name, error.what()), help_of(name));
    }
    return exit_code;
  }

 private:
  static std::string help_of(const std::string& verb) {
    return verb.empty() ? "wingbeat help" : fmt::format("wingbeat help {}", verb);
  }

  // What is wrong with words that the verb does not take.
  static std::string unexpected(const CLI::App& verb, const std::vector<std::string>& words) {
    const std::vector<std::string> names = option_names(verb);
    for (std::string word : words) {
      word = word.substr(0, word.find('='));
      const bool is_option = word.size() > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9');
      if (is_option && word != "-h" && std::find(names.begin(), names.end(), word) == names.end())
        return fmt::format("{}: no option '{}'{}", verb.get_name(), word, did_you_mean(word, names));
    }
    return fmt::format("{}: unexpected argument '{}'", verb.get_name(), fmt::join(verb.remaining(), "' '"));
  }
};

CommandLine::CommandLine(const std::string& description, const std::string& version)
    : parts_(std::make_unique<Parts>()) {
  CLI::App& app = parts_->app;
  app.name("wingbeat");
  app.description(description);
  app.set_version_flag("--version", version, "Print the version and end");
  app.require_subcommand(1);
  app.footer(std::string("`wingbeat help VERB` explains a verb.\n") + kExitCodes);
  auto formatter = std::make_shared<WrappingFormatter>();
  formatter->column_width(kColumn);
  formatter->label("SUBCOMMAND", "VERB ...");
  app.formatter(formatter);  // verbs inherit it
  app.set_help_flag("-h,--help", "Print this help and end");
}

CommandLine::~CommandLine() = default;

Verb CommandLine::add_verb(const std::string& group, const std::string& name, const std::string& description,
                           const std::string& details) {
  CLI::App* verb = parts_->app.add_subcommand(name, details.empty() ? description : description + "\n\n" + details);
  verb->group(group)->footer(kExitCodes);
  return Verb(verb, &parts_->exit_code);
}

void Verb::run(const std::function<int()>& act) {
  verb_->callback([act, exit_code = exit_code_] { *exit_code = act(); });
}

int CommandLine::run(std::vector<std::string> words) {
  const Parts& parts = *parts_;
  if (words.empty()) {
    static_cast<void>(std::fputs(parts.app.help().c_str(), stderr));
    return kUsage;
  }
  // `help VERB ...` is `VERB --help`; further words are ignored.
  if (words[0] == "help") {
    words.erase(words.begin());
    words.resize(std::min<std::size_t>(words.size(), 1));
    words.emplace_back("--help");
  }
  // CLI11 would only say that a subcommand is required.
  if (words[0][0] != '-' && parts.find(words[0]) == nullptr)
    return usage_error(fmt::format("no verb '{}'{}", words[0], did_you_mean(words[0], parts.verb_names())),
                       "wingbeat help");
  spell_out(words);
  return parts_->parse(words);
}

}  // namespace wingbeat::cli
