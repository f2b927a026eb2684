// A process-shared pthread_mutex_t of other programs. Its memory may hold anything, so nothing here may wait without a
// limit.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace wingbeat::segments {

enum class Locking {
  done,
  busy,           // another thread held it until the limit
  recovered,      // its holder died and it is robust: it works again, but the data may be half written
  unrecoverable,  // after such a death it was unlocked without being repaired
  uninitialised,  // the memory holds no process-shared mutex, or not yet
};

class Mutex {
 public:
  static constexpr std::size_t kBytes = sizeof(pthread_mutex_t);

  // Memory of kBytes, aligned for a pthread_mutex_t, which must outlive this object.
  explicit Mutex(void* memory) : mutex_(static_cast<pthread_mutex_t*>(memory)) {}

  // Initialises it as process-shared, and as robust where the system can. Call this only in the process that made the
  // memory.
  void initialise();

  // Tries until the limit, by the monotonic clock, with short sleeps between. The mutex is locked only after `done`.
  Locking lock(std::uint64_t limit_ns);
  // False if another program initialised the mutex meanwhile, so that others may have had the lock as well. It is left
  // alone then.
  bool unlock();

  // The holder, for messages: "thread 4711, which has ended,", or "another thread" where that is not known.
  std::string holder() const;
  // Whether its holder is known to have ended.
  bool is_orphaned() const;

 private:
  pthread_mutex_t* mutex_;
  int kind_ = 0;
};

}  // namespace wingbeat::segments
