// Results and their messages. A failing function returns fail(code, text); the text is kept for this thread.
#pragma once

#include <string>

#include "../layout/schema.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

int fail(int code, std::string text);                  // remembers the text, returns the code
int fail(int code);                                    // with the code's general text
int fail(const layout::Fault& fault);                  // WB_OK if there is none
int fail_system(int error, const std::string& doing);  // of an errno value: WB_ERR_ACCESS, _NO_MEMORY or _SYSTEM

const char* last_message();
const char* result_name(int code);
const char* result_text(int code);

}  // namespace wingbeat::stream
