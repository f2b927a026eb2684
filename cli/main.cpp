#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "messages.hpp"
#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace {

using namespace wingbeat::cli;

ExitCode exit_code_of(const wingbeat::Error& error) {
  switch (error.code()) {
    case WB_NOT_READY:
    case WB_ERR_NOT_FOUND:
      return kNotFound;
    case WB_ERR_NAME:
    case WB_ERR_ARGUMENT:
    case WB_ERR_LIMIT:
    case WB_ERR_TYPE:
      return kUsage;
    case WB_INTERRUPTED:
      return kInterrupted;
    default:
      return kFailed;
  }
}

int complain(int code, const char* text) {
  static_cast<void>(std::fputs(fmt::format("wingbeat: {}\n", text).c_str(), stderr));
  return code;
}

void add_verbs(CLI::App& app, int& exit_code) {
#define WINGBEAT_ADD_VERB(name) add_##name(app, exit_code);
  WINGBEAT_VERBS(WINGBEAT_ADD_VERB)
#undef WINGBEAT_ADD_VERB
  for (auto* verb : app.get_subcommands({})) verb->footer(kExitCodes);
}

// CLI11 takes "-0.5" for a number but "-.5" for an option.
std::vector<std::string> spelled_out(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  for (auto& word : words)
    if (word.size() > 2 && word.compare(0, 2, "-.") == 0 && word[2] >= '0' && word[2] <= '9') word.insert(1, "0");
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  return words;
}

int run(int argc, char** argv) {
  CLI::App app("wingbeat: look at, steer and serve running simulations in shared memory", "wingbeat");
  app.set_version_flag("--version", [] { return fmt::format("wingbeat {} ({})", wb_version(), wb_backend()); });
  app.require_subcommand(1);
  app.footer(kExitCodes);
  int exit_code = kDone;
  add_verbs(app, exit_code);
  try {
    app.parse(spelled_out(argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_descriptors();
  try {
    return run(argc, argv);
  } catch (const Failure& failure) {
    return complain(failure.code(), failure.what());
  } catch (const wingbeat::Error& error) {
    return complain(exit_code_of(error), error.what());
  } catch (const std::exception& error) {
    return complain(kFailed, error.what());
  }
}
