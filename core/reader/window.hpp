// The last W frames of some fields. Each field has a ring buffer of its own that is mapped twice in a row:
// wherever the ring stands, its W frames are contiguous. A push copies one frame and moves no other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../layout/schema.hpp"
#include "../platform/platform.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

class Window {
 public:
  static int open(const layout::Schema& schema, const std::vector<std::string>& fields, std::uint32_t frames,
                  std::unique_ptr<Window>& out);

  int push(const wb_frame& frame);
  int view(std::uint32_t field, wb_window_view& out) const;
  std::uint32_t fork_generation() const { return fork_generation_; }

 private:
  struct Ring {
    layout::FieldRecord field;
    platform::Mapping memory;  // twice ring_bytes
    std::uint64_t ring_bytes = 0;
    std::uint64_t start = 0;  // of the oldest frame, below ring_bytes
  };

  int add_ring(const layout::FieldRecord& field, std::uint32_t frames);
  bool fits(const layout::Schema& schema);
  void push_field(Ring& ring, const wb_frame& frame, const layout::FieldRecord& source) const;

  std::vector<Ring> rings_;
  std::vector<int> places_;          // of the rings' fields in the schema seen last
  std::uint64_t identity_seen_ = 0;  // of the memory whose schema that was
  std::uint32_t wanted_ = 0;
  std::uint32_t present_ = 0;
  std::vector<std::uint64_t> seqs_, counts_;
  std::uint32_t fork_generation_ = 0;
};

}  // namespace wingbeat::stream
