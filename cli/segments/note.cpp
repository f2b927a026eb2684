#include "note.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>
#include <sstream>
#include <thread>
#include <utility>

#include "failure.hpp"
#include "wingbeat/wingbeat.h"

#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace wingbeat::segments {

namespace {

constexpr const char* kFirstLine = "wingbeat segment 1";
constexpr std::size_t kMaxBytes = 1024;
constexpr std::string_view kPrefix = "segment-", kSuffix = ".note";

std::string runtime_directory() {
  char path[4096];
  if (wb_runtime_directory(path, sizeof path) < 0) throw cli::Failure(cli::kFailed, wb_error_message());
  return path;
}

// Whether it is a directory of this user, and not a link that another user made.
bool is_own_directory(const std::string& path) {
  struct stat status = {};
  return lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid();
}

std::vector<std::string> note_paths() {
  std::vector<std::string> paths;
  const std::string directory = runtime_directory();
  if (!is_own_directory(directory)) return paths;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kSuffix)) paths.push_back(entry.path().string());
  }
  return paths;
}

std::string boot() {
  char text[64] = {};
#if defined(__APPLE__)
  std::size_t bytes = sizeof text - 1;
  if (sysctlbyname("kern.bootsessionuuid", text, &bytes, nullptr, 0) != 0) return "";
#else
  const int file = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  const ssize_t got = ::read(file, text, sizeof text - 1);
  close(file);
  if (got <= 0) return "";
#endif
  return std::string(text).substr(0, std::strcspn(text, "\n"));
}

// Linux: System V segments of different containers may have the same keys and ids.
std::string space_of(const Name& name) {
  std::error_code ignored;
  return name.kind == Kind::posix ? "" : std::filesystem::read_symlink("/proc/self/ns/ipc", ignored).string();
}

// A process that only tests whether a note is held holds it for a moment itself. A failure counts only if it lasts.
bool lock_patiently(int descriptor, int how) {
  constexpr int kTries = 20;
  for (int i = 0; i < kTries; ++i) {
    if (flock(descriptor, how | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

// Identities are reused after a boot, so a record proves something only if both boots are known and the same.
bool is_of_this_boot(const Record& record) { return !record.boot.empty() && record.boot == boot(); }

bool names(const Record& record, const Identity& identity) {
  if (!identity.is_own) return false;
  if (record.is_complete) return identity.device == record.identity.device && identity.number == record.identity.number;
  // An incomplete record of an object does not tell it from others.
  return record.name.kind == Kind::key && identity.maker == record.identity.maker &&
         identity.bytes == record.identity.bytes;
}

[[noreturn]] void fail(const std::string& what, int error) {
  throw cli::Failure(cli::kFailed, fmt::format("{}: {}", what, std::strerror(error)));
}

}  // namespace

std::string to_text(const Record& r) {
  return fmt::format("{}\n{}\n{}\n{} {} {} {} {}\n{}", kFirstLine, r.boot, r.space, r.is_complete ? 1 : 0,
                     r.identity.device, r.identity.number, r.identity.maker, r.identity.bytes, r.name.text);
}

std::optional<Record> parse_record(const std::string& text) {
  std::istringstream lines(text);
  std::string first, numbers, name;
  Record r;
  std::getline(lines, first) && std::getline(lines, r.boot) && std::getline(lines, r.space) &&
      std::getline(lines, numbers) && std::getline(lines, name, '\0');
  std::istringstream words(numbers);
  if (first != kFirstLine ||
      !(words >> r.is_complete >> r.identity.device >> r.identity.number >> r.identity.maker >> r.identity.bytes))
    return {};
  try {
    r.name = parse_name(name);  // never that of a stream's memory
  } catch (const cli::Failure&) {
    return {};
  }
  if (r.name.kind == Kind::id || !Segment::is_identifiable(r.name.kind)) return {};
  return r;
}

Remains look_at(const Record& record, Identity& found) {
  if (!is_of_this_boot(record)) return Remains::nothing;
  if (record.space != space_of(record.name)) return Remains::elsewhere;
  try {
    const auto identity = Segment::look_up(record.name);
    if (!identity || !names(record, *identity)) return Remains::nothing;
    found = *identity;
    return identity->is_claimed ? Remains::elsewhere : Remains::segment;
  } catch (const cli::Failure&) {
    return Remains::elsewhere;
  }
}

Note Note::write(const Name& name, std::size_t bytes) {
  const std::string directory = runtime_directory();
  if (mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail("cannot make " + directory, errno);
  if (!is_own_directory(directory)) fail(directory + " is not a directory of this user", EPERM);
  for (;;) {
    // Two mirrors must not write the same note; O_EXCL below decides if they choose the same number.
    std::random_device random;
    const std::uint64_t number = std::uint64_t{random()} << 32 | random();
    const std::string path = fmt::format("{}/{}{:016x}{}", directory, kPrefix, number, kSuffix);
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0 && errno != EEXIST) fail("cannot make " + path, errno);
    if (file < 0) continue;
    Note note(path, file);
    // Until it is locked, `wingbeat gc` may take it for the note of a dead process and remove it.
    if (!note.lock(LOCK_SH)) continue;
    note.record_ = Record{boot(), space_of(name), name, Identity{}, false};
    note.record_->identity.maker = getpid();
    note.record_->identity.bytes = bytes;
    const std::string text = to_text(*note.record_);
    if (pwrite(file, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
      fail("cannot write " + path, errno);
    return note;
  }
}

// Written in place, because the lock belongs to the file. The text does not get shorter.
void Note::complete(const Identity& identity) {
  record_->identity.device = identity.device;
  record_->identity.number = identity.number;
  record_->is_complete = true;
  const std::string text = to_text(*record_);
  [[maybe_unused]] const ssize_t ignored =
      pwrite(descriptor_, text.data(), text.size(), 0);  // the file has its memory already
}

std::optional<Note> Note::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat status = {};
  if (file < 0) return {};
  Note note(path, file);
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid())
    return note.leave(), std::nullopt;
  note.read();
  return note;
}

void Note::read() {
  char text[kMaxBytes + 1];
  const ssize_t got = pread(descriptor_, text, sizeof text, 0);
  record_.reset();
  if (got > 0 && got <= static_cast<ssize_t>(kMaxBytes))
    record_ = parse_record(std::string(text, static_cast<std::size_t>(got)));
}

std::optional<Note> Note::join(const Segment& segment) {
  const auto identity = segment.identity();
  if (!identity) return {};
  for (const std::string& path : note_paths()) {
    auto note = open(path);
    if (!note) continue;
    const auto& record = note->record_;
    const bool is_meant = record && record->name == segment.name() && is_of_this_boot(*record) &&
                          record->space == space_of(record->name) && names(*record, *identity);
    if (is_meant && note->lock(LOCK_SH)) return note;
    note->leave();
  }
  return {};
}

std::vector<Note> Note::all_dead() {
  std::vector<Note> notes;
  for (const std::string& path : note_paths()) {
    auto note = open(path);
    if (!note) continue;
    // A note that is locked belongs to a living process, and one that was removed meanwhile is no longer there.
    if (flock(note->descriptor_, LOCK_EX | LOCK_NB) != 0 || !note->is_there()) {
      note->leave();
      continue;
    }
    note->read();
    notes.push_back(std::move(*note));
  }
  return notes;
}

bool Note::lock(int how) { return lock_patiently(descriptor_, how) && is_there(); }

bool Note::is_there() const {
  struct stat here = {}, there = {};
  return fstat(descriptor_, &here) == 0 && lstat(path_.c_str(), &there) == 0 && here.st_dev == there.st_dev &&
         here.st_ino == there.st_ino;
}

bool Note::is_last() {
  if (descriptor_ < 0) return false;
  if (lock(LOCK_EX)) return true;
  leave();
  return false;
}

void Note::leave() {
  if (const int file = std::exchange(descriptor_, -1); file >= 0) close(file);
}

Note::Note(Note&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      record_(std::move(other.record_)) {}

Note& Note::operator=(Note&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(record_, other.record_);
  return *this;
}

Note::~Note() {
  if (!is_last()) return;
  unlink(path_.c_str());
  leave();
}

}  // namespace wingbeat::segments

namespace wingbeat::cli {

namespace {

// Whether the note is no longer needed.
bool settle(const segments::Record& record, bool removes, LeftSegments& found) {
  segments::Identity identity;
  const auto remains = segments::look_at(record, identity);
  if (remains != segments::Remains::segment) return remains == segments::Remains::nothing;
  if (removes && !segments::Segment::unlink(record.name, identity)) return false;
  found.segments.push_back({record.name.text, identity.bytes});
  return true;
}

LeftSegments look(bool removes) {
  LeftSegments found;
  for (auto& note : segments::Note::all_dead()) {
    const bool is_settled = !note.record() || settle(*note.record(), removes, found);
    if (is_settled) ++found.files;
    if (!is_settled || !removes) note.leave();
  }
  return found;
}

}  // namespace

LeftSegments find_left_segments() { return look(false); }
LeftSegments remove_left_segments() { return look(true); }

}  // namespace wingbeat::cli
