// wingbeat.h, section "requests".
#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;

extern "C" {

int wb_reader_set(wb_reader* reader, const char* parameter, wb_value value, uint64_t* id) {
  WB_CHECK(reader);
  if (parameter == nullptr) return null_argument("the name");
  return guarded([&] { return reader->impl->request_parameter(parameter, value, id); });
}

int wb_reader_trigger(wb_reader* reader, const char* trigger, uint64_t* id) {
  WB_CHECK(reader);
  if (trigger == nullptr) return null_argument("the name");
  return guarded([&] { return reader->impl->request_trigger(trigger, id); });
}

int wb_reader_command(wb_reader* reader, const char* command, const double* arguments, uint32_t argument_count,
                      uint64_t* id) {
  WB_CHECK(reader);
  if (command == nullptr || (arguments == nullptr && argument_count > 0)) return null_argument("the name or arguments");
  return guarded([&] { return reader->impl->request_command(command, arguments, argument_count, id); });
}

int wb_reader_receipt(wb_reader* reader, uint64_t id, int64_t timeout_ns, wb_receipt* out) {
  WB_CHECK(reader);
  return out == nullptr ? null_argument("the result")
                        : guarded([&] { return reader->impl->receipt(id, timeout_ns, *out); });
}

int wb_reader_parameter(wb_reader* reader, const char* parameter, wb_value* out) {
  WB_CHECK(reader);
  if (parameter == nullptr || out == nullptr) return null_argument("the name or result");
  return guarded([&] { return reader->impl->parameter(parameter, *out); });
}

}  // extern "C"
