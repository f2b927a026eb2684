#include "site.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "messages.hpp"
#include "verbs.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::segments {

using cli::Failure;

namespace {

// How often names are looked up anew where the system does not say what they lead to.
constexpr std::uint64_t kRenewNs = 1'000'000'000;
constexpr std::size_t kMaxOffset = std::size_t{1} << 40;  // sums of offsets and sizes shall not wrap

std::size_t rounded_to_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

// Where the numbers of a shared array begin, which has a header before them (spec/array.md); 0 if this is none.
std::size_t array_header_bytes(const Segment& segment) {
  constexpr std::uint32_t kMagic = 0x57412d31;
  constexpr std::size_t kOffsetPlace = 8, kShortestHeader = 64;
  if (segment.bytes() < kShortestHeader) return 0;
  std::uint32_t magic = 0;
  std::uint64_t offset = 0;
  std::memcpy(&magic, segment.data(), sizeof magic);
  std::memcpy(&offset, segment.data() + kOffsetPlace, sizeof offset);
  return magic == kMagic && offset >= kShortestHeader && offset < segment.bytes() ? offset : 0;
}

void check(const SiteOptions& options) {
  if (options.lock_offset % alignof(pthread_mutex_t) != 0)
    throw Failure(cli::kUsage, fmt::format("--lock-offset {}: a mutex lies at a multiple of {} bytes",
                                            options.lock_offset, alignof(pthread_mutex_t)));
  if (options.offset > kMaxOffset || options.lock_offset > kMaxOffset)
    throw Failure(cli::kUsage, "--offset and --lock-offset are at most 2^40 bytes");
  if (options.lock == options.data && options.lock_offset < options.offset + options.bytes &&
      options.offset < options.lock_offset + Mutex::kBytes)
    throw Failure(cli::kUsage,
                  fmt::format("--lock {}: the mutex would lie at bytes {} to {}, among the numbers, which "
                              "are bytes {} to {}: give --offset or --lock-offset",
                              options.lock->text, options.lock_offset, options.lock_offset + Mutex::kBytes - 1,
                              options.offset, options.offset + options.bytes - 1));
}

}  // namespace

Site::Site(SiteOptions options)
    : options_(std::move(options)), place_(options_.verb), lock_(options_.verb), note_(options_.verb) {
  check(options_);
}

void Site::resize(std::size_t bytes, const std::string& what) {
  SiteOptions next = options_;
  next.bytes = bytes;
  next.what = what;
  next.is_patient = true;
  check(next);
  remove_created();
  attached_.reset();
  options_ = std::move(next);
}

bool Site::find() {
  if (attached_ && !is_whole()) attached_.reset();
  if (!attached_) return attach(Presence::gone);
  const Presence now = presence();
  if (now == Presence::same) {
    place_.clear(fmt::format("{} is where it was", options_.data.text));
  } else if (now == Presence::gone && !options_.create) {
    // Programs that have it still may go on, so this one does as well.
    place_.set("gone", fmt::format("{} was removed: goes on with what is left of it until it is made anew", missing_));
  } else if (now != Presence::unknown || wb_now_ns() - attached_->time_ns > kRenewNs) {
    attach(now);
  }
  return true;
}

Presence Site::presence() {
  Presence worst = Presence::same;
  for (const auto* segment : {attached_->data.get(), attached_->lock.get()}) {
    const Presence one = segment != nullptr ? segment->presence() : Presence::same;
    if (one == Presence::gone) return missing_ = segment->name().text, Presence::gone;
    if (one == Presence::other || worst == Presence::same) worst = one;
  }
  return worst;
}

bool Site::is_whole() const { return attached_->data->is_whole() && (!attached_->lock || attached_->lock->is_whole()); }

bool Site::attach(Presence before) {
  if (!std::exchange(options_.is_patient, true)) {
    try_attach(before);
  } else {
    try {
      try_attach(before);
    } catch (const Failure& failure) {
      place_.set(failure.what(), fmt::format("{}; waits until that has changed", failure.what()));
    }
  }
  return attached_.has_value();
}

// Only a complete pair takes the place of what was there before.
void Site::try_attach(Presence before) {
  Attached next;
  next.time_ns = wb_now_ns();
  if (options_.lock) {
    next.lock = attach_lock();
    if (!next.lock) return place_.set("missing", fmt::format("waits for {}", missing_));
    next.mutex.emplace(next.lock->data() + options_.lock_offset);
  }
  next.data = attach_data();
  if (!next.data) return place_.set("missing", fmt::format("waits for {}", missing_));
  if (options_.create) claim(*next.data);
  next.data->touch();
  attached_ = std::move(next);
  place_.forget();
  if (before == Presence::unknown) return;
  ++totals_.attachments;
  cli::say(options_.verb, fmt::format("attached to {}{}", options_.data.text, rest_text()));
}

// What this site has claimed before may be the same object.
void Site::claim(const Segment& data) {
  attached_.reset();
  if (!data.claim(options_.offset, options_.bytes))
    throw Failure(cli::kFailed, fmt::format("another mirror writes {} already: end it or choose another segment",
                                             options_.data.text));
}

// A size that only the system's pages explain is nothing to tell.
std::string Site::rest_text() const {
  const std::size_t header_bytes = array_header_bytes(*attached_->data);
  if (options_.offset < header_bytes)
    return fmt::format("; it looks like a shared array, whose numbers begin at --offset {}", header_bytes);
  const std::size_t bytes = attached_->data->bytes(), needed = needed_of(options_.data);
  if (bytes == needed || bytes == rounded_to_pages(needed)) return "";
  return fmt::format("; it has {} bytes, {} more than {} needs, which are left alone: is the shape right?", bytes,
                     bytes - needed, options_.what);
}

std::size_t Site::needed_of(const Name& name) const {
  const bool has_data = name == options_.data, has_lock = name == options_.lock;
  return std::max(has_data ? options_.offset + options_.bytes : 0, has_lock ? options_.lock_offset + Mutex::kBytes : 0);
}

std::shared_ptr<Segment> Site::attach_data() {
  auto segment = attach_or_create(options_.data, options_.access);
  const std::size_t needed = options_.offset + options_.bytes;
  if (segment && segment->bytes() < needed)
    throw Failure(cli::kUsage,
                  fmt::format("{} has {} bytes, but {} needs {}{}", options_.data.text, segment->bytes(), options_.what,
                              options_.bytes, options_.offset > 0 ? fmt::format(" from {} on", options_.offset) : ""));
  if (segment && options_.access == Access::write && options_.offset < array_header_bytes(*segment))
    throw Failure(
        cli::kUsage,
        fmt::format("{} is a shared array, and its header would be written over: its numbers begin at --offset {}",
                    options_.data.text, array_header_bytes(*segment)));
  return segment;
}

std::shared_ptr<Segment> Site::attach_lock() {
  auto segment = attach_or_create(*options_.lock, Access::write);
  if (segment && segment->bytes() < options_.lock_offset + Mutex::kBytes)
    throw Failure(cli::kUsage,
                  fmt::format("{} has {} bytes: a mutex of this system needs {} from {} on", options_.lock->text,
                              segment->bytes(), Mutex::kBytes, options_.lock_offset));
  return segment;
}

std::shared_ptr<Segment> Site::attach_or_create(const Name& name, Access access) {
  std::shared_ptr<Segment> segment = Segment::attach(name, access, missing_);
  if (!options_.create) return segment;
  if (segment && take_over(segment)) return segment;
  return segment || missing_ == name.text ? create(name) : nullptr;  // or it is there, but empty
}

std::shared_ptr<Segment> Site::create(const Name& name) {
  std::optional<Note> note = write_note(name);
  std::shared_ptr<Segment> segment = Segment::create(name, needed_of(name), [&](const Trace& trace) {
    if (note) note->complete(trace);
  });
  if (!segment) return nullptr;
  if (name == options_.lock) Mutex(segment->data() + options_.lock_offset).initialise();
  own(segment, std::move(note));
  return segment;
}

// Without one it works as well, but for what a death leaves.
std::optional<Note> Site::write_note(const Name& name) {
  if (options_.keep || !Segment::is_traceable(name.kind)) return {};
  try {
    return Note::write(name, needed_of(name));
  } catch (const Failure& failure) {
    note_.set("none", fmt::format("{}: if this is killed, nothing takes away {}", failure.what(), name.text));
    return {};
  }
}

// What another made that is dead now; of one who lives it is the last who uses it that takes it away. False if it was too small, and is gone.
bool Site::take_over(const std::shared_ptr<Segment>& segment) {
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

void Site::own(const std::shared_ptr<Segment>& segment, std::optional<Note> note) {
  std::erase_if(created_, [&](const Created& other) {
    return other.segment->name() == segment->name();
  });  // its name was taken away
  created_.push_back({segment, std::move(note)});
}

bool Site::with(const std::function<void(std::byte*)>& use) {
  if (!attached_->mutex) {
    use(attached_->data->data() + options_.offset);
    if (!is_whole()) return ++totals_.spoiled, false;
    return true;
  }
  const Locking result = attached_->mutex->lock(static_cast<std::uint64_t>(options_.lock_limit_s * 1e9));
  return result == Locking::done ? use_locked(use) : complain(result);
}

bool Site::use_locked(const std::function<void(std::byte*)>& use) {
  const std::uint64_t start_ns = wb_now_ns();
  use(attached_->data->data() + options_.offset);
  const bool was_ours = attached_->mutex->unlock();
  holds_.add(wb_now_ns() - start_ns);
  if (was_ours && is_whole()) return lock_.clear(fmt::format("{} can be locked again", options_.lock->text)), true;
  ++totals_.spoiled;
  const std::string what = was_ours ? fmt::format("{} or {} was cut short", options_.data.text, options_.lock->text)
                                    : fmt::format("{} was initialised again", options_.lock->text);
  lock_.set("spoiled", fmt::format("{} by another program while it was used here: that turn is left out", what));
  return false;
}

bool Site::complain(Locking result) {
  const std::string& name = options_.lock->text;
  ++(result == Locking::recovered ? totals_.recovered : totals_.lock_missed);
  if (result == Locking::busy) complain_of_holder();
  if (result == Locking::recovered)
    lock_.set("recovered",
              fmt::format("{}: its holder died. It works again; what may be half written is left out", name));
  if (result == Locking::unrecoverable)
    lock_.set("unrecoverable",
              fmt::format("{} is broken: its holder died and the next did not repair it. Only restarting "
                          "the programs that share it helps",
                          name));
  if (result == Locking::uninitialised)
    lock_.set("uninitialised",
              fmt::format("{} holds no process-shared mutex, or nobody has initialised it yet; waits for it. "
                          "If nobody will, remove it and restart the programs that share it",
                          name));
  return false;
}

// Its end is told as well if it was seen alive before: nothing comes back by itself then.
void Site::complain_of_holder() {
  const std::string& name = options_.lock->text;
  const std::string holder = attached_->mutex->holder();
  const bool is_orphaned = attached_->mutex->is_orphaned();
  if (is_orphaned && lock_.is("busy"))
    lock_.set("orphaned",
              fmt::format("{}: {} holds it: only restarting the programs that share it helps", name, holder));
  else
    lock_.set(is_orphaned ? "orphaned" : "busy",
              fmt::format("{} could not be locked within {} s: {} holds it. If that one never gives it back, only "
                          "restarting the programs that share it helps",
                          name, options_.lock_limit_s, holder));
}

SiteTotals Site::totals() const {
  SiteTotals totals = totals_;
  totals.hold_p50_ns = holds_.at(0.5);
  totals.hold_max_ns = holds_.at(1);
  return totals;
}

void Site::remove_created() {
  for (Created& created : created_)
    if (!created.note || created.note->is_last()) created.segment->remove();
  created_.clear();
}

}  // namespace wingbeat::segments
