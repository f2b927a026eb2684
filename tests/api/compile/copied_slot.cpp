// A slot is published once: it is moved, not copied.
#include <utility>
#include <wingbeat/wingbeat.hpp>

wingbeat::Slot keep(wingbeat::Slot& slot) {
#ifdef MISTAKE
  return slot;
#else
  return std::move(slot);
#endif
}
