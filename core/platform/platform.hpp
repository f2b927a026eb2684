// All that Wingbeat asks of the operating system, and the only code that asks. Failures are errno values (0: done).
// posix.cpp holds what Linux and macOS share; linux.cpp, macos.cpp and portable.cpp what they do not, one of which is built.
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wingbeat::platform {

// "linux", "macos" or "portable". Parties of one stream must agree, since locks and waking differ.
const char* backend();

// ---------------------------------------------------------------------------------------------------------- clocks

std::uint64_t now_ns();         // monotonic
std::uint64_t unique_number();  // differs between any two calls on this machine, with overwhelming likelihood; never 0
void sleep_ns(std::uint64_t duration_ns);
std::int32_t process_id();
std::string program_name();
std::uint32_t user_id();
std::int64_t user_named(const std::string& name);  // a number names itself; kNobody if there is none

inline constexpr std::int64_t kNobody = -1;
inline constexpr std::int64_t kAnybody = -2;

// Who may use a file or an object. Set exactly, whatever the umask.
struct Rights {
  unsigned mode = 0600;
  std::int64_t group = kNobody;  // kNobody: as the system gives it
};

// --------------------------------------------------------------------------------------------------- memory objects

// A mapping, unmapped with the object. Move-only.
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

// Makes a new object of exactly this size, its memory reserved. EEXIST if there is one of that name; ENOSPC or ENOMEM if the
// memory is not there (nothing is left then).
int create_object(const std::string& name, std::uint64_t bytes, const Rights& rights, Mapping& out);

// Maps the first `bytes` of an existing object. EINVAL if it has fewer; EPERM if it is not `owner`'s.
int open_object(const std::string& name, bool writable, std::uint64_t bytes, std::int64_t owner, Mapping& out);

// ENOTSUP where the rights of objects are fixed when they are made (macOS), and it has others. The same from create_object if the
// group cannot be had.
int set_object_rights(const std::string& name, const Rights& rights);

// Brings memory that exists into this process's page tables, so that touching it for the first time costs no more than later. A
// hint: without it (other systems, older kernels) pages are mapped when they are touched.
void prefault(const Mapping& mapping, bool writable);

// Moves an object's memory into huge pages; how many bytes lie in such now, 0 where the system has none.
std::uint64_t make_huge(const Mapping& mapping);

int unlink_object(const std::string& name);

// Names of the objects that begin with `prefix` (with their slash). Empty where the system cannot list them (macOS).
std::vector<std::string> list_objects(const std::string& prefix);

// Bytes left for shared memory; UINT64_MAX where unknown.
std::uint64_t free_object_bytes();

// Private memory of `bytes` (a multiple of page_bytes()) that appears twice in a row. The mapping is 2 * bytes long.
int map_twice(std::uint64_t bytes, Mapping& out);
std::uint64_t page_bytes();

// ---------------------------------------------------------------------------------------------------------- files

std::string default_runtime_directory(std::uint32_t user);

// The same text for the same directory, whichever way it was named; absolute in any case.
std::string canonical_path(const std::string& path);

// Makes the directory (owner only) if it is missing. EPERM if it is somebody else's, ENOTDIR if it is something else.
int ensure_directory(const std::string& path);
int let_others_enter(const std::string& path);  // and list it

// The user a directory belongs to. kNobody if there is none; also if its last component is a link which neither the directory's
// owner, nor we, nor root made.
std::int64_t owner_of_directory(const std::string& path);

// Whole content of a regular file of at most `most_bytes`; EFBIG if it is longer, EPERM if it is not `owner`'s. Never follows a
// symbolic link at the end.
int read_file(const std::string& path, std::size_t most_bytes, std::int64_t owner, std::string& out);

// Writes a file by way of `path` + ".new" and a rename: others see the old content or the new, never a part.
int replace_file(const std::string& path, std::string_view content, const Rights& rights);

// Gives a file its rights, and makes an empty one if there is none.
int share_file(const std::string& path, const Rights& rights);

int rename_file(const std::string& from, const std::string& to);
int remove_file(const std::string& path);  // or an empty directory that stands in a file's place
bool file_exists(const std::string& path);

// Names in a directory (without . and ..), unsorted.
int list_directory(const std::string& path, std::vector<std::string>& out);

// ---------------------------------------------------------------------------------------------------------- locks

// An exclusive lock on a regular file, which the kernel drops when the process dies. Move-only; released by close().
class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() { close(); }

  // Creates the file (owner only) if it is missing. 0: locked; EWOULDBLOCK: somebody else has it.
  int try_lock(const std::string& path);
  bool is_locked() const { return descriptor_ >= 0; }
  void close();

  // Removes the file, then releases.
  void remove_and_close();

  // The same, but a file that other users may lock too is left to them.
  void leave();

 private:
  int descriptor_ = -1;
  std::string path_;
};

enum class Party { kAbsent, kAlive, kDead };

// Whether a lock needs the right to write to its file; if not, who may read it can take it.
bool locks_need_writing();

// Whether somebody holds the lock of this file. Never disturbs the holder, nor (on Linux) who tries to lock.
Party probe_lock(const std::string& path);

// ------------------------------------------------------------------------------------------------------- waiting

enum class Wake { kChanged, kTimeout, kInterrupted };

// Sleeps while *word == expected, at most limit_ns. May return early.
Wake wait_on(const std::uint32_t* word, std::uint32_t expected, std::uint64_t limit_ns);
bool wake_all(const std::uint32_t* word);  // false if it is known that nobody slept

// In one call: wakes one of those that sleep on `word`, adds 1 to *other and wakes one that sleeps on that. How many it woke;
// negative if the system has no such call, and nothing was done.
int wake_two(const std::uint32_t* word, std::uint32_t* other);
bool has_wake_two();

// Lets the calling thread run on the cores that its maker was not pinned to; everywhere if it was not, or there are no others.
void run_elsewhere();

// A descriptor that is readable while signalled.
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

// Blocks all signals of the calling thread while it exists. A thread inherits the signals that its creator blocks; the library's
// threads are created under one of these, so that they never run a signal handler of the program.
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

// ------------------------------------------------------------------------------------------------------------ fork

// Counts the forks between this process and the first one that loaded the library.
std::uint32_t fork_generation();

// From now on, until it is forgotten, a forked child closes this descriptor at once.
void close_in_children(int descriptor);

// Closes such a descriptor, unless this is a child in which that was done already.
void close_guarded(int descriptor);

// ------------------------------------------------------------------------------------------- between the files here

// What posix.cpp needs of linux.cpp or generic.cpp; nothing outside this folder calls these.

int open_shared(const std::string& name, int flags, unsigned mode);  // shm_open, close-on-exec; -1 and errno
int open_anonymous();                                                // shared memory without a name; -1 and errno
int reserve(int descriptor, std::uint64_t bytes);  // so that a first touch cannot fail; an errno value
std::uint64_t huge_page_bytes();                   // 0: there are none
int lock_descriptor(int descriptor);               // exclusive; EWOULDBLOCK if it is taken
bool ticks_are_time();                             // the processor's ticks go on evenly, alike on all its cores

}  // namespace wingbeat::platform
