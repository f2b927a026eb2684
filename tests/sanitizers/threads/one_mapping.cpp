// Replaces mmap and munmap in the core of the thread sanitizer's tests. The writer and the readers of one process
// each map a stream's objects at different addresses. The sanitizer compares addresses, so it would see neither the
// synchronisation nor a race. Here all of them get the writer's mapping, which is removed with its last user. Objects
// that are large enough for huge pages are mapped as usual.
#include <sys/mman.h>
#include <sys/stat.h>

#include <map>
#include <mutex>

namespace {

struct Shared {
  dev_t device;
  ino_t inode;
  int users;
};

std::mutex mutex;
std::map<void*, Shared>& mappings() {
  static auto* all = new std::map<void*, Shared>;  // never destroyed, because streams may be closed during exit
  return *all;
}

bool is_object(void* place, int flags, int descriptor, struct stat& status) {
  return place == nullptr && (flags & MAP_SHARED) != 0 && ::fstat(descriptor, &status) == 0;
}

}  // namespace

extern "C" void* wingbeat_test_mmap(void* place, size_t bytes, int protection, int flags, int descriptor,
                                    off_t offset) {
  struct stat status;
  if (!is_object(place, flags, descriptor, status)) return ::mmap(place, bytes, protection, flags, descriptor, offset);
  std::lock_guard<std::mutex> lock(mutex);
  for (auto& [address, shared] : mappings()) {
    if (shared.device == status.st_dev && shared.inode == status.st_ino) return ++shared.users, address;
  }
  void* address = ::mmap(nullptr, bytes, protection, flags, descriptor, offset);
  if (address != MAP_FAILED) mappings()[address] = Shared{status.st_dev, status.st_ino, 1};
  return address;
}

extern "C" int wingbeat_test_munmap(void* address, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = mappings().find(address);
  if (found != mappings().end()) {
    if (--found->second.users > 0) return 0;
    mappings().erase(found);
  }
  return ::munmap(address, bytes);
}
