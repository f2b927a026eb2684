// What Linux and macOS share.
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "platform.hpp"
#include "system.hpp"

namespace wingbeat::platform {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

// Descriptors that carry locks. A child must not keep them: the lock would outlive its owner.
struct ForkGuard {
  std::mutex mutex;
  std::vector<int> descriptors;
  std::atomic<std::uint32_t> generation{0};
};

ForkGuard& fork_guard() {
  static auto* guard = new ForkGuard;  // never destroyed: used by destructors of others
  return *guard;
}

void before_fork() { fork_guard().mutex.lock(); }
void after_fork_in_parent() { fork_guard().mutex.unlock(); }
void after_fork_in_child() {
  ForkGuard& guard = fork_guard();
  for (int descriptor : guard.descriptors) ::close(descriptor);
  guard.descriptors.clear();
  guard.generation.fetch_add(1, std::memory_order_relaxed);
  guard.mutex.unlock();
}

void install_fork_handlers() {
  static std::once_flag once;
  std::call_once(once, [] { pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child); });
}

int map_descriptor(int descriptor, std::uint64_t bytes, bool writable, Mapping& out) {
  int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  void* address = ::mmap(nullptr, bytes, protection, MAP_SHARED, descriptor, 0);
  if (address == MAP_FAILED) return errno;
  out = Mapping(static_cast<std::uint8_t*>(address), bytes);
  return 0;
}

int fill_new_object(int descriptor, std::uint64_t bytes, unsigned mode, Mapping& out) {
  if (::fchmod(descriptor, static_cast<mode_t>(mode)) != 0 && errno != EINVAL) return errno;  // macOS: EINVAL
  if (::ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) return errno;
  if (int error = reserve(descriptor, bytes)) return error;
  return map_descriptor(descriptor, bytes, true, out);
}

int write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int read_all(int descriptor, std::size_t most_bytes, std::string& out) {
  out.resize(most_bytes + 1);
  std::size_t have = 0;
  while (have < out.size()) {
    ssize_t got = ::read(descriptor, out.data() + have, out.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return have > most_bytes ? EFBIG : 0;
}

// Whether `path` still names the file behind the descriptor.
bool is_same_file(int descriptor, const std::string& path) {
  struct stat opened, named;
  return ::fstat(descriptor, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------- clocks

std::uint64_t now_ns() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t unique_number() {
  static std::atomic<std::uint64_t> count{0};
  timespec wall;
  ::clock_gettime(CLOCK_REALTIME, &wall);
  std::uint64_t mix = static_cast<std::uint64_t>(wall.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(wall.tv_nsec);
  mix ^= now_ns() << 20 ^ static_cast<std::uint64_t>(::getpid()) << 40;
  mix += count.fetch_add(1) * 0x9e3779b97f4a7c15;
  mix = (mix ^ mix >> 30) * 0xbf58476d1ce4e5b9;  // the finaliser of splitmix64
  mix = (mix ^ mix >> 27) * 0x94d049bb133111eb;
  mix ^= mix >> 31;
  return mix == 0 ? 1 : mix;
}

void sleep_ns(std::uint64_t duration_ns) {
  timespec time{static_cast<time_t>(duration_ns / kNsPerSecond), static_cast<long>(duration_ns % kNsPerSecond)};
  ::nanosleep(&time, nullptr);
}

std::int32_t process_id() { return static_cast<std::int32_t>(::getpid()); }

// --------------------------------------------------------------------------------------------------- memory objects

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  Mapping moved(std::move(other));
  swap(moved);
  return *this;
}

Mapping::~Mapping() {
  if (data_ != nullptr) ::munmap(data_, bytes_);
}

void Mapping::swap(Mapping& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
}

int create_object(const std::string& name, std::uint64_t bytes, unsigned mode, Mapping& out) {
  int descriptor = open_shared(name, O_RDWR | O_CREAT | O_EXCL, mode);
  if (descriptor < 0) return errno;
  int error = fill_new_object(descriptor, bytes, mode, out);
  ::close(descriptor);
  if (error != 0) ::shm_unlink(name.c_str());
  return error;
}

int open_object(const std::string& name, bool writable, std::uint64_t least_bytes, Mapping& out) {
  int descriptor = open_shared(name, writable ? O_RDWR : O_RDONLY, 0);
  if (descriptor < 0) return errno;
  struct stat status;
  int error = ::fstat(descriptor, &status) != 0 ? errno : 0;
  if (error == 0 && (least_bytes == 0 || static_cast<std::uint64_t>(status.st_size) < least_bytes)) error = EINVAL;
  if (error == 0) error = map_descriptor(descriptor, least_bytes, writable, out);
  ::close(descriptor);
  return error;
}

int unlink_object(const std::string& name) { return ::shm_unlink(name.c_str()) == 0 ? 0 : errno; }

std::uint64_t page_bytes() { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

int map_twice(std::uint64_t bytes, Mapping& out) {
  int descriptor = open_anonymous();
  if (descriptor < 0) return errno;
  int error = ::ftruncate(descriptor, static_cast<off_t>(bytes)) != 0 ? errno : reserve(descriptor, bytes);
  void* whole = error != 0 ? MAP_FAILED : ::mmap(nullptr, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (error == 0 && whole == MAP_FAILED) error = errno;
  if (error == 0) {
    out = Mapping(static_cast<std::uint8_t*>(whole), 2 * bytes);
    for (std::uint64_t half = 0; half < 2 && error == 0; ++half) {
      void* place = out.data() + half * bytes;
      if (::mmap(place, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor, 0) == MAP_FAILED)
        error = errno;
    }
  }
  ::close(descriptor);
  return error;
}

// ---------------------------------------------------------------------------------------------------------- files

int ensure_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return errno;
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0) return errno;
  if (S_ISLNK(status.st_mode) && status.st_uid == ::geteuid() && ::stat(path.c_str(), &status) != 0) return errno;
  if (!S_ISDIR(status.st_mode)) return ENOTDIR;
  return status.st_uid == ::geteuid() ? 0 : EPERM;
}

std::string canonical_path(const std::string& path) {
  if (char* resolved = ::realpath(path.c_str(), nullptr)) {
    std::string text = resolved;
    std::free(resolved);
    return text;
  }
  char here[4096];
  if (path.empty() || path[0] == '/' || ::getcwd(here, sizeof here) == nullptr) return path;
  return std::string(here) + "/" + path;
}

int read_file(const std::string& path, std::size_t most_bytes, std::string& out) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return errno;
  struct stat status;
  int error = ::fstat(descriptor, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : EINVAL;
  if (error == 0) error = read_all(descriptor, most_bytes, out);
  ::close(descriptor);
  return error;
}

int replace_file(const std::string& path, std::string_view content, unsigned mode) {
  std::string draft = path + ".new";
  remove_file(draft);
  int descriptor =
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, static_cast<mode_t>(mode));
  if (descriptor < 0) return errno;
  int error = ::fchmod(descriptor, static_cast<mode_t>(mode)) != 0 ? errno : write_all(descriptor, content);
  ::close(descriptor);
  if (error == 0) error = rename_file(draft, path);
  if (error != 0) ::unlink(draft.c_str());
  return error;
}

int rename_file(const std::string& from, const std::string& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

int remove_file(const std::string& path) { return std::remove(path.c_str()) == 0 ? 0 : errno; }

bool file_exists(const std::string& path) {
  struct stat status;
  return ::lstat(path.c_str(), &status) == 0;
}

int list_directory(const std::string& path, std::vector<std::string>& out) {
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return errno;
  while (const dirent* entry = ::readdir(directory)) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") out.emplace_back(name);
  }
  ::closedir(directory);
  return 0;
}

// ---------------------------------------------------------------------------------------------------------- locks

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  path_ = std::move(other.path_);
  return *this;
}

int FileLock::try_lock(const std::string& path, unsigned mode) {
  constexpr int kTries = 16;  // each failure means that somebody removed the file just then
  for (int i = 0; i < kTries; ++i) {
    int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, static_cast<mode_t>(mode));
    if (descriptor < 0) return errno;
    if (int error = lock_descriptor(descriptor)) return ::close(descriptor), error;
    if (is_same_file(descriptor, path)) {
      close();
      descriptor_ = descriptor;
      path_ = path;
      close_in_children(descriptor);
      return 0;
    }
    ::close(descriptor);
  }
  return EWOULDBLOCK;
}

void FileLock::close() {
  if (descriptor_ < 0) return;
  close_guarded(descriptor_);
  descriptor_ = -1;
}

void FileLock::remove_and_close() {
  if (descriptor_ >= 0) ::unlink(path_.c_str());
  close();
}

// ------------------------------------------------------------------------------------------------------------ fork

std::uint32_t fork_generation() { return fork_guard().generation.load(std::memory_order_relaxed); }

void close_in_children(int descriptor) {
  install_fork_handlers();
  std::lock_guard<std::mutex> lock(fork_guard().mutex);
  fork_guard().descriptors.push_back(descriptor);
}

void close_guarded(int descriptor) {
  {
    std::lock_guard<std::mutex> lock(fork_guard().mutex);
    auto& all = fork_guard().descriptors;
    auto place = std::find(all.begin(), all.end(), descriptor);
    if (place == all.end()) return;
    all.erase(place);
  }
  ::close(descriptor);
}

}  // namespace wingbeat::platform
