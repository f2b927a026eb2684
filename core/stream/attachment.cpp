#include "attachment.hpp"

#include <cerrno>
#include <cstring>
#include <new>

#include "error.hpp"

namespace wingbeat::stream {
namespace {

// The addresses and offsets for core/sync, from checked headers.
sync::Regions regions_of(const Attachment& attachment, const layout::ControlHeader& control) {
  sync::Regions regions;
  regions.data = attachment.data.data();
  regions.control = attachment.control.data();
  regions.slots_offset = attachment.header.slots_offset;
  regions.slot_stride = attachment.header.slot_stride;
  regions.receipts_offset = attachment.header.receipts_offset;
  regions.values_offset = attachment.header.values_offset;
  regions.hot_offset = control.hot_offset;
  regions.cold_offset = control.cold_offset;
  regions.requests_offset = control.requests_offset;
  regions.slot_count = attachment.header.slot_count;
  regions.reader_count = attachment.has_control() ? attachment.header.max_readers : 0;
  regions.control_count = attachment.header.control_count;
  return regions;
}

// Maps one object, and says in the message what to do if that fails.
int map(const std::string& name, bool writable, std::uint64_t bytes, std::int64_t owner, platform::Mapping& out) {
  int error = platform::open_object(name, writable, bytes, owner, out);
  if (error == 0) return WB_OK;
  if (error == ENOENT) return fail(WB_NOT_READY);
  if (error == EINVAL)
    return fail(WB_ERR_CORRUPT,
                "memory object " + name + " is smaller than its manifest says: end the writer and run `wingbeat gc`");
  if (error == EPERM)
    return fail(WB_ERR_ACCESS, "memory object " + name + " belongs to another user than the stream, and is not used");
  if (error == EACCES)
    return fail(WB_ERR_ACCESS,
                "this user may not read memory object " + name + ": the stream's writer must set WB_OPTION_ACCESS");
  return fail_system(error, "cannot map memory object " + name);
}

// Copies the header, checks the copy, then copies and checks the schema. From here on only the copies are used:
// a process that changes the header later cannot move an access.
int check_data(Attachment& attachment) {
  const std::uint8_t* bytes = attachment.data.data();
  if (attachment.data.bytes() < layout::kPageBytes)
    return fail(WB_ERR_CORRUPT, "the data object is smaller than a header: end the writer and run `wingbeat gc`");
  std::memcpy(&attachment.header, bytes, sizeof attachment.header);
  const layout::DataHeader& header = attachment.header;
  if (layout::Fault fault = layout::check_data_header(header, attachment.data.bytes())) return fail(fault);
  if (header.identity != attachment.manifest.identity || header.epoch != attachment.manifest.epoch) {
    return fail(WB_ERR_CORRUPT,
                "the manifest and the memory object do not match: end the writer and run `wingbeat gc`");
  }
  std::vector<std::uint8_t> schema(bytes + header.schema_offset, bytes + header.schema_offset + header.schema_bytes);
  return fail(layout::from_bytes(header, schema, attachment.schema));
}

// WB_ERR_ACCESS if this process has no right to the control object.
int map_control(const layout::Manifest& manifest, Access access, std::int64_t owner, platform::Mapping& out) {
  const bool writable = access == Access::kWriter || access == Access::kReader;
  return map(manifest.control_object, writable, manifest.control_bytes, owner, out);
}

// The same for the control object. Its header follows from the data header's, so only a comparison is needed.
int check_control(const Attachment& attachment, layout::ControlHeader& header) {
  if (attachment.control.bytes() < layout::kPageBytes)
    return fail(WB_ERR_CORRUPT, "the control object is smaller than a header: end the writer and run `wingbeat gc`");
  std::memcpy(&header, attachment.control.data(), sizeof header);
  return fail(layout::check_control_header(header, attachment.header, attachment.control.bytes()));
}

// Says how much memory is needed and how much is free, and how to need less or get more.
int no_memory(int error, const layout::Manifest& manifest) {
  std::uint64_t needed = manifest.data_bytes + manifest.control_bytes, there = platform::free_object_bytes();
  std::string text = "stream '" + manifest.stream + "' needs " + std::to_string(needed) + " bytes of shared memory";
  if (there != UINT64_MAX) text += ", but only " + std::to_string(there) + " are free";
  text += ": lower its capacity, lease budget or history, or enlarge the shared memory (docker: --shm-size)";
  return fail_system(error, text);
}

// Creates one object. An object of that name was left by a creation that died: this process holds the writer's
// lock, and no manifest names the object.
int create_one(const std::string& name, std::uint64_t bytes, const layout::Manifest& manifest,
               const platform::Rights& rights, platform::Mapping& out) {
  platform::unlink_object(name);
  int error = platform::create_object(name, bytes, rights, out);
  if (error == 0) return WB_OK;
  if (error == EEXIST)
    return fail(WB_ERR_BUSY, "memory object " + name + " belongs to another user: ask its owner to remove it");
  if (error == ENOTSUP)
    return fail_system(
        error, "on this system memory objects can only belong to the process's own group: set WB_OPTION_GROUP to it");
  return no_memory(error, manifest);
}

}  // namespace

// Data first: what it says decides whether the control object fits.
int attach(const layout::Manifest& manifest, Access access, std::int64_t owner, std::shared_ptr<Attachment>& out) {
  if (manifest.backend != platform::backend()) {
    return fail(WB_ERR_INCOMPATIBLE, "stream '" + manifest.stream + "' uses the backend '" + manifest.backend +
                                         "', this library uses '" + platform::backend() +
                                         "': use the same build on both sides");
  }
  auto attachment = std::make_shared<Attachment>();
  attachment->manifest = manifest;
  int code = map(manifest.data_object, access == Access::kWriter, manifest.data_bytes, owner, attachment->data);
  if (code == WB_OK) code = check_data(*attachment);
  if (code != WB_OK) return code;
  layout::ControlHeader control{};
  if (access != Access::kObserver) {
    code = map_control(manifest, access, owner, attachment->control);
    if (code == WB_OK) code = check_control(*attachment, control);
    if (code != WB_OK && !(code == WB_ERR_ACCESS && access != Access::kWriter)) return code;
  }
  attachment->memory = sync::SharedMemory(regions_of(*attachment, control));
  out = std::move(attachment);
  return WB_OK;
}

int create_objects(const layout::Manifest& manifest, const layout::Schema& schema, const layout::Budget& budget,
                   const platform::Rights& data_rights, const platform::Rights& control_rights,
                   std::shared_ptr<Attachment>& out) {
  auto attachment = std::make_shared<Attachment>();
  attachment->manifest = manifest;
  attachment->schema = schema;
  attachment->header = layout::data_header(schema, budget);
  attachment->header.identity = manifest.identity;
  attachment->header.epoch = manifest.epoch;
  attachment->header.create_time_ns = platform::now_ns();
  layout::ControlHeader control = layout::control_header(budget.readers);
  control.identity = manifest.identity;

  int code = create_one(manifest.data_object, manifest.data_bytes, manifest, data_rights, attachment->data);
  if (code != WB_OK) return code;
  sync::SharedMemory::step(sync::Step::kCreateData);
  code = create_one(manifest.control_object, manifest.control_bytes, manifest, control_rights, attachment->control);
  if (code != WB_OK) return platform::unlink_object(manifest.data_object), code;

  // No order of these stores matters: the manifest, which is renamed into place later, publishes them all.
  std::memcpy(attachment->control.data(), &control, sizeof control);
  std::memcpy(attachment->data.data(), &attachment->header, sizeof attachment->header);
  std::vector<std::uint8_t> bytes = layout::to_bytes(schema);
  std::memcpy(attachment->data.data() + attachment->header.schema_offset, bytes.data(), bytes.size());
  attachment->memory = sync::SharedMemory(regions_of(*attachment, control));
  set_initial_values(*attachment);
  layout::DataHot& hot = attachment->memory.hot();
  hot.pid = platform::process_id();
  hot.state = layout::kWriterAttached;
  hot.generation = 1;
  sync::SharedMemory::step(sync::Step::kCreateFilled);
  out = std::move(attachment);
  return WB_OK;
}

void set_initial_values(const Attachment& attachment) {
  for (std::uint32_t i = 0; i < attachment.schema.controls.size(); ++i) {
    attachment.memory.value(i).store(attachment.schema.controls[i].initial, std::memory_order_relaxed);
  }
}

}  // namespace wingbeat::stream
