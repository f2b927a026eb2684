// What Linux and macOS share: clocks, memory objects, files, locks on files, and the handling of fork().
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
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

namespace wingbeat::platform {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

// Descriptors that carry locks. A child must not keep them: the lock would outlive its owner.
struct ForkGuard {
  std::mutex mutex;
  std::vector<int> descriptors;
  std::atomic<std::uint32_t> generation{0};
};

// Made at the first use, and never destroyed, since destructors of static objects may still use it.
ForkGuard& fork_guard() {
  static auto* guard = new ForkGuard;
  return *guard;
}

// The mutex is held across the fork, so that the child finds the list complete.
void install_fork_handlers() {
  static std::once_flag once;
  const auto before = [] { fork_guard().mutex.lock(); };
  const auto after_in_parent = [] { fork_guard().mutex.unlock(); };
  const auto after_in_child = [] {
    ForkGuard& guard = fork_guard();
    for (int descriptor : guard.descriptors) ::close(descriptor);
    guard.descriptors.clear();
    guard.generation.fetch_add(1, std::memory_order_relaxed);
    guard.mutex.unlock();
  };
  std::call_once(once, [&] { pthread_atfork(before, after_in_parent, after_in_child); });
}

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit * unit; }

// Maps at a multiple of the size of huge pages: the kernel maps huge pages as a whole only there. Takes more
// address space than needed, maps in it, and gives the rest back.
void* map_aligned(int descriptor, std::uint64_t bytes, int protection, std::uint64_t unit) {
  const std::uint64_t whole = round_up(bytes, page_bytes());
  void* room = ::mmap(nullptr, whole + unit, PROT_NONE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) return MAP_FAILED;
  auto* begin = static_cast<std::uint8_t*>(room);
  const std::uint64_t before =
      round_up(reinterpret_cast<std::uintptr_t>(begin), unit) - reinterpret_cast<std::uintptr_t>(begin);
  void* mapped = ::mmap(begin + before, bytes, protection, MAP_SHARED | MAP_FIXED, descriptor, 0);
  const int error = errno;
  if (before > 0) ::munmap(begin, before);
  if (before < unit) ::munmap(begin + before + whole, unit - before);
  if (mapped == MAP_FAILED) ::munmap(begin + before, whole);
  errno = error;
  return mapped;
}

int map_descriptor(int descriptor, std::uint64_t bytes, bool writable, Mapping& out) {
  int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  const std::uint64_t unit = huge_page_bytes();
  void* address = unit > 0 && bytes >= unit ? map_aligned(descriptor, bytes, protection, unit)
                                            : ::mmap(nullptr, bytes, protection, MAP_SHARED, descriptor, 0);
  if (address == MAP_FAILED) return errno;
  out = Mapping(static_cast<std::uint8_t*>(address), bytes);
  return 0;
}

// The group comes first, because changing it may clear bits of the mode.
int set_rights(int descriptor, const Rights& rights) {
  if (rights.group != kNoGroup && ::fchown(descriptor, static_cast<uid_t>(-1), static_cast<gid_t>(rights.group)) != 0)
    return errno;
  return ::fchmod(descriptor, static_cast<mode_t>(rights.mode)) == 0 ? 0 : errno;
}

bool has_rights(int descriptor, const Rights& rights) {
  struct stat status;
  return ::fstat(descriptor, &status) == 0 && (status.st_mode & 0777) == rights.mode &&
         (rights.group == kNoGroup || static_cast<std::int64_t>(status.st_gid) == rights.group);
}

// macOS gives an object its mode and the process's own group at creation, and then refuses every change with
// EINVAL.
int set_rights_of_object(int descriptor, const Rights& rights) {
  const int error = set_rights(descriptor, rights);
  if (error != EINVAL) return error;
  return has_rights(descriptor, rights) ? 0 : ENOTSUP;
}

bool belongs_to(const struct stat& status, std::int64_t owner) {
  return owner == kAnyUser || static_cast<std::int64_t>(status.st_uid) == owner;
}

// Gives the object its rights while it is still empty, then its size and memory.
int fill_new_object(int descriptor, std::uint64_t bytes, const Rights& rights, Mapping& out) {
  if (int error = set_rights_of_object(descriptor, rights)) return error;
  if (::ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) return errno;
  if (int error = reserve(descriptor, bytes)) return error;
  return map_descriptor(descriptor, bytes, true, out);
}

// Writes everything, however often a signal interrupts.
int write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Reads one byte more than allowed, to tell a file that is too long from one that just fits.
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

// Root can work in any user's directory. A file that it makes there must not lock the directory's owner out, so
// the file is given to the owner.
void give_to_owner_of_directory(int descriptor, const std::string& path) {
  if (::geteuid() != 0) return;
  struct stat directory;
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos || ::stat(path.substr(0, slash + 1).c_str(), &directory) != 0) return;
  if (directory.st_uid == 0) return;
  [[maybe_unused]] int ignored = ::fchown(descriptor, directory.st_uid, directory.st_gid);
}

// Opens a lock file. Makes it if it is missing, for its owner only, whatever the umask is.
int open_lock_file(const std::string& path) {
  constexpr int kTries = 4;  // another process may make or remove it between the two calls
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  for (int i = 0; i < kTries; ++i) {
    int descriptor = ::open(path.c_str(), kFlags);
    if (descriptor >= 0 || errno != ENOENT) return descriptor;
    descriptor = ::open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0600);
    if (descriptor < 0 && errno == EEXIST) continue;
    if (descriptor >= 0) ::fchmod(descriptor, 0600), give_to_owner_of_directory(descriptor, path);
    return descriptor;
  }
  return -1;
}

// Whether `path` still names the file behind the descriptor. A lock on a file that was removed meanwhile is
// worth nothing.
bool is_same_file(int descriptor, const std::string& path) {
  struct stat opened, named;
  return ::fstat(descriptor, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

// -------------------------------------------------------------------------------------------------------------- clocks

std::uint64_t now_ns() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

// Time, process and a counter, mixed. Two calls of one process differ by the counter, two processes by their
// ids.
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

std::uint32_t user_id() { return static_cast<std::uint32_t>(::geteuid()); }

// A decimal number names itself, so that a user without an entry can be named.
std::int64_t user_named(const std::string& name) {
  constexpr std::size_t kLongestNumber = 9;
  if (!name.empty() && name.size() <= kLongestNumber && name.find_first_not_of("0123456789") == std::string::npos)
    return std::strtoll(name.c_str(), nullptr, 10);
  passwd entry, *found = nullptr;
  char texts[16384];
  if (::getpwnam_r(name.c_str(), &entry, texts, sizeof texts, &found) != 0 || found == nullptr) return kNoUser;
  return static_cast<std::int64_t>(entry.pw_uid);
}

std::int32_t process_id() { return static_cast<std::int32_t>(::getpid()); }

// ------------------------------------------------------------------------------------------------------ memory objects

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

// O_EXCL: an object of that name is never reused, since its content and rights are another's.
int create_object(const std::string& name, std::uint64_t bytes, const Rights& rights, Mapping& out) {
  int descriptor = open_shared(name, O_RDWR | O_CREAT | O_EXCL, rights.mode);
  if (descriptor < 0) return errno;
  int error = fill_new_object(descriptor, bytes, rights, out);
  ::close(descriptor);
  if (error != 0) ::shm_unlink(name.c_str());
  return error;
}

// The size is checked before mapping: an access behind the end of an object would end the process by SIGBUS.
int open_object(const std::string& name, bool writable, std::uint64_t bytes, std::int64_t owner, Mapping& out) {
  int descriptor = open_shared(name, writable ? O_RDWR : O_RDONLY, 0);
  if (descriptor < 0) return errno;
  struct stat status;
  int error = ::fstat(descriptor, &status) != 0 ? errno : 0;
  if (error == 0 && !belongs_to(status, owner)) error = EPERM;
  if (error == 0 && (bytes == 0 || static_cast<std::uint64_t>(status.st_size) < bytes)) error = EINVAL;
  if (error == 0) error = map_descriptor(descriptor, bytes, writable, out);
  ::close(descriptor);
  return error;
}

int set_object_rights(const std::string& name, const Rights& rights) {
  int descriptor = open_shared(name, O_RDWR, 0);
  if (descriptor < 0) return errno;
  int error = set_rights_of_object(descriptor, rights);
  ::close(descriptor);
  return error;
}

int unlink_object(const std::string& name) { return ::shm_unlink(name.c_str()) == 0 ? 0 : errno; }

std::uint64_t page_bytes() { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

// Reserves address space for both copies, then maps the same memory into each half.
int map_twice(std::uint64_t bytes, Mapping& out) {
  int descriptor = open_anonymous();
  if (descriptor < 0) return errno;
  int error = ::ftruncate(descriptor, static_cast<off_t>(bytes)) != 0 ? errno : reserve(descriptor, bytes);
  void* whole = error != 0 ? MAP_FAILED : ::mmap(nullptr, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (error == 0 && whole == MAP_FAILED) error = errno;
  if (error == 0) {
    out = Mapping(static_cast<std::uint8_t*>(whole), 2 * bytes);
    for (std::uint64_t half = 0; half < 2 && error == 0; ++half) {
      void* target = out.data() + half * bytes;
      if (::mmap(target, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor, 0) == MAP_FAILED)
        error = errno;
    }
  }
  ::close(descriptor);
  return error;
}

// --------------------------------------------------------------------------------------------------------------- files

// The mode is set once more, since the umask may have taken rights away. A link is followed only if this user
// made it.
int ensure_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    if (::chmod(path.c_str(), 0700) != 0) return errno;
  } else if (errno != EEXIST) {
    return errno;
  }
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0) return errno;
  if (S_ISLNK(status.st_mode) && status.st_uid == ::geteuid() && ::stat(path.c_str(), &status) != 0) return errno;
  if (!S_ISDIR(status.st_mode)) return ENOTDIR;
  return status.st_uid == ::geteuid() ? 0 : EPERM;
}

int share_directory(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return errno;
  const mode_t wanted = (status.st_mode & 07777) | 0755;
  return wanted == (status.st_mode & 07777) || ::chmod(path.c_str(), wanted) == 0 ? 0 : errno;
}

std::int64_t owner_of_directory(const std::string& path) {
  struct stat link, status;
  if (::lstat(path.c_str(), &link) != 0 || ::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return kNoUser;
  const bool trusted =
      !S_ISLNK(link.st_mode) || link.st_uid == status.st_uid || link.st_uid == ::geteuid() || link.st_uid == 0;
  return trusted ? static_cast<std::int64_t>(status.st_uid) : kNoUser;
}

// A path that does not exist yet cannot be resolved: it is made absolute only.
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

int read_file(const std::string& path, std::size_t most_bytes, std::int64_t owner, std::string& out) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return errno;
  struct stat status;
  int error = ::fstat(descriptor, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : EINVAL;
  if (error == 0 && !belongs_to(status, owner)) error = EPERM;
  if (error == 0) error = read_all(descriptor, most_bytes, out);
  ::close(descriptor);
  return error;
}

// The draft is created anew (O_EXCL), so that a link that another user put there is not followed.
int replace_file(const std::string& path, std::string_view content, const Rights& rights) {
  std::string draft = path + ".new";
  remove_file(draft);
  int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return errno;
  int error = set_rights(descriptor, rights);
  if (error == 0) error = write_all(descriptor, content);
  ::close(descriptor);
  if (error == 0) error = rename_file(draft, path);
  if (error != 0) ::unlink(draft.c_str());
  return error;
}

int share_file(const std::string& path, const Rights& rights) {
  int descriptor = open_lock_file(path);
  if (descriptor < 0) return errno;
  int error = set_rights(descriptor, rights);
  ::close(descriptor);
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

// --------------------------------------------------------------------------------------------------------------- locks

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  path_ = std::move(other.path_);
  return *this;
}

// Locks the file, then checks that it is still the file at the path: a collector may have removed it in
// between, and then the lock would exclude no process.
int FileLock::try_lock(const std::string& path) {
  constexpr int kTries = 16;  // each failure means that another process removed the file just then
  for (int i = 0; i < kTries; ++i) {
    int descriptor = open_lock_file(path);
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

void FileLock::leave() {
  struct stat status;
  const bool shared = descriptor_ >= 0 && ::fstat(descriptor_, &status) == 0 && (status.st_mode & 0077) != 0;
  return shared ? close() : remove_and_close();
}

// ---------------------------------------------------------------------------------------------------------------- fork

std::uint32_t fork_generation() { return fork_guard().generation.load(std::memory_order_relaxed); }

void close_in_children(int descriptor) {
  install_fork_handlers();
  std::lock_guard<std::mutex> lock(fork_guard().mutex);
  fork_guard().descriptors.push_back(descriptor);
}

// The mutex is not held during close(), which may block.
void close_guarded(int descriptor) {
  {
    std::lock_guard<std::mutex> lock(fork_guard().mutex);
    auto& all = fork_guard().descriptors;
    const auto found = std::find(all.begin(), all.end(), descriptor);
    if (found == all.end()) return;
    all.erase(found);
  }
  ::close(descriptor);
}

}  // namespace wingbeat::platform
