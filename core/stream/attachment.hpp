// A stream's two objects, mapped and checked. Writers, readers and inspections work on an Attachment.
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

// What the attachment is for: which objects are mapped, and which of them can be written. A writer writes both.
// A reader writes the control object only. An inspection reads both. An observer maps the data object only.
enum class Access { kWriter, kReader, kInspection, kObserver };

// Everything here except the mapped bytes is a private copy that was checked. It is immutable after attach(),
// and shared by frames, which keep it mapped.
struct Attachment {
  layout::Manifest manifest;
  layout::DataHeader header;
  layout::Schema schema;
  platform::Mapping data;
  platform::Mapping control;
  sync::SharedMemory memory;

  bool has_control() const { return control.data() != nullptr; }

  // The number of agents in a frame: read once, and bounded by the capacity, because the word lies in shared
  // memory.
  std::uint64_t frame_count(const layout::SlotHeader& slot) const {
    auto& word = sync::SharedMemory::word(const_cast<layout::SlotHeader&>(slot).count);
    return std::min(word.load(std::memory_order_relaxed), header.capacity);
  }
};

// Maps the objects that the manifest names, which must belong to `owner`, and checks them. WB_NOT_READY if the
// objects are gone, which means that the stream is being restarted. WB_ERR_CORRUPT, WB_ERR_INCOMPATIBLE,
// WB_ERR_ACCESS. A reader or inspection without the right to the control object gets an attachment without
// reader entries; a writer gets WB_ERR_ACCESS.
int attach(const layout::Manifest& manifest, Access access, std::int64_t owner, std::shared_ptr<Attachment>& out);

// Creates and fills the two objects of a new epoch. Until a manifest names them no other process opens them.
// WB_ERR_NO_MEMORY says how much memory is needed and how much is free.
int create_objects(const layout::Manifest& manifest, const layout::Schema& schema, const layout::Budget& budget,
                   const platform::Rights& data_rights, const platform::Rights& control_rights,
                   std::shared_ptr<Attachment>& out);

// Gives every parameter its initial value, as a writer does when it begins.
void set_initial_values(const Attachment& attachment);

}  // namespace wingbeat::stream
