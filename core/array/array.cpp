// Creating, attaching to and removing shared arrays.
//
// A creator locks a file of its own (array-<name>.making) while it works. It stores the header's magic last, so
// that an object without it is incomplete. If the file is there and not locked, its creator died, and the
// object may be removed.
#include "array.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "../stream/error.hpp"
#include "../stream/registry.hpp"

namespace wingbeat::stream {
namespace {

constexpr std::uint64_t kPatienceNs = 1'000'000'000;  // of a creator, with another one
constexpr std::uint64_t kPollNs = 1'000'000;
constexpr const char* kCreationPrefix = "array-";
constexpr const char* kCreationSuffix = ".making";

std::string quoted(const std::string& name) { return "array '" + name + "'"; }

// The file that a creator locks, and that it leaves if it dies before the array is complete.
std::string creation_file(const std::string& directory, const std::string& name) {
  return directory + "/" + kCreationPrefix + name.substr(1) + kCreationSuffix;
}

// What is under a name: nothing, an object that is not complete, or an array.
enum class State { kAbsent, kUnfinished, kThere };

struct Found {
  State state = State::kAbsent;
  layout::ArrayHeader header{};  // a copy
  layout::ArrayLayout layout;
};

int open(const std::string& name, std::uint64_t bytes, platform::Mapping& out) {
  return platform::open_object(name, true, bytes, platform::user_id(), out);
}

int cannot_open(int error, const std::string& name) {
  if (error == EPERM) return fail(WB_ERR_ACCESS, quoted(name) + " belongs to another user, and is not used");
  return fail_system(error, "cannot open " + quoted(name));
}

// Copies the header out. Acquire: pairs with the release store in make_complete.
State read_header(const platform::Mapping& mapping, layout::ArrayHeader& out) {
  auto& magic = *reinterpret_cast<std::uint32_t*>(mapping.data());
  if (sync::SharedMemory::word(magic).load(std::memory_order_acquire) == 0) return State::kUnfinished;
  std::memcpy(&out, mapping.data(), std::min<std::size_t>(mapping.bytes(), sizeof out));
  return State::kThere;
}

// Programs that know no such store write magic, type and shape one after the other. A dimension of 0 means that
// they are not done.
bool lacks_shape(const layout::ArrayHeader& header) {
  const std::size_t count = std::min<std::size_t>(header.dimensions, layout::kMaxDimensions);
  return std::find(header.shape, header.shape + count, 0) != header.shape + count;
}

// Finds out what is under a name. An object that is smaller than the smallest header is being made. Fails for
// anything that is not an array.
int examine(const std::string& name, Found& out) {
  out = Found{};
  std::uint64_t bytes = layout::array_header_bytes(1);
  for (;;) {
    platform::Mapping mapping;
    const int error = open(name, bytes, mapping);
    if (error == ENOENT) return out.state = State::kAbsent, WB_OK;
    if (error == EINVAL) return out.state = State::kUnfinished, WB_OK;
    if (error != 0) return cannot_open(error, name);
    out.state = read_header(mapping, out.header);
    if (out.state == State::kUnfinished) return WB_OK;
    // The header says itself how long it is: map it again if it is longer than what was mapped.
    const std::uint32_t dimensions = std::min<std::uint32_t>(out.header.dimensions, layout::kMaxDimensions);
    const std::uint64_t wanted = layout::array_header_bytes(dimensions);
    if (wanted <= bytes) break;
    bytes = wanted;
  }
  if (out.header.magic == layout::kArrayMagic && lacks_shape(out.header)) return out.state = State::kUnfinished, WB_OK;
  layout::Fault fault = layout::lay_out(out.header, out.layout);
  if (fault) fault.text = "memory object " + name + " cannot be used as an array: " + fault.text;
  return fail(fault);
}

// -------------------------------------------------------------------------------------------------------------- create

// With the creation file locked: removes an object that a dead creator left. Never a complete array, nor one
// that another program may be creating.
bool remove_unfinished(const std::string& name) {
  Found found;
  if (examine(name, found) != WB_OK || found.state != State::kUnfinished) return false;
  const bool removed = platform::unlink_object(name) == 0;
  sync::LockMemory::step(sync::Step::kArrayRemoved);
  return removed;
}

// WB_ERR_EXISTS. Says what it is, since the remedy differs.
int already_there(const std::string& name) {
  Found found;
  if (int code = examine(name, found)) return code;
  if (found.state == State::kThere)
    return fail(WB_ERR_EXISTS, quoted(name) + " exists already, with " + layout::describe(found.layout) +
                                   ": attach to it, or remove it first");
  return fail(WB_ERR_EXISTS,
              "memory object " + name +
                  " exists and is not a complete array: another program is creating it or has left it unfinished; "
                  "remove it if that program has ended");
}

// Locks the creation file. `was_left`: a creator that died left it.
int lock_creation(const std::string& name, const std::string& path, platform::FileLock& out, bool& was_left) {
  const std::uint64_t start_ns = platform::now_ns();
  for (;;) {
    was_left = platform::file_exists(path);
    const int error = out.try_lock(path);
    sync::LockMemory::step(sync::Step::kArrayMaking);
    if (error == 0) return WB_OK;
    if (error != EWOULDBLOCK) return fail_system(error, "cannot lock " + path);
    if (platform::now_ns() - start_ns > kPatienceNs)
      return fail(WB_ERR_BUSY, "another process is creating " + quoted(name) + " and does not get on");
    platform::sleep_ns(kPollNs);
  }
}

int no_memory(int error, const std::string& name, std::uint64_t needed) {
  std::string text = quoted(name) + " needs " + std::to_string(needed) + " bytes of shared memory";
  const std::uint64_t there = platform::free_object_bytes();
  if (there != UINT64_MAX) text += ", but only " + std::to_string(there) + " are free";
  return fail_system(error, text + ": make it smaller, or enlarge the shared memory (docker: --shm-size)");
}

int make_object(const std::string& name, std::uint64_t bytes, bool was_left, platform::Mapping& out) {
  int error = platform::create_object(name, bytes, {}, out);
  if (error == EEXIST && was_left && remove_unfinished(name)) error = platform::create_object(name, bytes, {}, out);
  sync::LockMemory::step(sync::Step::kArrayMade);
  if (error == EEXIST) return already_there(name);
  if (error == ENAMETOOLONG || error == EINVAL)
    return fail(WB_ERR_NAME, "the system does not allow a memory object of the name " + name +
                                 ": use a shorter name (macOS: 30 characters)");
  return error == 0 ? WB_OK : no_memory(error, name, bytes);
}

// Writes everything, and the magic last: a process that sees the magic sees the rest.
void make_complete(const layout::ArrayLayout& layout, const platform::Mapping& mapping) {
  ArrayLock::fill(*reinterpret_cast<layout::LockBlock*>(mapping.data() + layout.lock_offset));
  layout::ArrayHeader header = layout::array_header(layout);
  const std::size_t bytes = std::min<std::size_t>(sizeof header, layout.offset);
  std::memcpy(mapping.data() + sizeof header.magic,
              reinterpret_cast<const std::uint8_t*>(&header) + sizeof header.magic, bytes - sizeof header.magic);
  sync::LockMemory::step(sync::Step::kArrayFilled);
  auto& magic = *reinterpret_cast<std::uint32_t*>(mapping.data());
  sync::SharedMemory::word(magic).store(header.magic, std::memory_order_release);  // pairs with read_header
  sync::LockMemory::step(sync::Step::kArrayComplete);
}

// -------------------------------------------------------------------------------------------------------------- attach

// WB_NOT_READY. Says whether the array is absent, being created, or was left by a creator that died.
int not_there(const std::string& name, State state) {
  if (state == State::kAbsent) return fail(WB_NOT_READY, "there is no " + quoted(name) + " yet: create it");
  const bool died = platform::probe_lock(creation_file(runtime_directory(), name)) == platform::Party::kDead;
  return fail(WB_NOT_READY,
              quoted(name) +
                  (died ? " is incomplete, because its creator died: create it again"
                        : " is not complete yet: wait for its creator, or remove the array if its creator has ended"));
}

// Compares with what the caller requires. The message shows both as texts, such as "f32 (3, 4)".
int check_wanted(const std::string& name, const WantedArray& wanted, const layout::ArrayLayout& there) {
  layout::ArrayLayout both = there;
  if (wanted.type != 0) both.type = wanted.type;
  if (wanted.dimensions != 0) {
    if (layout::Fault fault = layout::lay_out(both.type, wanted.dimensions, wanted.shape, both)) return fail(fault);
  }
  const std::string is = layout::describe(there), expected = layout::describe(both);
  return is == expected ? WB_OK : fail(WB_ERR_TYPE, quoted(name) + " is " + is + ", not " + expected);
}

// Maps the whole array, with its lock if it has one. The header is read again: between the two mappings the
// name may have been given to another object, which counts as unfinished.
int map_whole(const std::string& name, Found& found, platform::Mapping& mapping, layout::LockBlock*& lock_block) {
  const layout::ArrayLayout& layout = found.layout;
  int error = open(name, layout.total_bytes(), mapping);
  const bool has_room = error == 0;
  if (error == EINVAL) error = open(name, layout.end_of_data(), mapping);
  if (error == ENOENT) return found.state = State::kAbsent, WB_OK;
  if (error == EINVAL)
    return fail(WB_ERR_CORRUPT, "memory object " + name + " is smaller than its header says, " +
                                    layout::describe(layout) + ": remove the array and create it again");
  if (error != 0) return cannot_open(error, name);
  layout::ArrayHeader again{};
  found.state = read_header(mapping, again);
  const std::size_t bytes = offsetof(layout::ArrayHeader, shape) + layout.dimensions * sizeof again.shape[0];
  if (found.state == State::kThere && std::memcmp(&again, &found.header, bytes) != 0) found.state = State::kUnfinished;
  if (!has_room) return WB_OK;
  auto* block = reinterpret_cast<layout::LockBlock*>(mapping.data() + layout.lock_offset);
  if (block->magic == layout::kLockMagic) lock_block = block;
  return WB_OK;
}

}  // namespace

Array::Array(const std::string& name, const layout::ArrayLayout& layout, platform::Mapping mapping,
             layout::LockBlock* lock_block)
    : layout_(layout),
      mapping_(std::move(mapping)),
      lock_(quoted(name), lock_block),
      fork_generation_(platform::fork_generation()) {}

// A forked child does not own the lock of its parent.
Array::~Array() {
  if (fork_generation_ == platform::fork_generation()) lock_.leave();
}

int Array::create(const std::string& name, const layout::ArrayLayout& layout, std::unique_ptr<Array>& out) {
  if (layout::Fault fault = layout::check_array_name(name)) return fail(fault);
  const std::string directory = runtime_directory();
  if (int code = prepare_directory(directory)) return code;
  platform::FileLock creation;
  bool was_left = false;
  if (int code = lock_creation(name, creation_file(directory, name), creation, was_left)) return code;
  platform::Mapping mapping;
  const int code = make_object(name, layout.total_bytes(), was_left, mapping);
  if (code == WB_OK) make_complete(layout, mapping);
  creation.remove_and_close();
  if (code != WB_OK) return code;
  remove_dead_parties(directory);  // of removed arrays too, whose numbers no party takes again
  auto* block = reinterpret_cast<layout::LockBlock*>(mapping.data() + layout.lock_offset);
  out.reset(new Array(name, layout, std::move(mapping), block));
  return WB_OK;
}

// Polls, because an absent object cannot be slept on.
int Array::attach(const std::string& name, const WantedArray& wanted, std::int64_t timeout_ns,
                  std::unique_ptr<Array>& out) {
  if (layout::Fault fault = layout::check_array_name(name)) return fail(fault);
  const std::uint64_t deadline_ns = deadline_after(timeout_ns);
  for (;;) {
    Found found;
    platform::Mapping mapping;
    layout::LockBlock* block = nullptr;
    int code = examine(name, found);
    if (code == WB_OK && found.state == State::kThere) code = map_whole(name, found, mapping, block);
    if (code == WB_OK && found.state == State::kThere) {
      code = check_wanted(name, wanted, found.layout);
      if (code == WB_OK) out.reset(new Array(name, found.layout, std::move(mapping), block));
      return code;
    }
    if (code != WB_OK) return code;
    const std::uint64_t now_ns = platform::now_ns();
    if (now_ns >= deadline_ns) return not_there(name, found.state);
    static const std::uint32_t nothing = 0;
    if (platform::wait_on(&nothing, 0, std::min(deadline_ns - now_ns, kPollNs)) == platform::Wake::kInterrupted)
      return fail(WB_INTERRUPTED);
  }
}

// Refuses anything that is not an array, so that a mistyped name cannot remove the memory of another program.
int Array::remove(const std::string& name) {
  if (layout::Fault fault = layout::check_array_name(name)) return fail(fault);
  Found found;
  const int code = examine(name, found);
  if (code == WB_ERR_ACCESS || code == WB_ERR_SYSTEM) return code;
  if (code == WB_OK && found.state == State::kAbsent) return fail(WB_NOT_READY, "there is no " + quoted(name));
  if (code != WB_OK && found.header.magic != layout::kArrayMagic) return code;  // something else of that name
  const int error = platform::unlink_object(name);
  sync::LockMemory::step(sync::Step::kArrayRemoved);
  return error == 0 || error == ENOENT ? WB_OK : cannot_open(error, name);
}

void collect_arrays(const std::string& directory, wb_collect_report& report) {
  std::vector<std::string> names;
  platform::list_directory(directory, names);
  const std::string prefix = kCreationPrefix, suffix = kCreationSuffix;
  for (const std::string& file : names) {
    if (file.size() <= prefix.size() + suffix.size() || file.compare(0, prefix.size(), prefix) != 0 ||
        file.compare(file.size() - suffix.size(), suffix.size(), suffix) != 0)
      continue;
    const std::string name = "/" + file.substr(prefix.size(), file.size() - prefix.size() - suffix.size());
    const std::string path = directory + "/" + file;
    platform::FileLock creation;
    if (platform::probe_lock(path) == platform::Party::kAlive || creation.try_lock(path) != 0) continue;
    if (!layout::check_array_name(name) && remove_unfinished(name)) ++report.objects;
    creation.remove_and_close();
    ++report.files;
  }
  report.files += remove_dead_parties(directory);
}

}  // namespace wingbeat::stream
