// wingbeat.h, section "inspection".
#include <algorithm>
#include <cstring>

#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;
using stream::fail;

extern "C" {

// Fills the caller's array as far as it goes, and counts all, so that the caller can call again with a larger
// one.
int wb_list(wb_name* names, size_t capacity, size_t* count) {
  return guarded([&] {
    if (count == nullptr || (names == nullptr && capacity > 0)) return null_argument("the names or count");
    const std::vector<std::string> streams = stream::list_streams(stream::runtime_directory());
    *count = streams.size();
    for (std::size_t i = 0; i < std::min(capacity, streams.size()); ++i) {
      std::memcpy(names[i].text, streams[i].c_str(), streams[i].size() + 1);
    }
    return int{WB_OK};
  });
}

int wb_inspect(const char* name, wb_inspection** out) {
  return guarded([&] {
    if (name == nullptr || out == nullptr) return null_argument("the stream's name or result");
    std::unique_ptr<stream::Inspection> inspection;
    const int code = stream::Inspection::open(name, inspection);
    return code == WB_OK ? hand_out(std::move(inspection), out) : code;
  });
}

void wb_inspection_close(wb_inspection* inspection) { delete inspection; }

int wb_inspection_stream(wb_inspection* inspection, wb_stream_info* out) {
  WB_CHECK(inspection);
  return out == nullptr ? null_argument("the result") : guarded([&] { return inspection->impl->stream(*out); });
}

int wb_inspection_readers(wb_inspection* inspection, wb_reader_info* readers, size_t capacity, size_t* count) {
  WB_CHECK(inspection);
  if (count == nullptr || (readers == nullptr && capacity > 0)) return null_argument("the readers or count");
  return guarded([&] {
    std::vector<wb_reader_info> all;
    if (const int code = inspection->impl->readers(all)) return code;
    *count = all.size();
    std::copy_n(all.begin(), std::min(capacity, all.size()), readers);
    return int{WB_OK};
  });
}

int wb_inspection_parameter(wb_inspection* inspection, uint32_t control, wb_value* out) {
  WB_CHECK(inspection);
  return out == nullptr ? null_argument("the result")
                        : guarded([&] { return inspection->impl->parameter(control, *out); });
}

const wb_schema* wb_inspection_schema(const wb_inspection* inspection) {
  return check(inspection) == WB_OK ? wrap(inspection->impl->schema()) : nullptr;
}

// Arrays are collected with all streams only, since they belong to no stream.
int wb_collect(const char* name, wb_collect_report* out) {
  return guarded([&] {
    wb_collect_report report{};
    const std::string directory = stream::runtime_directory();
    std::vector<std::string> streams = stream::list_streams(directory);
    if (name != nullptr) {
      if (std::find(streams.begin(), streams.end(), name) == streams.end()) {
        return fail(WB_NOT_READY, "there is no stream '" + std::string(name).substr(0, 80) + "' in " + directory);
      }
      streams = {name};
    }
    for (const std::string& each : streams) stream::collect(stream::Location(directory, each), report);
    if (name == nullptr) stream::collect_arrays(directory, report);
    if (out != nullptr) *out = report;
    return int{WB_OK};
  });
}

}  // extern "C"
