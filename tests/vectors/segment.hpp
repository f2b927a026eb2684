// A stream's two objects built in private memory, with fixed identity and times, by the very code that lays out and moves a
// live stream's. What makes the golden vectors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layout/manifest.hpp"
#include "protocol_memory.hpp"

namespace vectors {

namespace layout = wingbeat::layout;
namespace sync = wingbeat::sync;

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kIdentity = 0x1122334455667788;
constexpr std::uint64_t kCreateTimeNs = 1'000'000'000;
constexpr std::int32_t kWriterPid = 4242;
constexpr std::int32_t kReaderPid = 2424;

constexpr std::uint64_t publish_time_ns(std::uint64_t seq) { return 2'000'000'000 + seq * 1'000'000; }
constexpr double sim_time(std::uint64_t step) { return static_cast<double>(step) * 0.5; }

class Segment {
 public:
  Segment(layout::Schema schema, const layout::Budget& budget);

  const layout::Schema& schema() const { return schema_; }
  const layout::DataHeader& header() const { return bytes_.header; }
  const sync::SharedMemory& memory() const { return memory_; }

  // A writer says hello, as a live one does.
  void say_hello();
  void say_goodbye();

  // Publishes a frame of `count` agents; `payload` is copied to its beginning.
  void publish(std::uint64_t step, std::uint64_t count, const Bytes& payload);

  // A slot's words, as a writer that died there would leave them.
  void set_commit(std::uint32_t slot, std::uint64_t seq, layout::SlotState state);
  void set_head(std::uint64_t seq, std::uint32_t slot);

  // A reader that owns an entry, holds one frame, and did not live to give it back.
  void attach_reader(std::uint32_t entry, std::uint64_t held_seq, const std::string& label);

  void ask(std::uint32_t entry, layout::RequestRecord request);
  void answer(std::uint32_t entry, std::uint64_t id, std::uint32_t status, const std::string& reason);

  Bytes data() const { return {bytes_.data(), bytes_.data() + header().total_bytes}; }
  Bytes control() const { return {bytes_.control(), bytes_.control() + bytes_.control_header.total_bytes}; }
  layout::Manifest manifest() const;

 private:
  layout::Schema schema_;
  wbtest::ProtocolMemory bytes_;
  sync::SharedMemory memory_;
  sync::SlotWriter<sync::SharedMemory> slots_;
  std::uint64_t last_step_ = 0;
};

}  // namespace vectors
