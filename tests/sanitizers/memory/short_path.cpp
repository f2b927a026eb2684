// The short path of everything, for valgrind: a stream created, published to, read in every way, kept in a window, asked and
// inspected, and closed. Exits with 1 if something is not as it should be. With the argument `plant` it uses a byte that was never
// written, which valgrind must report.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>

#include "wingbeat/wingbeat.h"

namespace {

constexpr std::uint64_t kCapacity = 100;
constexpr int kFrames = 20;
constexpr std::int64_t kLongNs = 10'000'000'000;

void demand(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "FAILS: %s: %s\n", what, wb_error_message());
  std::exit(1);
}
#define DEMAND(condition) demand((condition), #condition)
#define OK(call) demand((call) == WB_OK, #call)

wb_writer* create() {
  wb_spec* spec = nullptr;
  OK(wb_spec_create("short", kCapacity, &spec));
  OK(wb_spec_add_per_agent(spec, "position", WB_F32, 3, "x y z", "m"));
  wb_parameter_options speed{};
  speed.struct_size = sizeof speed;
  speed.type = WB_VALUE_F64;
  speed.maximum = 10;
  OK(wb_spec_add_parameter(spec, "speed", &speed));
  OK(wb_spec_add_command(spec, "place", "x y", nullptr));
  OK(wb_spec_set_attribute(spec, "model", "none"));
  wb_writer* writer = nullptr;
  OK(wb_writer_create(spec, &writer));
  wb_spec_destroy(spec);
  return writer;
}

// In place with even frames, copied from storage of the program's own with odd ones; fewer agents each time.
void publish(wb_writer* writer) {
  wb_slot slot;
  OK(wb_writer_begin(writer, &slot));
  const std::uint64_t count = kCapacity - slot.seq % kCapacity;
  float agents[kCapacity][4];
  for (std::uint64_t i = 0; i < count; ++i)
    for (int k = 0; k < 3; ++k) agents[i][k] = static_cast<float>(slot.seq);
  if (slot.seq % 2 != 0) {
    OK(wb_writer_copy(writer, 0, agents, sizeof agents[0], count));
  } else {
    OK(wb_writer_set_count(writer, count));
    auto* position = static_cast<float*>(wb_writer_field(writer, 0));
    for (std::uint64_t i = 0; i < 3 * count; ++i) position[i] = static_cast<float>(slot.seq);
  }
  OK(wb_writer_publish(writer, slot.seq, 0.1));
}

void look_at(const wb_frame& frame) {
  const auto* position = static_cast<const float*>(wb_frame_field(&frame, 0));
  for (std::uint64_t i = 0; i < 3 * frame.count; ++i) DEMAND(position[i] == static_cast<float>(frame.seq));
}

wb_reader* open(wb_mode mode, std::uint32_t every, std::uint32_t flags) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = mode;
  options.every = every;
  options.flags = flags;
  options.label = "short";
  wb_reader* reader = nullptr;
  OK(wb_reader_open("short", &options, &reader));
  return reader;
}

int take_all(wb_reader* reader, std::int64_t timeout_ns) {
  int taken = 0;
  wb_frame frame;
  while (wb_reader_wait(reader, timeout_ns, &frame) == WB_OK) {
    look_at(frame);
    wb_frame_release(&frame);
    ++taken;
  }
  return taken;
}

// The newest, whose memory outlives its reader.
wb_memory* look_at_newest(wb_reader* reader) {
  wb_frame frame;
  OK(wb_reader_latest(reader, &frame));
  look_at(frame);
  wb_memory* memory = nullptr;
  OK(wb_frame_memory(&frame, &memory));
  wb_frame_release(&frame);
  return memory;
}

void read(wb_writer* writer, wb_mode mode, std::uint32_t every, std::uint32_t flags) {
  wb_reader* reader = open(mode, every, flags);
  int taken = 0;
  for (int i = 0; i < kFrames; ++i) {
    publish(writer);
    taken += take_all(reader, 0);
  }
  DEMAND(taken >= kFrames / static_cast<int>(every));
  DEMAND(take_all(reader, 1'000'000) == 0);  // spins, and sleeps
  wb_memory* memory = look_at_newest(reader);
  wb_reader_close(reader);
  wb_memory_release(memory);
}

void keep_window(wb_writer* writer) {
  wb_reader* reader = open(WB_EVERY, 1, 0);
  const char* fields[] = {"position"};
  wb_window* window = nullptr;
  OK(wb_window_open(reader, fields, 1, 4, &window));
  wb_window_view view{};
  for (int i = 0; i < kFrames; ++i) {
    publish(writer);
    OK(wb_window_next(window, reader, 0));
    OK(wb_window_get(window, 0, &view));
    const auto* values = static_cast<const float*>(view.data);
    for (std::uint32_t k = 0; k < view.frames; ++k)
      DEMAND(values[k * 3 * kCapacity] == static_cast<float>(view.seqs[k]));
  }
  DEMAND(view.frames == 4);
  wb_window_close(window);
  wb_reader_close(reader);
}

void answer(wb_writer* writer) {
  wb_request request;
  while (wb_writer_next_request(writer, &request) == WB_OK) {
    if (request.kind == WB_COMMAND) OK(wb_writer_refuse(writer, "nowhere"));
  }
}

void ask(wb_writer* writer) {
  wb_reader* reader = open(WB_LATEST, 1, 0);
  const double where[] = {1, 2};
  for (int i = 0; i < kFrames; ++i) {
    wb_value speed{};
    speed.type = WB_VALUE_F64;
    speed.as.f64 = i % 10;
    std::uint64_t set = 0, placed = 0;
    OK(wb_reader_set(reader, "speed", speed, &set));
    OK(wb_reader_command(reader, "place", where, 2, &placed));
    answer(writer);
    publish(writer);
    wb_receipt receipt;
    OK(wb_reader_receipt(reader, set, kLongNs, &receipt));
    DEMAND(receipt.status == WB_APPLIED);
    OK(wb_reader_receipt(reader, placed, kLongNs, &receipt));
    DEMAND(receipt.status == WB_REFUSED && std::strcmp(receipt.reason, "nowhere") == 0);
  }
  wb_reader_close(reader);
}

void wait_for_descriptor(wb_writer* writer) {
  wb_reader* reader = open(WB_EVERY, 1, 0);
  DEMAND(wb_reader_fd(reader) >= 0);
  publish(writer);
  wb_frame frame;
  OK(wb_reader_wait(reader, kLongNs, &frame));
  wb_frame_release(&frame);
  wb_reader_close(reader);
}

void inspect() {
  wb_name names[4];
  std::size_t count = 0;
  OK(wb_list(names, 4, &count));
  DEMAND(count == 1);
  wb_inspection* inspection = nullptr;
  OK(wb_inspect("short", &inspection));
  wb_stream_info stream;
  OK(wb_inspection_stream(inspection, &stream));
  DEMAND(stream.writer_state == WB_WRITER_ALIVE);
  wb_reader_info readers[4];
  OK(wb_inspection_readers(inspection, readers, 4, &count));
  wb_inspection_close(inspection);
}

void use_what_was_never_written() {
  const std::unique_ptr<char[]> bytes(new char[64]);
  if (bytes[3] == 'x') std::puts("x");
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::strcmp(arguments[1], "plant") == 0) use_what_was_never_written();
  wb_writer* writer = create();
  publish(writer);
  for (const std::uint32_t every : {1u, 3u}) {
    read(writer, WB_LATEST, 1, 0);
    for (const std::uint32_t flags : {0u, std::uint32_t{WB_READER_COPY}, std::uint32_t{WB_READER_OBSERVE}})
      read(writer, WB_EVERY, every, flags);
  }
  OK(wb_writer_lock_step(writer, "short", 1'000'000));
  read(writer, WB_LOCK_STEP, 1, 0);
  keep_window(writer);
  ask(writer);
  wait_for_descriptor(writer);
  inspect();
  wb_writer_close(writer);
  wb_collect_report report;
  OK(wb_collect(nullptr, &report));
  std::puts("short path done");
}
