#include "segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "failure.hpp"

namespace wingbeat::segments {

namespace {

[[noreturn]] void fail(const std::string& what, int error) {
  throw cli::Failure(cli::kFailed, fmt::format("{}: {}", what, std::strerror(error)));
}

#if defined(__APPLE__)
constexpr int kWithoutWaiting = 0;  // shm_open refuses O_NONBLOCK
#else
constexpr int kWithoutWaiting = O_NONBLOCK;  // in case the name leads to a pipe
#endif

// A descriptor or an id; -1 with errno.
int find(const Name& name, Access access) {
  if (name.kind == Kind::posix)
    return shm_open(name.text.c_str(), (access == Access::read ? O_RDONLY : O_RDWR) | kWithoutWaiting, 0);
  if (name.kind == Kind::key) return shmget(static_cast<key_t>(name.number), 0, 0);
  return name.number;
}

bool is_removed(const shmid_ds& status) {
#if defined(SHM_DEST)
  return (status.shm_perm.mode & SHM_DEST) != 0;
#else
  return status.shm_perm._key == IPC_PRIVATE && status.shm_nattch > 0;
#endif
}

bool is_absent(Kind kind, int error) {
  return error == ENOENT || (kind != Kind::posix && (error == EINVAL || error == EIDRM));
}

std::size_t size_of(int descriptor) {
  struct stat status = {};
  return fstat(descriptor, &status) == 0 && status.st_size > 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

// An access to an object whose memory is not reserved may end the process.
int reserve(int descriptor, std::size_t bytes) {
#if defined(__APPLE__)
  return ftruncate(descriptor, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
#else
  int error = 0;
  do error = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  while (error == EINTR);
  return error;
#endif
}

bool is_claimed([[maybe_unused]] int descriptor) {
#if defined(F_OFD_GETLK)
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return fcntl(descriptor, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
#else
  return false;
#endif
}

std::optional<Identity> identity_of_object(int descriptor) {
  struct stat status = {};
  if (fstat(descriptor, &status) != 0) return {};
  Identity identity;
  identity.device = static_cast<std::uint64_t>(status.st_dev);
  identity.number = static_cast<std::uint64_t>(status.st_ino);
  identity.bytes = static_cast<std::size_t>(status.st_size);
  identity.is_own = status.st_uid == geteuid();
  identity.is_claimed = is_claimed(descriptor);
  return identity;
}

std::optional<Identity> identity_of_id(int id) {
  shmid_ds status = {};
  if (shmctl(id, IPC_STAT, &status) != 0 || is_removed(status)) return {};
  Identity identity;
  identity.number = static_cast<std::uint64_t>(id);
  identity.maker = status.shm_cpid;
  identity.bytes = status.shm_segsz;
  identity.is_own = status.shm_perm.uid == geteuid();
  return identity;
}

// -1 on systems that have no objects without a name.
int make_unnamed() {
#if defined(__linux__)
  return open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
#else
  return -1;
#endif
}

// False with errno.
bool give_name([[maybe_unused]] int descriptor, [[maybe_unused]] const Name& name) {
#if defined(__linux__)
  const std::string from = fmt::format("/proc/self/fd/{}", descriptor), to = "/dev/shm" + name.text;
  return linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) == 0;
#else
  return false;
#endif
}

// Both give a descriptor; -1 with errno.
int make_then_name(const Name& name, std::size_t bytes, const std::function<void(const Identity&)>& known) {
  const int handle = make_unnamed();
  if (handle < 0) return -1;
  if (const int error = reserve(handle, bytes); error != 0) return close(handle), errno = error, -1;
  if (const auto identity = identity_of_object(handle)) known(*identity);
  if (give_name(handle, name)) return handle;
  const int refusal = errno;
  return close(handle), errno = refusal, -1;
}

int make_named(const Name& name, std::size_t bytes, const std::function<void(const Identity&)>& known) {
  const int handle = shm_open(name.text.c_str(), O_CREAT | O_EXCL | O_RDWR, S_IRUSR | S_IWUSR);
  if (handle < 0) return -1;
  if (const auto identity = identity_of_object(handle)) known(*identity);
  const int error = reserve(handle, bytes);
  if (error == 0) return handle;
  close(handle);
  shm_unlink(name.text.c_str());
  return errno = error, -1;
}

int make_object(const Name& name, std::size_t bytes, const std::function<void(const Identity&)>& known) {
  const int handle = make_then_name(name, bytes, known);
  if (handle >= 0 || errno == EEXIST || errno == ENOSPC || errno == EFBIG) return handle;
  return make_named(name, bytes, known);
}

// An id; -1 with errno.
int make_system_v(const Name& name, std::size_t bytes, const std::function<void(const Identity&)>& known) {
  if (name.kind == Kind::id)
    throw cli::Failure(
        cli::kNotFound,
        fmt::format("{}: there is no such segment, and ids are chosen by the system; give a key", name.text));
  const int id = shmget(static_cast<key_t>(name.number), bytes, IPC_CREAT | IPC_EXCL | S_IRUSR | S_IWUSR);
  if (id < 0) return id;
  if (const auto identity = identity_of_id(id)) known(*identity);
  return id;
}

// A descriptor or an id; -1 if it is there already.
int make(const Name& name, std::size_t bytes, const std::function<void(const Identity&)>& known) {
  const int handle = name.kind == Kind::posix ? make_object(name, bytes, known) : make_system_v(name, bytes, known);
  if (handle < 0 && errno != EEXIST) fail(fmt::format("cannot make {} of {} bytes", name.text, bytes), errno);
  return handle;
}

}  // namespace

std::unique_ptr<Segment> Segment::attach(const Name& name, Access access, std::string& missing) {
  const int handle = find(name, access);
  if (handle < 0 && !is_absent(name.kind, errno)) fail("cannot open " + name.text, errno);
  if (handle < 0) return missing = name.text, nullptr;
  std::unique_ptr<Segment> segment(new Segment(name, handle));
  name.kind == Kind::posix ? segment->attach_object(access) : segment->attach_system_v(access);
  if (segment->data_ != nullptr) return segment;
  missing = name.kind == Kind::posix ? name.text + ", which is still empty" : name.text;
  return nullptr;
}

std::unique_ptr<Segment> Segment::create(const Name& name, std::size_t bytes,
                                         const std::function<void(const Identity&)>& known) {
  const int handle = make(
      name, bytes, known ? known : [](const Identity&) {});
  if (handle < 0) return nullptr;
  std::unique_ptr<Segment> segment(new Segment(name, handle));
  name.kind == Kind::posix ? segment->attach_object(Access::write) : segment->attach_system_v(Access::write);
  if (segment->data_ == nullptr) fail("cannot attach " + name.text, ENOENT);
  return segment;
}

std::optional<Identity> Segment::look_up(const Name& name) {
  const int handle = find(name, Access::read);
  if (handle < 0 && !is_absent(name.kind, errno)) fail("cannot open " + name.text, errno);
  if (handle < 0) return {};
  if (name.kind != Kind::posix) return identity_of_id(handle);
  const auto identity = identity_of_object(handle);
  close(handle);
  return identity;
}

std::optional<Identity> Segment::identity() const {
  if (!is_identifiable(name_.kind)) return {};
  return name_.kind == Kind::posix ? identity_of_object(handle_) : identity_of_id(handle_);
}

bool Segment::unlink(const Name& name, const Identity& identity) {
  std::optional<Identity> now;
  try {
    now = look_up(name);
  } catch (const cli::Failure&) {
    return false;
  }
  if (!now || now->device != identity.device || now->number != identity.number) return false;
  return (name.kind == Kind::posix ? shm_unlink(name.text.c_str())
                                   : shmctl(static_cast<int>(identity.number), IPC_RMID, nullptr)) == 0;
}

bool Segment::is_identifiable([[maybe_unused]] Kind kind) {
#if defined(__APPLE__)
  return kind != Kind::posix;  // its objects have no numbers
#else
  return true;
#endif
}

void Segment::attach_object(Access access) {
  const std::size_t bytes = size_of(handle_);
  if (bytes == 0) return;
  const int protection = PROT_READ | (access == Access::write ? PROT_WRITE : 0);
  void* data = mmap(nullptr, bytes, protection, MAP_SHARED, handle_, 0);
  if (data == MAP_FAILED) fail("cannot map " + name_.text, errno);
  data_ = static_cast<std::byte*>(data);
  bytes_ = bytes;
  guard_ = std::make_unique<Guard>(data, bytes);
}

void Segment::attach_system_v(Access access) {
  shmid_ds status = {};
  void* data = shmat(handle_, nullptr, access == Access::read ? SHM_RDONLY : 0);
  const bool is_attached = data != reinterpret_cast<void*>(-1);
  if (!is_attached && is_absent(name_.kind, errno)) return;
  if (!is_attached) fail("cannot attach " + name_.text, errno);
  data_ = static_cast<std::byte*>(data);
  if (shmctl(handle_, IPC_STAT, &status) != 0) fail("cannot see the size of " + name_.text, errno);
  bytes_ = status.shm_segsz;
}

Segment::~Segment() {
  guard_.reset();
  if (name_.kind == Kind::posix) {
    if (data_ != nullptr) munmap(data_, bytes_);
    close(handle_);
  } else if (data_ != nullptr) {
    shmdt(data_);
  }
}

bool Segment::is_whole() const {
  return name_.kind != Kind::posix || (!guard_->is_lost() && size_of(handle_) >= bytes_);
}

namespace {

Presence presence_of_object(const Name& name, int descriptor) {
  const int other = shm_open(name.text.c_str(), O_RDONLY, 0);
  if (other < 0) return errno == ENOENT ? Presence::gone : Presence::unknown;
#if defined(__APPLE__)
  // Its objects have no numbers to compare.
  static_cast<void>(descriptor);
  close(other);
  return Presence::unknown;
#else
  struct stat here = {}, there = {};
  const bool is_known = fstat(descriptor, &here) == 0 && fstat(other, &there) == 0;
  close(other);
  if (!is_known) return Presence::unknown;
  return here.st_dev == there.st_dev && here.st_ino == there.st_ino ? Presence::same : Presence::other;
#endif
}

Presence presence_of_id(const Name& name, int id) {
  const int found = find(name, Access::read);
  shmid_ds status = {};
  if (found < 0) return Presence::gone;
  if (found != id) return Presence::other;
  // Without the right to ask for more, the same id has to do.
  if (shmctl(id, IPC_STAT, &status) != 0) return is_absent(name.kind, errno) ? Presence::gone : Presence::same;
  return is_removed(status) ? Presence::gone : Presence::same;
}

}  // namespace

Presence Segment::presence() const {
  return name_.kind == Kind::posix ? presence_of_object(name_, handle_) : presence_of_id(name_, handle_);
}

bool Segment::claim([[maybe_unused]] std::size_t offset, [[maybe_unused]] std::size_t bytes) const {
#if defined(F_OFD_SETLK)
  struct flock range = {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(offset);
  range.l_len = static_cast<off_t>(bytes);
  return name_.kind != Kind::posix || fcntl(handle_, F_OFD_SETLK, &range) == 0 || (errno != EAGAIN && errno != EACCES);
#else
  return true;
#endif
}

void Segment::remove() const {
  const Presence now = presence();
  if (now == Presence::gone || now == Presence::other) return;
  if (name_.kind == Kind::posix)
    shm_unlink(name_.text.c_str());
  else
    shmctl(handle_, IPC_RMID, nullptr);
}

void Segment::touch() const {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  for (std::size_t at = 0; at < bytes_; at += page) static_cast<void>(*static_cast<volatile std::byte*>(data_ + at));
}

std::vector<std::string> segment_names() {
  std::vector<std::string> names;
#if defined(__linux__)
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", ignored)) {
    const std::string name = entry.path().filename().string();
    const bool is_other = name.starts_with("wb-") || name.starts_with("sem.");
    if (!is_other && entry.is_regular_file(ignored)) names.push_back("/" + name);
  }
  std::ranges::sort(names);
#endif
  return names;
}

}  // namespace wingbeat::segments
