#include "streams.hpp"

#include <unistd.h>

#include "runtime.hpp"

namespace wbtest {
namespace {

std::uint64_t stamp_word(std::uint64_t seq, std::uint64_t index) { return seq * 0x9e3779b97f4a7c15 + index; }

void add_parameter(wb_spec* spec, const char* name, wb_value_type type, double initial, double minimum, double maximum,
                   const char* choices = nullptr) {
  wb_parameter_options options{};
  options.struct_size = sizeof options;
  options.type = type;
  options.initial = initial;
  options.minimum = minimum;
  options.maximum = maximum;
  options.choices = choices;
  EXPECT_OK(wb_spec_add_parameter(spec, name, &options));
}

}  // namespace

Spec make_spec(const std::string& name, const Shape& shape) {
  note_stream(name);
  wb_spec* raw = nullptr;
  EXPECT_OK(wb_spec_create(name.c_str(), shape.capacity, &raw));
  Spec spec(raw);
  if (spec == nullptr) return spec;
  EXPECT_OK(wb_spec_add_field(raw, "words", WB_U64, 1, &kStampWords, nullptr, nullptr));
  EXPECT_OK(wb_spec_add_per_agent(raw, "position", WB_F32, shape.components, nullptr, "m"));
  add_parameter(raw, "speed", WB_VALUE_F64, 1, 0, 10);
  add_parameter(raw, "steps", WB_VALUE_I64, 5, -10, 1000);
  add_parameter(raw, "running", WB_VALUE_BOOL, 1, 0, 0);
  add_parameter(raw, "mode", WB_VALUE_CHOICE, 0, 0, 0, "calm wild mad");
  EXPECT_OK(wb_spec_add_trigger(raw, "reset", "starts anew"));
  EXPECT_OK(wb_spec_add_command(raw, "place", "id x y z", "puts an agent somewhere"));
  EXPECT_OK(wb_spec_set_attribute(raw, "model", "zones"));
  EXPECT_OK(wb_spec_set_option(raw, WB_OPTION_LEASE_BUDGET, shape.lease_budget));
  EXPECT_OK(wb_spec_set_option(raw, WB_OPTION_MAX_READERS, shape.max_readers));
  EXPECT_OK(wb_spec_set_option(raw, WB_OPTION_HISTORY, shape.history));
  return spec;
}

int create(const Shape& shape, Writer& out, const std::string& name) {
  wb_writer* writer = nullptr;
  const int code = wb_writer_create(make_spec(name, shape).get(), &writer);
  out.reset(writer);
  return code;
}

int create_big(std::uint64_t bytes, Writer& out) {
  wb_spec* raw_spec = nullptr;
  wb_spec_create("swarm", 1, &raw_spec);
  const Spec spec(raw_spec);
  const std::uint64_t shape[1] = {bytes};
  wb_spec_add_field(raw_spec, "bytes", WB_U8, 1, shape, nullptr, nullptr);
  wb_spec_set_option(raw_spec, WB_OPTION_LEASE_BUDGET, 1);
  wb_spec_set_option(raw_spec, WB_OPTION_HISTORY, 0);
  wb_writer* raw = nullptr;
  const int code = wb_writer_create(raw_spec, &raw);
  out.reset(raw);
  return code;
}

int open(Reader& out, wb_mode mode, std::uint32_t leases, const std::string& name) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = mode;
  options.leases = leases;
  wb_reader* reader = nullptr;
  const int code = wb_reader_open(name.c_str(), &options, &reader);
  out.reset(reader);
  return code;
}

Writer make_writer(const std::string& name, const Shape& shape) {
  Writer writer;
  EXPECT_OK(create(shape, writer, name));
  return writer;
}

Reader make_reader(const std::string& name, wb_mode mode, std::uint32_t leases, std::int64_t spin_ns) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = mode;
  options.leases = leases;
  options.spin_ns = spin_ns;
  options.label = "test";
  wb_reader* reader = nullptr;
  EXPECT_OK(wb_reader_open(name.c_str(), &options, &reader));
  return Reader(reader);
}

void stamp(void* words, std::uint64_t seq) {
  auto* target = static_cast<std::uint64_t*>(words);
  for (std::uint64_t i = 0; i < kStampWords; ++i) target[i] = stamp_word(seq, i);
}

std::string array_name() {
  static const std::string name = "/wbtest-" + std::to_string(::getpid());  // the same name in a forked child
  return name;
}

int create_array(Array& out, const std::vector<std::uint64_t>& shape, int type) {
  wb_array* made = nullptr;
  const int code =
      wb_array_create(array_name().c_str(), type, static_cast<std::uint32_t>(shape.size()), shape.data(), &made);
  out.reset(made);
  return code;
}

int attach_array(Array& out, std::int64_t timeout_ns, const std::vector<std::uint64_t>& shape, int type) {
  wb_array* made = nullptr;
  const int code = wb_array_attach(array_name().c_str(), type, static_cast<std::uint32_t>(shape.size()), shape.data(),
                                   timeout_ns, &made);
  out.reset(made);
  return code;
}

int publish(wb_writer* writer, std::uint64_t* seq) {
  wb_slot slot;
  if (const int code = wb_writer_begin(writer, &slot)) return code;
  stamp(wb_writer_field(writer, kWordsField), slot.seq);
  if (seq != nullptr) *seq = slot.seq;
  return wb_writer_publish(writer, slot.seq, static_cast<double>(slot.seq) / 10);
}

void publish(wb_writer* writer, int frames) {
  for (int i = 0; i < frames; ++i) ASSERT_OK(publish(writer));
}

bool is_whole(const wb_frame& frame) {
  const auto* words = static_cast<const std::uint64_t*>(wb_frame_field(&frame, kWordsField));
  if (words == nullptr || frame.step != frame.seq) return false;
  for (std::uint64_t i = 0; i < kStampWords; ++i) {
    if (words[i] != stamp_word(frame.seq, i)) return false;
  }
  return true;
}

wb_value f64(double value) {
  wb_value result{};
  result.type = WB_VALUE_F64;
  result.as.f64 = value;
  return result;
}

wb_value i64(std::int64_t value) {
  wb_value result{};
  result.type = WB_VALUE_I64;
  result.as.i64 = value;
  return result;
}

}  // namespace wbtest
