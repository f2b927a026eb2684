// Everything that Wingbeat asks of the operating system; no other code of the core makes system calls.
// Functions that can fail return an errno value, 0 for success.
//
// posix.cpp has what Linux and macOS share. Of linux.cpp and generic.cpp (macOS, and the portable backend) one
// is built.
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wingbeat::platform {

// "linux", "macos" or "portable". The processes that use a stream must have the same backend, since backends
// lock and wake differently.
const char* backend();

// -------------------------------------------------------------------------------------------------------------- clocks

std::uint64_t now_ns();         // monotonic
std::uint64_t unique_number();  // practically never the same twice on a machine; never 0
void sleep_ns(std::uint64_t duration_ns);
std::int32_t process_id();
std::string program_name();
std::uint32_t user_id();
std::int64_t user_named(const std::string& name);  // or by a decimal number; kNoUser if there is no such user

inline constexpr std::int64_t kNoUser = -1;
inline constexpr std::int64_t kNoGroup = -1;
inline constexpr std::int64_t kAnyUser = -2;

// The mode and group of a file or memory object. Set exactly, whatever the umask is.
struct Rights {
  unsigned mode = 0600;
  std::int64_t group = kNoGroup;  // kNoGroup: the group that the system chooses
};

// ------------------------------------------------------------------------------------------------------ memory objects

// A mapping of memory, unmapped by the destructor. Move-only.
class Mapping {
 public:
  Mapping() = default;
  Mapping(std::uint8_t* data, std::size_t bytes) : data_(data), bytes_(bytes) {}
  Mapping(Mapping&& other) noexcept { swap(other); }
  Mapping& operator=(Mapping&& other) noexcept;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  std::uint8_t* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void swap(Mapping& other) noexcept;

  std::uint8_t* data_ = nullptr;
  std::size_t bytes_ = 0;
};

// Creates an object of exactly this size and maps it. All its memory is reserved, so that no later access can
// fail. EEXIST if there is an object of that name; ENOSPC or ENOMEM if there is not enough memory; ENOTSUP as
// set_object_rights. Nothing is left after a failure.
int create_object(const std::string& name, std::uint64_t bytes, const Rights& rights, Mapping& out);

// Maps the first `bytes` of an existing object. EINVAL if it is smaller; EPERM if it does not belong to
// `owner`.
int open_object(const std::string& name, bool writable, std::uint64_t bytes, std::int64_t owner, Mapping& out);

// ENOTSUP on systems where the rights of an object are fixed when it is created (macOS), if it has others.
int set_object_rights(const std::string& name, const Rights& rights);

// Brings a mapping's pages into the page tables of this process, so that the first access to each costs no more
// than later ones. A hint: on other systems and older kernels each page is mapped when it is touched.
void prefault(const Mapping& mapping, bool writable);

// Moves an object's memory into huge pages. Returns how many bytes are in huge pages now; 0 on systems without
// them.
std::uint64_t make_huge(const Mapping& mapping);

int unlink_object(const std::string& name);

// The names of the objects that begin with `prefix`, slash included. Empty on systems that cannot list them
// (macOS).
std::vector<std::string> list_objects(const std::string& prefix);

// The bytes that are left for shared memory. UINT64_MAX if that is unknown.
std::uint64_t free_object_bytes();

// Private memory of `bytes` (a multiple of page_bytes()) that appears twice in a row: a ring buffer in which
// every window is contiguous. The mapping is 2 * bytes long.
int map_twice(std::uint64_t bytes, Mapping& out);
std::uint64_t page_bytes();

// --------------------------------------------------------------------------------------------------------------- files

std::string default_runtime_directory(std::uint32_t user);

// The same text for the same directory, however it was written; absolute in any case. Hashes of it name
// objects.
std::string canonical_path(const std::string& path);

// Makes the directory, for its owner only, if it is missing. EPERM if it belongs to another user, ENOTDIR if it
// is not a directory.
int ensure_directory(const std::string& path);
int share_directory(const std::string& path);  // and list it

// The user to whom a directory belongs. kNoUser if there is none, or if its last component is a link that was
// made neither by the directory's owner, nor by this user, nor by root: another user could have put it there.
std::int64_t owner_of_directory(const std::string& path);

// Reads a regular file of at most `most_bytes`. EFBIG if it is longer, EPERM if it does not belong to `owner`,
// ELOOP if it is a symbolic link.
int read_file(const std::string& path, std::size_t most_bytes, std::int64_t owner, std::string& out);

// Writes `path` + ".new" and renames it. Other processes see the old content or the new one, never a part.
int replace_file(const std::string& path, std::string_view content, const Rights& rights);

// Gives a file its rights. Makes an empty file if there is none.
int share_file(const std::string& path, const Rights& rights);

int rename_file(const std::string& from, const std::string& to);
int remove_file(const std::string& path);  // or an empty directory of that name
bool file_exists(const std::string& path);

// Names in a directory (without . and ..), unsorted.
int list_directory(const std::string& path, std::vector<std::string>& out);

// --------------------------------------------------------------------------------------------------------------- locks

// An exclusive lock on a regular file. The kernel drops it when the process dies, however it dies: that is how
// Wingbeat knows which processes are alive (docs/design/0003-liveness.md). Move-only. A forked child does not
// inherit it.
class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() { close(); }

  // Makes the file, for its owner only, if it is missing. EWOULDBLOCK if another process holds the lock.
  int try_lock(const std::string& path);
  bool is_locked() const { return descriptor_ >= 0; }
  void close();

  // Removes the file, then releases the lock. In this order, so that no other process holds the lock of the
  // removed file.
  void remove_and_close();

  // The same, except for a file that other users may lock too: it stays, because they could not make another
  // one.
  void leave();

 private:
  int descriptor_ = -1;
  std::string path_;
};

enum class Party { kAbsent, kAlive, kDead };

// Whether taking a lock needs the right to write to its file. If not, a process that can only read the file can
// take it.
bool locks_need_writing();

// Whether a process holds the lock of this file. Does not disturb the holder; on Linux, neither another process
// that tries to lock.
Party probe_lock(const std::string& path);

// ------------------------------------------------------------------------------------------------------------- waiting

enum class Wake { kChanged, kTimeout, kInterrupted };

// Sleeps while *word == expected, up to limit_ns. May return early: the caller checks its condition again.
Wake wait_on(const std::uint32_t* word, std::uint32_t expected, std::uint64_t limit_ns);
bool wake_all(const std::uint32_t* word);  // false if it is known that no thread slept

// In one call: wakes one thread that sleeps on `word`, adds 1 to *other, and wakes one thread that sleeps on
// that. Returns how many it woke. Negative if the system has no such call; nothing was done then.
int wake_two(const std::uint32_t* word, std::uint32_t* other);
bool has_wake_two();

// Lets the calling thread run on the cores to which its creator was not pinned. On all cores if the creator was
// not pinned, or there are no others.
void leave_inherited_cores();

// A file descriptor that is readable while the event is signalled.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event();
  int open();  // 0 or errno
  void signal();
  void clear();
  int descriptor() const { return read_; }

 private:
  int read_ = -1;
  int write_ = -1;
};

// Blocks all signals of the calling thread while it exists. A thread inherits the signals that its creator blocks;
// the library's threads are created under one of these, so that they never run a signal handler of the program.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

// ---------------------------------------------------------------------------------------------------------------- fork

// The number of forks between this process and the first process that loaded the library. A handle remembers
// the value of its creation: if it differs now, this is a forked child, and the handle is not its own.
std::uint32_t fork_generation();

// From now on, until close_guarded, a forked child closes this descriptor at once: otherwise it would keep the
// lock.
void close_in_children(int descriptor);

// Closes such a descriptor. Does nothing in a child where that was done already.
void close_guarded(int descriptor);

// ---------------------------------------------------------------------------------------------- between the files here

// What posix.cpp needs of linux.cpp or generic.cpp; nothing outside this folder calls these.

int open_shared(const std::string& name, int flags, unsigned mode);  // shm_open, close-on-exec; -1 and errno
int open_anonymous();                                                // shared memory without a name; -1 and errno
int reserve(int descriptor, std::uint64_t bytes);  // so that a first touch cannot fail; an errno value
std::uint64_t huge_page_bytes();                   // 0: there are none
int lock_descriptor(int descriptor);               // exclusive; EWOULDBLOCK if it is taken
bool ticks_are_time();                             // the processor's ticks go on evenly, alike on all its cores

}  // namespace wingbeat::platform
