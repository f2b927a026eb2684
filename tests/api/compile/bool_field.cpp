// The size of a bool is the compiler's business: it is no element type.
#include <wingbeat/wingbeat.hpp>

#ifdef MISTAKE
using Flag = bool;
#else
using Flag = std::uint8_t;
#endif

void describe(wingbeat::StreamSpec& spec) { spec.per_agent<Flag>("is_leader"); }
