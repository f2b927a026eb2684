// wingbeat.h, section "results".
#include <cstring>

#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;
using stream::fail;

extern "C" {

const char* wb_error_message(void) { return stream::last_message(); }
const char* wb_result_name(int result) { return stream::result_name(result); }
const char* wb_result_text(int result) { return stream::result_text(result); }
const char* wb_version(void) { return WB_VERSION_STRING; }
const char* wb_backend(void) { return platform::backend(); }
uint64_t wb_now_ns(void) { return platform::now_ns(); }

// The path depends on the environment, so that it is copied and not kept.
int wb_runtime_directory(char* path, size_t path_bytes) {
  return guarded([&] {
    const std::string directory = stream::runtime_directory();
    if (path == nullptr || directory.size() >= path_bytes)
      return fail(WB_ERR_LIMIT, "the path of the runtime directory has " + std::to_string(directory.size()) +
                                    " bytes and a final zero: pass a larger buffer");
    std::memcpy(path, directory.c_str(), directory.size() + 1);
    return int{WB_OK};
  });
}

}  // extern "C"
