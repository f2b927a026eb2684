// Follows a segment and the mutex that guards it by their names: when they appear, disappear, or are made anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messages.hpp"
#include "mutex.hpp"
#include "note.hpp"
#include "quantiles.hpp"
#include "segment.hpp"

namespace wingbeat::segments {

struct AttachmentOptions {
  std::string verb;  // for messages
  Name data;
  std::string what;                   // the content, for messages: "f32 3x100"
  std::size_t offset = 0, bytes = 0;  // of the numbers in the segment
  std::optional<Name> lock;           // may be the name of the data
  std::size_t lock_offset = 0;
  double lock_limit_s = 0.1;
  Access access = Access::read;
  bool create = false;      // makes what does not exist
  bool keep = false;        // does not remove it at the end
  bool is_patient = false;  // waits for what does not fit also in the first call of find()
  cli::WaitOptions wait;
};

struct AttachmentTotals {
  std::uint64_t attachments = 0;
  std::uint64_t lock_missed = 0;  // times without the lock: it was held until the limit, or does not work
  std::uint64_t recovered = 0;    // deaths of holders of a robust mutex
  std::uint64_t spoiled = 0;      // times that another program initialised the mutex or truncated a segment meanwhile
  std::uint64_t hold_p50_ns = 0, hold_max_ns = 0;  // how long the lock was held

  std::uint64_t problems() const { return lock_missed + recovered + spoiled; }
};

class Attachment {
 public:
  // Throws cli::Failure.
  explicit Attachment(AttachmentOptions options);

  // Changes the size. What was made for the old size is removed; the next find() looks for the new one. Throws
  // cli::Failure and changes nothing if the options allow no such size.
  void resize(std::size_t bytes, const std::string& what);
  // Looks where the names lead, and attaches. A segment that does not fit (too small, no right) throws cli::Failure in
  // the first call; later it is reported and waited for. True if there is something to use. Throws cli::WaitFailure at
  // the time limit.
  bool find();
  // Calls use(first byte) while it holds the lock, if there is one. True if the call was made and nothing spoiled it.
  bool with(const std::function<void(std::byte*)>& use);
  // Removes the segments that this object made or took over from a dead process, as far as the names still lead to them
  // and no other mirror uses them.
  void remove_created();

  AttachmentTotals totals() const;

 private:
  struct Pair {
    std::shared_ptr<Segment> data, lock;
    std::optional<Mutex> mutex;
    std::uint64_t time_ns = 0;
  };

  struct Created {
    std::shared_ptr<Segment> segment;
    std::optional<Note> note;  // none if the segment is to be kept, or if none could be written
  };

  Presence presence();
  bool is_whole() const;
  bool attach(Presence before);
  void try_attach(Presence before);
  void wait();
  void claim(const Segment& data);
  std::shared_ptr<Segment> attach_data();
  std::shared_ptr<Segment> attach_lock();
  std::shared_ptr<Segment> attach_or_create(const Name& name, Access access);
  std::shared_ptr<Segment> create(const Name& name);
  std::optional<Note> write_note(const Name& name);
  bool take_over(const std::shared_ptr<Segment>& segment);
  void own(const std::shared_ptr<Segment>& segment, std::optional<Note> note);
  std::size_t needed_of(const Name& name) const;
  std::string rest_text() const;
  bool use_locked(const std::function<void(std::byte*)>& use);
  bool report(Locking result);
  void report_holder();

  AttachmentOptions options_;
  std::optional<Pair> attached_;
  std::vector<Created> created_;
  cli::Condition names_, lock_, note_;
  cli::WaitMessage wait_;
  std::string missing_;
  AttachmentTotals totals_;
  cli::Quantiles holds_;
};

}  // namespace wingbeat::segments
