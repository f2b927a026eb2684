// What can fail has to be looked at.
#include <wingbeat/wingbeat.hpp>

bool try_it(const wingbeat::StreamSpec& spec) {
#ifdef MISTAKE
  wingbeat::Writer::create(spec);
#endif
  return wingbeat::Writer::create(spec).has_value();
}
