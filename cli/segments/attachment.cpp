#include "attachment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "failure.hpp"
#include "messages.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::segments {

using cli::Failure;

namespace {

// How often names are looked up again on systems that do not tell what they lead to.
constexpr std::uint64_t kRenewNs = 1'000'000'000;
constexpr std::size_t kMaxOffset = std::size_t{1} << 40;  // so that sums of offsets and sizes do not wrap

std::size_t rounded_to_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

// Where the numbers begin if the segment is a shared array, which has a header before them (spec/array.md); 0 if it is
// not.
std::size_t array_header_bytes(const Segment& segment) {
  constexpr std::uint32_t kMagic = 0x57412d31;
  constexpr std::size_t kOffsetOfOffset = 8, kShortestHeader = 64;
  if (segment.bytes() < kShortestHeader) return 0;
  std::uint32_t magic = 0;
  std::uint64_t offset = 0;
  std::memcpy(&magic, segment.data(), sizeof magic);
  std::memcpy(&offset, segment.data() + kOffsetOfOffset, sizeof offset);
  return magic == kMagic && offset >= kShortestHeader && offset < segment.bytes() ? offset : 0;
}

void check(const AttachmentOptions& options) {
  if (options.lock_offset % alignof(pthread_mutex_t) != 0)
    throw Failure(cli::kUsage, fmt::format("--lock-offset {}: must be a multiple of {}, the alignment of a mutex",
                                           options.lock_offset, alignof(pthread_mutex_t)));
  if (options.offset > kMaxOffset || options.lock_offset > kMaxOffset)
    throw Failure(cli::kUsage, "--offset and --lock-offset must be at most 2^40 bytes");
  if (options.lock == options.data && options.lock_offset < options.offset + options.bytes &&
      options.offset < options.lock_offset + Mutex::kBytes)
    throw Failure(cli::kUsage,
                  fmt::format("--lock {}: the mutex, bytes {} to {}, would overlap the numbers, bytes {} to {}; "
                              "give --offset or --lock-offset",
                              options.lock->text, options.lock_offset, options.lock_offset + Mutex::kBytes - 1,
                              options.offset, options.offset + options.bytes - 1));
}

}  // namespace

Attachment::Attachment(AttachmentOptions options)
    : options_(std::move(options)),
      names_(options_.verb),
      lock_(options_.verb),
      note_(options_.verb),
      wait_(options_.verb, options_.wait) {
  check(options_);
}

void Attachment::resize(std::size_t bytes, const std::string& what) {
  AttachmentOptions next = options_;
  next.bytes = bytes;
  next.what = what;
  next.is_patient = true;
  check(next);
  remove_created();
  attached_.reset();
  options_ = std::move(next);
}

bool Attachment::find() {
  if (attached_ && !is_whole()) attached_.reset();
  if (!attached_) return attach(Presence::gone);
  const Presence now = presence();
  if (now == Presence::same) {
    names_.clear(fmt::format("{} is there again", options_.data.text));
  } else if (now == Presence::gone && !options_.create) {
    // Programs that are still attached may go on, and so does this one.
    names_.set("gone", fmt::format("{} was removed; using the removed segment until a new one is made", missing_));
  } else if (now != Presence::unknown || wb_now_ns() - attached_->time_ns > kRenewNs) {
    attach(now);
  }
  return true;
}

Presence Attachment::presence() {
  Presence worst = Presence::same;
  for (const auto* segment : {attached_->data.get(), attached_->lock.get()}) {
    const Presence one = segment != nullptr ? segment->presence() : Presence::same;
    if (one == Presence::gone) return missing_ = segment->name().text, Presence::gone;
    if (one == Presence::other || worst == Presence::same) worst = one;
  }
  return worst;
}

bool Attachment::is_whole() const {
  return attached_->data->is_whole() && (!attached_->lock || attached_->lock->is_whole());
}

bool Attachment::attach(Presence before) {
  if (!std::exchange(options_.is_patient, true)) {
    try_attach(before);
  } else {
    try {
      try_attach(before);
    } catch (const cli::WaitFailure&) {
      throw;
    } catch (const Failure& failure) {
      names_.set(failure.what(), fmt::format("{}; waiting until that changes", failure.what()));
    }
  }
  return attached_.has_value();
}

void Attachment::wait() {
  wait_.wait_for("segment " + missing_, options_.data.kind == Kind::posix ? segment_names : nullptr);
}

// The former pair is replaced only when both segments could be attached.
void Attachment::try_attach(Presence before) {
  Pair next;
  next.time_ns = wb_now_ns();
  if (options_.lock) {
    next.lock = attach_lock();
    if (!next.lock) return wait();
    next.mutex.emplace(next.lock->data() + options_.lock_offset);
  }
  next.data = attach_data();
  if (!next.data) return wait();
  // Two mirrors of the same bytes would overwrite each other.
  if (options_.create) claim(*next.data);
  next.data->touch();
  attached_ = std::move(next);
  names_.forget();
  wait_.done();
  if (before == Presence::unknown) return;
  ++totals_.attachments;
  cli::say(options_.verb, fmt::format("attached to {}{}", options_.data.text, rest_text()));
}

// The former pair may be the same object, and its claim would refuse this one.
void Attachment::claim(const Segment& data) {
  attached_.reset();
  if (!data.claim(options_.offset, options_.bytes))
    throw Failure(cli::kFailed,
                  fmt::format("another mirror writes {}; end it, or choose another segment", options_.data.text));
}

// A size that was only rounded up to pages is not mentioned.
// A hint at a wrong shape.
std::string Attachment::rest_text() const {
  const std::size_t header_bytes = array_header_bytes(*attached_->data);
  if (options_.offset < header_bytes)
    return fmt::format("; it looks like a shared array, whose numbers begin at byte {0}: give --offset {0}",
                       header_bytes);
  const std::size_t bytes = attached_->data->bytes(), needed = needed_of(options_.data);
  if (bytes == needed || bytes == rounded_to_pages(needed)) return "";
  return fmt::format("; it has {} bytes, {} more than {} needs, which stay unused: check the shape", bytes,
                     bytes - needed, options_.what);
}

std::size_t Attachment::needed_of(const Name& name) const {
  const bool has_data = name == options_.data, has_lock = name == options_.lock;
  return std::max(has_data ? options_.offset + options_.bytes : 0, has_lock ? options_.lock_offset + Mutex::kBytes : 0);
}

std::shared_ptr<Segment> Attachment::attach_data() {
  auto segment = attach_or_create(options_.data, options_.access);
  const std::size_t needed = options_.offset + options_.bytes;
  if (segment && segment->bytes() < needed)
    throw Failure(
        cli::kUsage,
        fmt::format("{} has {} bytes, but {} needs {}{}", options_.data.text, segment->bytes(), options_.what,
                    options_.bytes, options_.offset > 0 ? fmt::format(" from byte {} on", options_.offset) : ""));
  if (segment && options_.access == Access::write && options_.offset < array_header_bytes(*segment))
    throw Failure(
        cli::kUsage,
        fmt::format(
            "{} is a shared array, and its header would be overwritten; give --offset {}, where its numbers begin",
            options_.data.text, array_header_bytes(*segment)));
  return segment;
}

std::shared_ptr<Segment> Attachment::attach_lock() {
  auto segment = attach_or_create(*options_.lock, Access::write);
  if (segment && segment->bytes() < options_.lock_offset + Mutex::kBytes)
    throw Failure(cli::kUsage, fmt::format("{} has {} bytes, but a mutex of this system needs {} from byte {} on",
                                           options_.lock->text, segment->bytes(), Mutex::kBytes, options_.lock_offset));
  return segment;
}

std::shared_ptr<Segment> Attachment::attach_or_create(const Name& name, Access access) {
  std::shared_ptr<Segment> segment = Segment::attach(name, access, missing_);
  if (!options_.create) return segment;
  if (segment && take_over(segment)) return segment;
  return segment || missing_ == name.text ? create(name) : nullptr;  // or it is there, but empty
}

std::shared_ptr<Segment> Attachment::create(const Name& name) {
  std::optional<Note> note = write_note(name);
  std::shared_ptr<Segment> segment = Segment::create(name, needed_of(name), [&](const Identity& identity) {
    if (note) note->complete(identity);
  });
  if (!segment) return nullptr;
  // The segment has its name already: a program that is faster finds an uninitialised mutex.
  if (name == options_.lock) Mutex(segment->data() + options_.lock_offset).initialise();
  own(segment, std::move(note));
  return segment;
}

// Without a note the mirror works, but a killed one leaves the segment behind.
std::optional<Note> Attachment::write_note(const Name& name) {
  if (options_.keep || !Segment::is_identifiable(name.kind)) return {};
  try {
    return Note::write(name, needed_of(name));
  } catch (const Failure& failure) {
    note_.set("none", fmt::format("{}; if this process is killed, {} stays behind", failure.what(), name.text));
    return {};
  }
}

// A segment of a dead mirror becomes this one's. A segment of a living mirror is removed by the last mirror that uses
// it. False if the segment was too small and has been removed.
bool Attachment::take_over(const std::shared_ptr<Segment>& segment) {
  for (const Created& created : created_)
    if (created.segment->name() == segment->name() && created.segment->presence() == Presence::same) return true;
  std::optional<Note> note = Note::join(*segment);
  if (!note || options_.keep) return true;
  own(segment, std::move(note));
  if (segment->bytes() >= needed_of(segment->name()) || !created_.back().note->is_last()) return true;
  segment->remove();
  created_.pop_back();
  return false;
}

void Attachment::own(const std::shared_ptr<Segment>& segment, std::optional<Note> note) {
  std::erase_if(created_, [&](const Created& other) {
    return other.segment->name() == segment->name();
  });  // its name was taken away
  created_.push_back({segment, std::move(note)});
}

bool Attachment::with(const std::function<void(std::byte*)>& use) {
  if (!attached_->mutex) {
    use(attached_->data->data() + options_.offset);
    if (!is_whole()) return ++totals_.spoiled, false;
    return true;
  }
  const Locking result = attached_->mutex->lock(static_cast<std::uint64_t>(options_.lock_limit_s * 1e9));
  return result == Locking::done ? use_locked(use) : report(result);
}

bool Attachment::use_locked(const std::function<void(std::byte*)>& use) {
  const std::uint64_t start_ns = wb_now_ns();
  use(attached_->data->data() + options_.offset);
  const bool was_ours = attached_->mutex->unlock();
  holds_.add(wb_now_ns() - start_ns);
  if (was_ours && is_whole()) return lock_.clear(fmt::format("{} can be locked again", options_.lock->text)), true;
  ++totals_.spoiled;
  const std::string what = was_ours ? fmt::format("{} or {} was truncated", options_.data.text, options_.lock->text)
                                    : fmt::format("{} was initialised again", options_.lock->text);
  lock_.set("spoiled",
            fmt::format("{} by another program during an access; the result of that access is dropped", what));
  return false;
}

bool Attachment::report(Locking result) {
  const std::string& name = options_.lock->text;
  ++(result == Locking::recovered ? totals_.recovered : totals_.lock_missed);
  if (result == Locking::busy) report_holder();
  if (result == Locking::recovered)
    lock_.set(
        "recovered",
        fmt::format("{}: its holder died; the mutex works again, and data that may be half written is dropped", name));
  if (result == Locking::unrecoverable)
    lock_.set("unrecoverable",
              fmt::format("{} is unusable: its holder died and the next holder did not repair it; restart the "
                          "programs that share it",
                          name));
  if (result == Locking::uninitialised)
    lock_.set("uninitialised",
              fmt::format("{} holds no initialised process-shared mutex; waiting for one. If no program "
                          "initialises it, remove it and restart the programs that share it",
                          name));
  return false;
}

// Reported again if the holder was alive before and has ended: then the lock will not be released.
void Attachment::report_holder() {
  const std::string& name = options_.lock->text;
  const std::string holder = attached_->mutex->holder();
  const bool is_orphaned = attached_->mutex->is_orphaned();
  if (is_orphaned && lock_.is("busy"))
    lock_.set("orphaned", fmt::format("{}: {} holds it; restart the programs that share it", name, holder));
  else
    lock_.set(is_orphaned ? "orphaned" : "busy",
              fmt::format("{} could not be locked within {} s: {} holds it; if it is never released, restart the "
                          "programs that share it",
                          name, options_.lock_limit_s, holder));
}

AttachmentTotals Attachment::totals() const {
  AttachmentTotals totals = totals_;
  totals.hold_p50_ns = holds_.at(0.5);
  totals.hold_max_ns = holds_.at(1);
  return totals;
}

void Attachment::remove_created() {
  for (Created& created : created_)
    if (!created.note || created.note->is_last()) created.segment->remove();
  created_.clear();
}

}  // namespace wingbeat::segments
