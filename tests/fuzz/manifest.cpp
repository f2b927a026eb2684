// The manifest, as a reader finds it in the runtime directory. An accepted manifest must be exactly the text that the
// writer would write.
#include <cstdlib>

#include "fuzz.hpp"
#include "layout/manifest.hpp"

using namespace wingbeat::layout;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Manifest manifest;
  std::string text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(from_text(text, manifest));
  // Corrects the checksum, so that the fuzzer reaches the code behind its check.
  const std::size_t check = text.rfind("check ");
  if (check == std::string::npos) return 0;
  text.resize(check);
  char line[32];
  std::snprintf(line, sizeof line, "check %016llx\n", static_cast<unsigned long long>(hash(text)));
  text += line;
  if (!from_text(text, manifest) && to_text(manifest) != text) std::abort();
  return 0;
}
