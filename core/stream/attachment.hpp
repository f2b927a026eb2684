// A stream's two objects, mapped and checked: what writers, readers and inspections work on.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

#include "../layout/geometry.hpp"
#include "../layout/manifest.hpp"
#include "../platform/platform.hpp"
#include "../sync/shared_memory.hpp"

namespace wingbeat::stream {

enum class Access { kWriter, kReader, kInspection, kObserver };

// Everything here but the mapped bytes is a checked private copy.
struct Attachment {
  layout::Manifest manifest;
  layout::DataHeader header;
  layout::Schema schema;
  platform::Mapping data;
  platform::Mapping control;
  sync::SharedMemory memory;

  bool has_control() const { return control.data() != nullptr; }

  // Agents in a frame: bounded, and read once.
  std::uint64_t frame_count(const layout::SlotHeader& slot) const {
    auto& word = sync::SharedMemory::word(const_cast<layout::SlotHeader&>(slot).count);
    return std::min(word.load(std::memory_order_relaxed), header.capacity);
  }
};

// Maps what the manifest names, which must be `owner`'s, and checks it. WB_NOT_READY if the objects are gone (a restart is under way), WB_ERR_CORRUPT,
// WB_ERR_INCOMPATIBLE, WB_ERR_ACCESS. Who has no right to the control object, or wants none, gets an attachment without reader entries;
// not so a writer.
int attach(const layout::Manifest& manifest, Access access, std::int64_t owner, std::shared_ptr<Attachment>& out);

// Reserves and fills the two objects of a new epoch, ready to be named by a manifest. WB_ERR_NO_MEMORY says how much was needed and how much there is.
int create_objects(const layout::Manifest& manifest, const layout::Schema& schema, const layout::Budget& budget,
                   const platform::Rights& data_rights, const platform::Rights& control_rights,
                   std::shared_ptr<Attachment>& out);

// What a writer's parameters are when it begins.
void set_initial_values(const Attachment& attachment);

}  // namespace wingbeat::stream
