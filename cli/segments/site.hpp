// The place where numbers lie and the mutex that guards them, both by name; followed when names come, go, or lead elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mutex.hpp"
#include "note.hpp"
#include "notice.hpp"
#include "quantiles.hpp"
#include "segment.hpp"

namespace wingbeat::segments {

struct SiteOptions {
  std::string verb;  // that speaks of it
  Name data;
  std::string what;                   // lies there: "f32 3x100"
  std::size_t offset = 0, bytes = 0;  // where it begins, and its size
  std::optional<Name> lock;           // may be the data's own name
  std::size_t lock_offset = 0;
  double lock_limit_s = 0.1;
  Access access = Access::read;
  bool create = false;      // what is not there
  bool keep = false;        // it, for good
  bool is_patient = false;  // what does not fit is waited for from the first look on
};

struct SiteTotals {
  std::uint64_t attachments = 0;
  std::uint64_t lock_missed = 0;  // turns without the lock: held until the limit, or there is none that works
  std::uint64_t recovered = 0;    // deaths of a holder of a robust mutex
  std::uint64_t spoiled = 0;      // turns in which somebody initialised the mutex anew, or cut a segment short
  std::uint64_t hold_p50_ns = 0, hold_max_ns = 0;  // how long the lock was held

  std::uint64_t problems() const { return lock_missed + recovered + spoiled; }
};

class Site {
 public:
  // Throws cli::Failure.
  explicit Site(SiteOptions options);

  // Other numbers from now on, which the next find() looks for; what was made for those before is taken away. Throws cli::Failure, and
  // stays as it is, if the options allow no such size.
  void resize(std::size_t bytes, const std::string& what);
  // Looks where the names lead, and attaches. What does not fit (too small, no right) throws cli::Failure in the first call,
  // and is told and waited for later. True if there is something to use.
  bool find();
  // Calls use(first byte) under the lock, if there is one to take. True if it was called and nothing spoiled it.
  bool with(const std::function<void(std::byte*)>& use);
  // Takes away the names of what was created here, or by another whose successor this is, as far as they still lead to it and no other
  // such site uses it.
  void remove_created();

  SiteTotals totals() const;

 private:
  struct Attached {
    std::shared_ptr<Segment> data, lock;
    std::optional<Mutex> mutex;
    std::uint64_t time_ns = 0;
  };

  struct Created {
    std::shared_ptr<Segment> segment;
    std::optional<Note> note;  // none if it is to be kept, or where none can be
  };

  Presence presence();
  bool is_whole() const;
  bool attach(Presence before);
  void try_attach(Presence before);
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
  bool complain(Locking result);
  void complain_of_holder();

  SiteOptions options_;
  std::optional<Attached> attached_;
  std::vector<Created> created_;
  Notice place_, lock_, note_;
  std::string missing_;
  SiteTotals totals_;
  cli::Quantiles holds_;
};

}  // namespace wingbeat::segments
