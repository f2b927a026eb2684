// Mistake: a span of an array that is unmapped at the end of the line.
#include <wingbeat/wingbeat.hpp>

float first_number() {
#ifdef MISTAKE
  const auto numbers = wingbeat::SharedArray<float>::attach("/wind").value().span();
#else
  const auto array = wingbeat::SharedArray<float>::attach("/wind").value();
  const auto numbers = array.span();
#endif
  return numbers[0];
}
