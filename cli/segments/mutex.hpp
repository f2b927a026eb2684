// Somebody else's process-shared pthread_mutex_t. It is only attached to, so whatever bytes lie there, nothing here may wait for ever.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace wingbeat::segments {

enum class Locking {
  done,
  busy,           // somebody held it until the limit
  recovered,      // its holder died, and it was robust: it works again, but what it guards may be half written
  unrecoverable,  // somebody unlocked it after such a death without repairing it
  uninitialised,  // what lies there is no process-shared mutex, or not yet
};

class Mutex {
 public:
  static constexpr std::size_t kBytes = sizeof(pthread_mutex_t);

  // Memory of kBytes, aligned for a pthread_mutex_t, which must outlive this object.
  explicit Mutex(void* place) : mutex_(static_cast<pthread_mutex_t*>(place)) {}

  // Process-shared, and robust where the system can. Only for who made the memory.
  void initialise();

  // Tries again and again, with short sleeps between; by the monotonic clock. Leaves it locked only if it is `done`.
  Locking lock(std::uint64_t limit_ns);
  // False if the mutex was not ours any more: somebody initialised it meanwhile, so others may have had the lock as well. It is left alone then.
  bool unlock();

  // Who holds it, for people: "thread 4711, which has ended,"; or "another thread" where that cannot be seen.
  std::string holder() const;
  // Whether it is known that its holder has ended.
  bool is_orphaned() const;

 private:
  pthread_mutex_t* mutex_;
  int kind_ = 0;
};

}  // namespace wingbeat::segments
