// A stream in use whose memory is overwritten: a writer, a reader of each kind and an inspection. Between their calls
// the fuzzer writes bytes to the control object (which a peer of the same group may write) or to the data object
// (which only the writer's own user may write; the writer makes no calls then). No party may crash, hang or access
// memory outside the mappings.
#include "fuzz.hpp"
#include "layout/manifest.hpp"
#include "library.hpp"
#include "platform/platform.hpp"
#include "wingbeat/wingbeat.h"

namespace {

namespace platform = wingbeat::platform;
using fuzz::must;

wb_spec* make_spec() {
  wb_spec* spec = nullptr;
  must(wb_spec_create("fuzz", 8, &spec) == WB_OK, "spec");
  wb_spec_add_per_agent(spec, "position", WB_F32, 3, "x y z", "m");
  wb_spec_add_field(spec, "grid", WB_U8, 1, std::initializer_list<std::uint64_t>{5}.begin(), nullptr, nullptr);
  wb_parameter_options options{};
  options.struct_size = sizeof options;
  options.type = WB_VALUE_F64;
  options.maximum = 10;
  wb_spec_add_parameter(spec, "speed", &options);
  wb_spec_add_trigger(spec, "reset", "");
  wb_spec_add_command(spec, "place", "id x", "");
  wb_spec_set_option(spec, WB_OPTION_MAX_READERS, 6);
  wb_spec_set_option(spec, WB_OPTION_LEASE_BUDGET, 6);
  wb_spec_set_option(spec, WB_OPTION_HISTORY, 1);
  return spec;
}

struct Stream {
  static constexpr int kReaders = 5;

  Stream() {
    wb_spec* spec = make_spec();
    must(wb_writer_create(spec, &writer) == WB_OK, "create");
    wb_spec_destroy(spec);
    const wb_mode modes[kReaders] = {WB_LATEST, WB_EVERY, WB_LOCK_STEP, WB_EVERY, WB_LATEST};
    const std::uint32_t flags[kReaders] = {0, 0, 0, WB_READER_COPY, WB_READER_OBSERVE};
    for (int i = 0; i < kReaders; ++i) {
      wb_reader_options reader{};
      reader.struct_size = sizeof reader;
      reader.mode = modes[i];
      reader.flags = flags[i];
      must(wb_reader_open("fuzz", &reader, &readers[i]) == WB_OK, "open");
    }
    must(wb_inspect("fuzz", &inspection) == WB_OK, "inspect");
    map();
  }
  ~Stream() {
    for (wb_reader* reader : readers) wb_reader_close(reader);
    wb_inspection_close(inspection);
    wb_writer_close(writer);
  }

  void map() {
    char directory[512];
    must(wb_runtime_directory(directory, sizeof directory) == WB_OK, "directory");
    std::string text;
    wingbeat::layout::Manifest manifest;
    must(platform::read_file(std::string(directory) + "/fuzz.manifest", 4096, platform::kAnyUser, text) == 0,
         "manifest");
    must(!wingbeat::layout::from_text(text, manifest), "manifest");
    must(platform::open_object(manifest.data_object, true, manifest.data_bytes, platform::kAnyUser, data) == 0, "data");
    must(platform::open_object(manifest.control_object, true, manifest.control_bytes, platform::kAnyUser, control) == 0,
         "control");
  }

  wb_writer* writer = nullptr;
  wb_reader* readers[kReaders] = {};
  wb_inspection* inspection = nullptr;
  platform::Mapping data, control;
};

void scribble(const platform::Mapping& memory, std::uint64_t skip, fuzz::Input& input) {
  const std::uint64_t place = skip + input.number<std::uint16_t>() % (memory.bytes() - skip);
  const std::uint64_t bytes = 1 + input.byte() % 16;
  for (std::uint64_t i = 0; i < bytes && place + i < memory.bytes(); ++i) memory.data()[place + i] = input.byte();
}

void publish(Stream& stream) {
  wb_slot slot;
  if (wb_writer_begin(stream.writer, &slot) != WB_OK) return;  // more leases than the budget allows
  std::memset(slot.data, 1, 5);
  must(wb_writer_publish(stream.writer, slot.seq, 0) == WB_OK, "publish");
}

void answer(Stream& stream) {
  wb_request request;
  for (int i = 0; i < 200 && wb_writer_next_request(stream.writer, &request) == WB_OK; ++i)
    must(request.control < 3 && request.argument_count <= WB_MAX_ARGUMENTS, "request");
}

void read(Stream& stream, fuzz::Input& input) {
  wb_reader* reader = stream.readers[input.byte() % Stream::kReaders];
  wb_frame frame;
  const int code = input.byte() % 4 == 0 ? wb_reader_latest(reader, &frame) : wb_reader_wait(reader, 0, &frame);
  if (code != WB_OK) return;
  must(frame.count <= 8, "count");
  volatile std::uint8_t sum = 0;
  const auto* bytes = static_cast<const std::uint8_t*>(frame.data);
  for (std::uint64_t i = 0; i < wb_schema_frame_bytes(frame.schema); ++i)
    sum = static_cast<std::uint8_t>(sum + bytes[i]);
  wb_frame_release(&frame);
}

void ask(Stream& stream, fuzz::Input& input) {
  wb_reader* reader = stream.readers[input.byte() % 4];
  std::uint64_t id = 0;
  wb_value value{};
  value.type = WB_VALUE_F64;
  const double arguments[2] = {1, 2};
  switch (input.byte() % 3) {
    case 0:
      wb_reader_set(reader, "speed", value, &id);
      break;
    case 1:
      wb_reader_trigger(reader, "reset", &id);
      break;
    default:
      wb_reader_command(reader, "place", arguments, 2, &id);
  }
  wb_receipt receipt{};
  if (id != 0 && wb_reader_receipt(reader, id, 0, &receipt) == WB_OK)
    must(std::memchr(receipt.reason, 0, sizeof receipt.reason) != nullptr, "reason");
}

void look(Stream& stream) {
  wb_stream_info info{};
  wb_reader_info readers[8];
  std::size_t count = 0;
  wb_inspection_stream(stream.inspection, &info);
  must(info.count <= info.capacity, "count seen from outside");
  if (wb_inspection_readers(stream.inspection, readers, 8, &count) != WB_OK) return;
  for (std::size_t i = 0; i < count && i < 8; ++i)
    must(std::memchr(readers[i].label, 0, sizeof readers[i].label) != nullptr, "label");
  wb_value value;
  wb_inspection_parameter(stream.inspection, 0, &value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::set_directory();
  fuzz::Input input(bytes, size);
  const bool spoils_data = input.byte() % 4 == 0;
  {
    Stream stream;
    if (input.byte() % 4 == 0) wb_writer_lock_step(stream.writer, nullptr, 20'000);
    for (int i = 0; i < 3; ++i) publish(stream);
    while (!input.is_empty()) {
      switch (input.byte() % 8) {
        case 0:
        case 1:
          spoils_data ? scribble(stream.data, 200, input) : scribble(stream.control, 64, input);
          break;
        case 2:
        case 3:
          if (!spoils_data) publish(stream);
          break;
        case 4:
          if (!spoils_data) answer(stream);
          break;
        case 5:
          ask(stream, input);
          break;
        case 6:
          look(stream);
          break;
        default:
          read(stream, input);
      }
    }
  }
  must(wb_collect(nullptr, nullptr) == WB_OK, "collect");
  return 0;
}
