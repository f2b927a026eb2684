#include <cstring>
#include <utility>

#include "layout/schema.hpp"
#include "vectors.hpp"

namespace vectors {
namespace {

using layout::ControlSpec;
using layout::FieldSpec;

// A frame: the numbers of each field, in the order they lie in memory.
struct Frame {
  std::uint64_t step;
  std::uint64_t count;
  std::vector<Json> fields;
};

void must(const layout::Fault& fault) {
  if (fault) throw std::logic_error("a vector breaks the rules: " + fault.text);
}

layout::Schema schema_of(std::string_view stream, std::uint64_t capacity, const std::vector<FieldSpec>& fields) {
  layout::Schema schema;
  must(layout::set_stream(schema, stream, capacity));
  for (const FieldSpec& field : fields) must(layout::add_field(schema, field));
  return schema;
}

void put_field(Bytes& bytes, const layout::FieldRecord& field, const Json& numbers) {
  with_number_of(field.type, [&](auto value) {
    std::uint8_t* place = bytes.data() + field.offset_bytes;
    for (const Json& number : numbers) {
      value = number.get<decltype(value)>();
      std::memcpy(place, &value, sizeof value);
      place += sizeof value;
    }
  });
}

void publish(Segment& segment, const Frame& frame) {
  Bytes payload(segment.header().payload_bytes);
  for (std::size_t i = 0; i < frame.fields.size(); ++i) put_field(payload, segment.schema().fields[i], frame.fields[i]);
  segment.publish(frame.step, frame.count, payload);
}

Json value_of(std::uint32_t type, std::uint64_t bits) {
  if (type != layout::kValueF64) return static_cast<std::int64_t>(bits);
  double number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

std::uint64_t f64_bits(double number) {
  std::uint64_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  return bits;
}

Json describe(const layout::ControlRecord& control) {
  const auto value = [&](std::uint64_t bits) { return value_of(control.value_type, bits); };
  Json json = describe_control(control, control.value_type, value);
  if (control.kind == layout::kParameter) json["value"] = json["initial"];
  return json;
}

Json describe(const layout::Schema& schema) {
  Json fields = Json::array(), controls = Json::array(), attributes = Json::array();
  for (const auto& field : schema.fields) fields.push_back(describe_field(field, layout::element_name(field.type)));
  for (const auto& control : schema.controls) controls.push_back(describe(control));
  for (const auto& attribute : schema.attributes) attributes.push_back({attribute.key, attribute.value});
  return {{"attributes", attributes}, {"fields", fields}, {"controls", controls}};
}

Json expect_frame(std::uint64_t seq, std::uint64_t missed, const Frame& frame) {
  return {{"seq", seq},
          {"step", frame.step},
          {"sim_time", sim_time(frame.step)},
          {"publish_time_ns", publish_time_ns(seq)},
          {"count", frame.count},
          {"missed", missed},
          {"fields", frame.fields}};
}

// What every reader sees of the stream, before its frames.
Json expect_stream(const char* about, const Segment& segment) {
  const layout::DataHeader& header = segment.header();
  Json json = {{"about", about},
               {"result", "WB_OK"},
               {"stream", segment.schema().stream},
               {"capacity", header.capacity},
               {"frame_bytes", header.payload_bytes},
               {"epoch", header.epoch},
               {"generation", segment.memory().generation().load()},
               {"slots", header.slot_count},
               {"lease_budget", header.lease_budget},
               {"max_readers", header.max_readers},
               {"writer_closed", segment.memory().writer_state().load() == layout::kWriterClosed}};
  json.update(describe(segment.schema()));
  return json;
}

Vector described(const char* name, const char* about, std::shared_ptr<Segment> segment, const Json& frames) {
  Json expected = expect_stream(about, *segment);
  expected["frames"] = frames;
  return {name, std::move(segment), expected};
}

// With one frame, which is published first.
Vector with_one_frame(const char* name, const char* about, std::shared_ptr<Segment> segment, const Frame& frame) {
  publish(*segment, frame);
  return described(name, about, std::move(segment), Json::array({expect_frame(1, 0, frame)}));
}

const layout::Budget kSmallest{/*leases=*/1, /*readers=*/1, /*history=*/0};

FieldSpec position(std::uint64_t capacity) { return {"position", layout::kF32, {3, capacity}, "x y z", "m", true}; }

Vector minimal() {
  auto segment = std::make_shared<Segment>(schema_of("minimal", 2, {position(2)}), kSmallest);
  return with_one_frame("minimal", "one field, one frame; the writer has died since", segment,
                        {10, 2, {{1.0, 2.0, 3.0, -0.5, 0.25, 1024.0}}});
}

Vector no_frame_yet() {
  auto segment = std::make_shared<Segment>(schema_of("quiet", 2, {position(2)}), kSmallest);
  return described("no_frame_yet", "the writer said hello and has published nothing", segment, Json::array());
}

Vector all_types() {
  std::vector<FieldSpec> fields;
  static constexpr const char* kNames[] = {"?", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64"};
  for (std::uint32_t type = layout::kI8; type <= layout::kF64; ++type)
    fields.push_back({kNames[type], type, {2}, "", "", false});
  auto segment = std::make_shared<Segment>(schema_of("all_types", 1, fields), kSmallest);
  const Frame frame{1,
                    1,
                    {{INT8_MIN, INT8_MAX},
                     {INT16_MIN, INT16_MAX},
                     {INT32_MIN, INT32_MAX},
                     {INT64_MIN, INT64_MAX},
                     {0, UINT8_MAX},
                     {0, UINT16_MAX},
                     {0, UINT32_MAX},
                     {0, UINT64_MAX},
                     {1.5, -0.0078125},
                     {0.1, -1e300}}};
  return with_one_frame("all_types", "every element type, at its limits", segment, frame);
}

Vector shapes_and_texts() {
  const std::string longest(63, 'n');
  layout::Schema schema = schema_of("a.stream-name_1", 2,
                                    {{longest, layout::kU8, {2}, "", "\xc2\xb5m", true},
                                     {"cube", layout::kI16, {2, 1, 3}, "left right", "", false},
                                     {"eight", layout::kU8, {1, 1, 1, 1, 1, 1, 1, 2}, "only", "", false},
                                     {"pair", layout::kF64, {2, 2, 2}, "a b", "", true}});
  must(layout::set_attribute(schema, "model", "zones"));
  must(layout::set_attribute(schema, "place", "Z\xc3\xbcrich"));
  must(layout::set_attribute(schema, "empty", ""));
  auto segment = std::make_shared<Segment>(std::move(schema), kSmallest);
  const Frame frame{7, 2, {{1, 2}, {1, 2, 3, 4, 5, 6}, {7, 8}, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0}}};
  return with_one_frame("shapes_and_texts",
                        "one to eight dimensions, labels, units, attributes, UTF-8, the longest name", segment, frame);
}

Json row(std::uint64_t seq, std::uint64_t count) {
  Json numbers = Json::array();
  for (std::uint64_t i = 0; i < 3 * count; ++i) numbers.push_back(static_cast<double>(seq * 100 + i));
  return numbers;
}

Frame one_agent(std::uint64_t seq, std::uint64_t step) { return {step, 1, {row(seq, 1)}}; }

Json expect_one_agent(std::uint64_t seq, std::uint64_t missed = 0) {
  return expect_frame(seq, missed, one_agent(seq, seq));
}

Vector changing_count() {
  auto segment = std::make_shared<Segment>(
      schema_of("changing", 3, {position(3), {"box", layout::kF64, {2}, "", "m", false}}), kSmallest);
  Json frames = Json::array();
  for (std::uint64_t seq = 1; seq <= 6; ++seq) {
    const std::uint64_t count = seq % 4;
    const Frame frame{seq * 2, count, {row(seq, count), {0.0, static_cast<double>(seq)}}};
    publish(*segment, frame);
    if (seq > 2) frames.push_back(expect_frame(seq, seq == 3 ? 2 : 0, frame));
  }
  return described("changing_count",
                   "0 to capacity agents present; the ring went round, so that frames 1 and 2 are gone", segment,
                   frames);
}

std::vector<ControlSpec> every_control() {
  return {{"alignment", layout::kParameter, layout::kValueF64, f64_bits(0.001), f64_bits(1e-5), f64_bits(0.1), "1/s",
           "how strongly", ""},
          {"neighbours", layout::kParameter, layout::kValueI64, 7, 0, 0, "", "0, 0: no limit", ""},
          {"paused", layout::kParameter, layout::kValueBool, 0, 0, 0, "", "", ""},
          {"boundary", layout::kParameter, layout::kValueChoice, 1, 0, 0, "", "", "open periodic reflecting"},
          {"scatter", layout::kTrigger, 0, 0, 0, 0, "", "gives every agent a random heading", ""},
          {"place", layout::kCommand, 0, 0, 0, 0, "", "", "id x y z"}};
}

layout::RequestRecord request(std::uint32_t control, std::uint32_t kind, std::uint32_t value_type,
                              std::uint64_t value) {
  layout::RequestRecord record{};
  record.control = control;
  record.kind = kind;
  record.value_type = value_type;
  record.value = value;
  return record;
}

layout::RequestRecord place(double id, double x, double y, double z) {
  layout::RequestRecord record = request(5, layout::kCommand, 0, 0);
  record.argument_count = 4;
  const double arguments[] = {id, x, y, z};
  std::memcpy(record.arguments, arguments, sizeof arguments);
  return record;
}

Json receipt(std::uint32_t entry, std::uint64_t id, const char* status, const char* reason) {
  return {{"entry", entry}, {"id", id}, {"status", status}, {"step", 10}, {"seq", 2}, {"reason", reason}};
}

Vector controls_and_receipts() {
  layout::Schema schema = schema_of("steered", 2, {position(2)});
  for (const ControlSpec& control : every_control()) must(layout::add_control(schema, control));
  auto segment = std::make_shared<Segment>(std::move(schema), layout::Budget{1, 2, 0});
  Vector vector =
      with_one_frame("controls_and_receipts",
                     "every kind of control; six requests of which five are answered, by a reader that has died since",
                     segment, {10, 2, {{1.0, 2.0, 3.0, 4.0, 5.0, 6.0}}});
  segment->attach_reader(1, 0, "asker");
  segment->ask(1, request(0, layout::kParameter, layout::kValueF64, f64_bits(0.02)));
  segment->ask(1, request(0, layout::kParameter, layout::kValueF64, f64_bits(0.03)));
  segment->ask(1, request(4, layout::kTrigger, 0, 0));
  segment->ask(1, place(99, 0, 0, 0));
  segment->ask(1, request(1, layout::kParameter, layout::kValueI64, static_cast<std::uint64_t>(-12)));
  segment->ask(1, request(3, layout::kParameter, layout::kValueChoice, 2));
  segment->answer(1, 1, 2, "");
  for (std::uint64_t id : {2, 3}) segment->answer(1, id, 1, "");
  segment->answer(1, 4, 3, "there is no agent 99");
  segment->answer(1, 5, 1, "");
  segment->memory().value(0).store(f64_bits(0.03));
  segment->memory().value(1).store(static_cast<std::uint64_t>(-12));
  vector.expected["controls"][0]["value"] = 0.03;
  vector.expected["controls"][1]["value"] = -12;
  vector.expected["receipts"] = {receipt(1, 1, "WB_SUPERSEDED", ""), receipt(1, 2, "WB_APPLIED", ""),
                                 receipt(1, 3, "WB_APPLIED", ""), receipt(1, 4, "WB_REFUSED", "there is no agent 99"),
                                 receipt(1, 5, "WB_APPLIED", "")};
  return vector;
}

Vector every_state_of_slot() {
  auto segment = std::make_shared<Segment>(schema_of("states", 1, {position(1)}), layout::Budget{1, 1, 2});
  for (std::uint64_t seq = 1; seq <= 6; ++seq) publish(*segment, one_agent(seq, seq));
  segment->set_commit(0, 7, layout::kWriting);   // was frame 1
  segment->set_commit(1, 2, layout::kClaiming);  // whole, but nobody knows for how long: not to be taken
  segment->set_commit(2, 0, layout::kFree);
  segment->set_head(5, 4);  // the writer died between frame 6 and head
  return described("every_state_of_slot", "slots WRITING, CLAIMING, free and COMMITTED; the head is one frame behind",
                   segment, {expect_one_agent(4, 3), expect_one_agent(5), expect_one_agent(6)});
}

Vector taken_over() {
  auto segment = std::make_shared<Segment>(schema_of("restarted", 1, {position(1)}), kSmallest);
  for (std::uint64_t seq = 1; seq <= 3; ++seq) publish(*segment, one_agent(seq, seq));
  segment->set_commit(3, 4, layout::kWriting);
  segment->set_commit(0, 1, layout::kClaiming);
  segment->say_hello();
  publish(*segment, one_agent(4, 1));
  segment->say_goodbye();
  return described(
      "taken_over", "a second writer took over, went on behind the last frame, and ended in order", segment,
      {expect_one_agent(1), expect_one_agent(2), expect_one_agent(3), expect_frame(4, 0, one_agent(4, 1))});
}

Vector dead_reader_holds_a_frame() {
  auto segment = std::make_shared<Segment>(schema_of("leased", 1, {position(1)}), kSmallest);
  publish(*segment, one_agent(1, 1));
  segment->attach_reader(0, 1, "gone");
  for (std::uint64_t seq = 2; seq <= 7; ++seq) publish(*segment, one_agent(seq, seq));
  return described(
      "dead_reader_holds_a_frame",
      "a reader died with a lease on frame 1; the writer hopped over it; the next reader gets its entry and budget",
      segment, {expect_one_agent(1), expect_one_agent(5, 3), expect_one_agent(6), expect_one_agent(7)});
}

}  // namespace

std::vector<Vector> good_vectors() {
  return {minimal(),
          no_frame_yet(),
          all_types(),
          shapes_and_texts(),
          changing_count(),
          controls_and_receipts(),
          every_state_of_slot(),
          taken_over(),
          dead_reader_holds_a_frame()};
}

}  // namespace vectors
