// A memory object of any content under an array's name; the golden arrays are among the seeds. If a process can
// attach to it, the numbers and the lock must lie within the object, and the lock must be available, because no other
// process holds it. Attaching or trying to create the array must not change the object.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.hpp"
#include "layout/array.hpp"
#include "layout/manifest.hpp"
#include "library.hpp"
#include "sync/array_lock.hpp"
#include "wingbeat/wingbeat.h"

namespace {

namespace layout = wingbeat::layout;
namespace sync = wingbeat::sync;
using fuzz::must;

const char* name() {
  static const std::string text = fuzz::object_name() = "/wbfuzz-" + std::to_string(::getpid());
  return text.c_str();
}

void write_object(const std::vector<std::uint8_t>& bytes) {
  ::shm_unlink(name());
  const int descriptor = ::shm_open(name(), O_RDWR | O_CREAT | O_EXCL, 0600);
  must(descriptor >= 0, "shm_open");
  must(::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "write");
  ::close(descriptor);
}

std::vector<std::uint8_t> read_object() {
  std::vector<std::uint8_t> bytes(4096);
  const int descriptor = ::shm_open(name(), O_RDONLY, 0);
  must(descriptor >= 0, "shm_open");
  bytes.resize(static_cast<std::size_t>(::read(descriptor, bytes.data(), bytes.size())));
  ::close(descriptor);
  return bytes;
}

// Checks the layout alone. An accepted header must equal the header made from its layout.
bool lay_out(const std::vector<std::uint8_t>& bytes, layout::ArrayLayout& out) {
  layout::ArrayHeader header{};
  if (!bytes.empty()) std::memcpy(&header, bytes.data(), std::min(sizeof header, bytes.size()));
  if (layout::lay_out(header, out)) return false;
  must(out.dimensions >= 1 && out.dimensions <= layout::kMaxDimensions, "dimensions");
  must(out.end_of_data() <= out.lock_offset && out.lock_offset % layout::kLineBytes == 0, "place of the lock");
  must(out.offset % layout::kArrayAlignment == 0 && out.total_bytes() <= 2 * layout::kMaxArrayBytes, "places");
  const layout::ArrayHeader again = layout::array_header(out);
  const std::size_t compared = offsetof(layout::ArrayHeader, shape) + out.dimensions * sizeof again.shape[0];
  must(std::memcmp(&again, &header, compared) == 0, "header");
  layout::ArrayLayout made;
  must(!layout::lay_out(out.type, out.dimensions, out.shape, made) && describe(made) == describe(out), "made");
  return true;
}

void use(wb_array* array, const layout::ArrayLayout& layout, std::uint64_t object_bytes) {
  wb_array_info info;
  must(wb_array_get_info(array, &info) == WB_OK, "info");
  must(info.type == layout.type && info.dimensions == layout.dimensions && info.size_bytes == layout.bytes, "info");
  must(layout.end_of_data() <= object_bytes, "the numbers are within the object");
  must(info.has_lock == 0 || layout.total_bytes() <= object_bytes, "the lock is within the object");
  volatile std::uint8_t sum = 0;
  const auto* numbers = static_cast<const std::uint8_t*>(wb_array_data(array));
  for (std::uint64_t i = 0; i < info.size_bytes; ++i) sum = static_cast<std::uint8_t>(sum + numbers[i]);
}

// Uses the lock as the only party.
void lock(wb_array* array, std::uint64_t holder) {
  const bool was_left = sync::is_held(holder) || (holder & sync::kAbandoned) != 0;
  must(wb_array_lock(array, 0) == (was_left ? WB_ABANDONED : WB_OK), "lock");
  wb_array* other = nullptr;
  must(wb_array_attach(name(), 0, 0, nullptr, 0, &other) == WB_OK, "attach again");
  must(wb_array_lock(other, 0) == WB_LOCKED, "lock held by the other");
  must(wb_array_unlock(array) == WB_OK, "unlock");
  must(wb_array_lock(other, 0) == WB_OK, "lock again");
  wb_array_close(other);
  must(wb_array_lock(array, 0) == WB_ABANDONED, "lock left by the other");
  must(wb_array_unlock(array) == WB_OK, "unlock");
}

// Corrects the fields that bind the lock to this machine, so that the fuzzer reaches the code behind their check.
// Returns false if the object has no room for a lock.
bool put_right(std::vector<std::uint8_t>& bytes, const layout::ArrayLayout& layout) {
  if (layout.total_bytes() > bytes.size()) return false;
  layout::LockBlock block;
  std::memcpy(&block, bytes.data() + layout.lock_offset, sizeof block);
  char directory[512];
  must(wb_runtime_directory(directory, sizeof directory) == WB_OK, "directory");
  block.magic = layout::kLockMagic;
  block.version = layout::kLockVersion;
  block.directory = layout::hash(directory);
  std::memset(block.backend, 0, sizeof block.backend);
  std::memcpy(block.backend, wb_backend(), std::strlen(wb_backend()));
  std::memcpy(bytes.data() + layout.lock_offset, &block, sizeof block);
  return true;
}

void attach(const std::vector<std::uint8_t>& bytes, bool is_right) {
  write_object(bytes);
  layout::ArrayLayout layout;
  const bool is_array = lay_out(bytes, layout);
  wb_array* array = nullptr;
  const int code = wb_array_attach(name(), 0, 0, nullptr, 0, &array);
  must((code == WB_OK) == (is_array && layout.end_of_data() <= bytes.size()), "attach");
  wb_array* made = nullptr;
  must(wb_array_create(name(), WB_U8, 1, std::initializer_list<std::uint64_t>{1}.begin(), &made) != WB_OK, "create");
  must(read_object() == bytes, "the object is as it was");
  if (code != WB_OK) return;
  use(array, layout, bytes.size());
  std::uint64_t holder;
  if (is_right) {
    std::memcpy(&holder, bytes.data() + layout.lock_offset + offsetof(layout::LockBlock, holder), sizeof holder);
    lock(array, holder);
  } else {
    wb_array_lock(array, 0);
  }
  wb_array_close(array);
  must(wb_array_remove(name()) == WB_OK, "remove");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::set_directory();
  std::vector<std::uint8_t> bytes(data, data + size);
  attach(bytes, false);
  layout::ArrayLayout layout;
  if (lay_out(bytes, layout) && put_right(bytes, layout)) attach(bytes, true);
  ::shm_unlink(name());
  must(wb_collect(nullptr, nullptr) == WB_OK, "collect");
  return 0;
}
