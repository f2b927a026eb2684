// Mistakes that the C++ interface must not let compile. The file compiles as it is. With the name of a mistake defined
// it must fail.
#include <utility>
#include <wingbeat/wingbeat.hpp>

#ifdef BOOL_FIELD  // the size of a bool is the compiler's business: it is no element type
using Flag = bool;
#else
using Flag = std::uint8_t;
#endif
void describe(wingbeat::StreamSpec& spec) { spec.per_agent<Flag>("is_leader"); }

bool create(const wingbeat::StreamSpec& spec) {
#ifdef IGNORED_RESULT
  wingbeat::Writer::create(spec);
#endif
  return wingbeat::Writer::create(spec).has_value();
}

wingbeat::Frame keep_frame(wingbeat::Frame& frame) {
#ifdef COPIED_FRAME
  return frame;
#else
  return std::move(frame);
#endif
}

wingbeat::Slot keep_slot(wingbeat::Slot& slot) {
#ifdef COPIED_SLOT
  return slot;
#else
  return std::move(slot);
#endif
}

float change(const wingbeat::Frame& frame) {
  const auto position = frame.span<float>("position");
#ifdef WRITE_INTO_FRAME
  position[0] = 1.0f;
#endif
  return position[0];
}

// Views of a temporary: their memory is given back at the end of the line.

float read(wingbeat::Reader& reader) {
#ifdef SPAN_OF_TEMPORARY_FRAME
  return reader.wait().span<float>("position")[0];
#else
  const auto frame = reader.wait();
  return frame.span<float>("position")[0];
#endif
}

void write(wingbeat::Writer& writer) {
#ifdef SPAN_OF_TEMPORARY_SLOT
  writer.begin().span<float>("position")[0] = 1.0f;
#else
  auto slot = writer.begin();
  slot.span<float>("position")[0] = 1.0f;
#endif
}

float share() {
#ifdef SPAN_OF_TEMPORARY_ARRAY
  return wingbeat::SharedArray<float>::attach("/wind").value().span()[0];
#else
  const auto array = wingbeat::SharedArray<float>::attach("/wind").value();
  return array.span()[0];
#endif
}

std::size_t look_back(wingbeat::Reader& reader) {
#ifdef WINDOW_VIEW_OF_TEMPORARY
  return wingbeat::Window::open(reader, {"position"}, 60).value().get<float>("position").numbers.size();
#else
  const auto window = wingbeat::Window::open(reader, {"position"}, 60).value();
  return window.get<float>("position").numbers.size();
#endif
}
