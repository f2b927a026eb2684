// A slot that nobody holds is given back at once: its numbers would be written into another frame.
#include <wingbeat/wingbeat.hpp>

void set_first_number(wingbeat::Writer& writer) {
#ifdef MISTAKE
  writer.begin().span<float>("position")[0] = 1.0f;
#else
  auto frame = writer.begin();
  frame.span<float>("position")[0] = 1.0f;
#endif
}
