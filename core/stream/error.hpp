// Results and their messages. A function that fails returns fail(code, text). The text is kept for the calling
// thread, and wb_error_message() returns it. A message says what happened, with names and numbers, then what to
// do.
#pragma once

#include <string>

#include "../layout/schema.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

// Each keeps a message and returns the code, so that callers can write `return fail(...)`.
int fail(int code, std::string text);                  // remembers the text, returns the code
int fail(int code);                                    // the code's general text; allocates nothing
int fail(const layout::Fault& fault);                  // WB_OK if there is none
int fail_system(int error, const std::string& doing);  // of an errno value: WB_ERR_ACCESS, _NO_MEMORY or _SYSTEM

const char* last_message();
const char* result_name(int code);
const char* result_text(int code);

}  // namespace wingbeat::stream
