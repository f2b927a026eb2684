#include "error.hpp"

#include <cerrno>
#include <system_error>

namespace wingbeat::stream {
namespace {

// The message of this thread's last failure: `message`, or a constant text, so that ordinary states allocate
// nothing. A wait that ends without a frame is such a state, and must cost nothing.
thread_local std::string message;
thread_local const char* current = "";

struct Entry {
  int code;
  const char* name;
  const char* text;
};

constexpr Entry kEntries[] = {
#define WB_X(name, value, text) {value, #name, text},
    WB_RESULT_LIST(WB_X)
#undef WB_X
};

// core/layout knows nothing of the public codes, so that it can be used without them.
int code_of(layout::FaultKind kind) {
  switch (kind) {
    case layout::FaultKind::kNone:
      return WB_OK;
    case layout::FaultKind::kArgument:
      return WB_ERR_ARGUMENT;
    case layout::FaultKind::kName:
      return WB_ERR_NAME;
    case layout::FaultKind::kLimit:
      return WB_ERR_LIMIT;
    case layout::FaultKind::kCorrupt:
      return WB_ERR_CORRUPT;
    case layout::FaultKind::kIncompatible:
      return WB_ERR_INCOMPATIBLE;
  }
  return WB_ERR_CORRUPT;
}

// A shortage of memory, disk space or quota is one thing to a user. EFBIG is the process's limit for file
// sizes, which applies to shared memory too.
int code_of_errno(int error) {
  if (error == EACCES || error == EPERM || error == EROFS) return WB_ERR_ACCESS;
  const bool is_shortage =
      error == ENOMEM || error == ENOSPC || error == EDQUOT || error == EFBIG;  // of the file size limit
  if (is_shortage) return WB_ERR_NO_MEMORY;
  return WB_ERR_SYSTEM;
}

}  // namespace

int fail(int code, std::string text) {
  message = std::move(text);
  current = message.c_str();
  return code;
}

int fail(int code) {
  current = result_text(code);
  return code;
}

int fail(const layout::Fault& fault) { return fault ? fail(code_of(fault.kind), fault.text) : WB_OK; }

// The message ends with the system's own text for the error.
int fail_system(int error, const std::string& doing) {
  return fail(code_of_errno(error), doing + ": " + std::generic_category().message(error));
}

const char* last_message() { return current; }

const char* result_name(int code) {
  for (const Entry& entry : kEntries) {
    if (entry.code == code) return entry.name;
  }
  return "?";
}

const char* result_text(int code) {
  for (const Entry& entry : kEntries) {
    if (entry.code == code) return entry.text;
  }
  return "unknown result";
}

}  // namespace wingbeat::stream
