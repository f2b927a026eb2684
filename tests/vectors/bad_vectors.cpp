#include <cstddef>
#include <cstdio>
#include <cstring>

#include "vectors.hpp"

namespace vectors {
namespace {

using layout::DataHeader;
using layout::FieldRecord;
using layout::SlotHeader;

constexpr std::uint64_t kField = layout::kDataSchemaOffset;  // of the only field of `minimal`
constexpr std::uint64_t kSlot = 4096;                        // of its first slot

template <class T>
std::string hex(T value) {
  std::uint8_t bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof value);
  std::string text;
  for (std::uint8_t byte : bytes) {
    char digits[4];
    std::snprintf(digits, sizeof digits, "%02x", byte);
    text += digits;
  }
  return text;
}

Json on_minimal(const char* about, const char* result) {
  return {{"about", about}, {"result", result}, {"base", "minimal"}, {"stream", "minimal"}};
}

template <class T>
Vector patched(const char* name, const char* about, const char* result, const char* object, std::uint64_t offset,
               T value) {
  Json json = on_minimal(about, result);
  json["patch"] = {{"object", object}, {"offset", offset}, {"bytes", hex(value)}};
  return {name, nullptr, json};
}

template <class T>
Vector damaged_header(const char* name, const char* about, std::uint64_t offset, T value) {
  return patched(name, about, "WB_ERR_CORRUPT", "data", offset, value);
}

Vector cut(const char* name, const char* object, std::uint64_t bytes) {
  Json json = on_minimal("the object is smaller than its manifest says", "WB_ERR_CORRUPT");
  json["truncate"] = {{"object", object}, {"bytes", bytes}};
  return {name, nullptr, json};
}

Vector with_manifest(const char* name, const char* about, const char* result, const std::string& text) {
  Json json = on_minimal(about, result);
  json["manifest"] = text;
  return {name, nullptr, json};
}

std::string minimal_manifest() {
  for (const Vector& vector : good_vectors()) {
    if (vector.name == "minimal") return layout::to_text(vector.segment->manifest());
  }
  return {};
}

std::string with_check(const std::string& body) {
  char line[32];
  std::snprintf(line, sizeof line, "check %016llx\n", static_cast<unsigned long long>(layout::hash(body)));
  return body + line;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  text.resize(text.rfind("check "));
  return with_check(text.replace(text.find(what), what.size(), by));
}

std::vector<Vector> bad_manifests() {
  const std::string good = minimal_manifest();
  std::string wrong_check = good;
  wrong_check[wrong_check.size() - 2] ^= 1;
  return {with_manifest("manifest_empty", "an empty file", "WB_ERR_CORRUPT", ""),
          with_manifest("manifest_garbage", "something else", "WB_ERR_CORRUPT", "this is not a manifest\n"),
          with_manifest("manifest_cut_off", "the last lines are missing", "WB_ERR_CORRUPT",
                        good.substr(0, good.size() / 2)),
          with_manifest("manifest_wrong_check", "one digit of the check sum is wrong", "WB_ERR_CORRUPT", wrong_check),
          with_manifest("manifest_newer_version", "version 2", "WB_ERR_INCOMPATIBLE",
                        replaced(good, "manifest 1", "manifest 2")),
          with_manifest("manifest_other_backend", "made by a backend that does not exist", "WB_ERR_INCOMPATIBLE",
                        replaced(good, "backend linux", "backend ogygia")),
          with_manifest("manifest_other_stream", "names another stream than its file", "WB_ERR_CORRUPT",
                        replaced(good, "stream minimal", "stream maximal")),
          with_manifest("manifest_epoch_zero", "epochs count from 1", "WB_ERR_CORRUPT",
                        replaced(good, "epoch 1", "epoch 0")),
          with_manifest("manifest_object_with_slash", "an object name has one slash, the first character",
                        "WB_ERR_CORRUPT", replaced(good, "/wb-vector-1d", "/../etc/passwd")),
          with_manifest("manifest_extra_line", "nothing may follow the known lines", "WB_ERR_CORRUPT",
                        replaced(good, "control-bytes 4096\n", "control-bytes 4096\ncolour blue\n"))};
}

std::vector<Vector> bad_headers() {
  return {
      damaged_header("bad_magic", "not a data object", offsetof(DataHeader, magic), std::uint8_t{'X'}),
      patched("newer_version", "format version 2", "WB_ERR_INCOMPATIBLE", "data", offsetof(DataHeader, format_version),
              std::uint32_t{2}),
      patched("unknown_flag", "a feature this version does not know", "WB_ERR_INCOMPATIBLE", "data",
              offsetof(DataHeader, flags), std::uint32_t{1}),
      damaged_header("wrong_identity", "another creation than the manifest's", offsetof(DataHeader, identity),
                     std::uint64_t{5}),
      damaged_header("wrong_epoch", "another epoch than the manifest's", offsetof(DataHeader, epoch), std::uint32_t{2}),
      damaged_header("wrong_offset", "slots elsewhere than the rules put them", offsetof(DataHeader, slots_offset),
                     std::uint64_t{8192}),
      damaged_header("wrong_stride", "slots closer together than a frame is long", offsetof(DataHeader, slot_stride),
                     std::uint64_t{64}),
      damaged_header("offset_beyond_the_end", "the schema lies outside the object", offsetof(DataHeader, schema_offset),
                     ~std::uint64_t{0}),
      damaged_header("too_many_slots", "more slots than the format allows", offsetof(DataHeader, slot_count),
                     ~std::uint32_t{0}),
      damaged_header("too_few_slots", "fewer than lease budget + 3", offsetof(DataHeader, slot_count),
                     std::uint32_t{3}),
      damaged_header("no_capacity", "capacity 0", offsetof(DataHeader, capacity), std::uint64_t{0})};
}

std::vector<Vector> bad_records() {
  return {damaged_header("unknown_type", "element type 11", kField + offsetof(FieldRecord, type), std::uint32_t{11}),
          damaged_header("nine_dimensions", "one more than the format allows",
                         kField + offsetof(FieldRecord, dimensions), std::uint32_t{9}),
          damaged_header("field_outside", "a field that begins behind the frame",
                         kField + offsetof(FieldRecord, offset_bytes), std::uint64_t{1} << 32),
          damaged_header("field_too_long", "a shape that is larger than the field",
                         kField + offsetof(FieldRecord, shape), std::uint64_t{1} << 40),
          damaged_header("name_with_slash", "a name outside the allowed characters",
                         kField + offsetof(FieldRecord, name), std::uint8_t{'/'}),
          damaged_header("stream_without_name", "the header's stream name is empty", offsetof(DataHeader, stream),
                         std::uint8_t{0})};
}

Vector name_not_terminated() {
  Json json = on_minimal("a field's name fills its 64 bytes without a zero", "WB_ERR_CORRUPT");
  json["patch"] = {{"object", "data"}, {"offset", kField}, {"bytes", std::string(128, '6')}};
  return {"name_not_terminated", nullptr, json};
}

Vector control_header(const char* name, const char* about, std::uint64_t offset, std::uint64_t value) {
  return patched(name, about, "WB_ERR_CORRUPT", "control", offset, value);
}

// Damage behind the checks of attaching: the stream can be used, and shows what can be shown.
std::vector<Vector> bounded_damage() {
  Vector count =
      patched("count_beyond_capacity", "a frame says it holds more agents than there can be: the capacity is shown",
              "WB_OK", "data", kSlot + offsetof(SlotHeader, count), ~std::uint64_t{0});
  count.expected["frame_counts"] = {2};
  Vector head = patched("head_beyond_the_slots",
                        "the head names a slot that does not exist: the frame is found by its commit word", "WB_OK",
                        "data", layout::kDataHotOffset, sync::head_word(1, 4000));
  head.expected["frame_counts"] = {2};
  Vector tail = patched("impossible_request_tail",
                        "more requests wait than the ring has room for: frames are not affected", "WB_OK", "control",
                        layout::kControlHotOffset + offsetof(layout::HotEntry, request_tail), std::uint64_t{1} << 60);
  tail.expected["frame_counts"] = {2};
  return {count, head, tail};
}

}  // namespace

std::vector<Vector> bad_vectors() {
  std::vector<Vector> all = {cut("truncated_data", "data", 4096),
                             cut("truncated_control", "control", 1024),
                             cut("empty_data", "data", 0),
                             name_not_terminated(),
                             control_header("control_bad_magic", "not a control object", 0, 0),
                             control_header("control_of_another", "the control object of another creation",
                                            offsetof(layout::ControlHeader, identity), 5),
                             control_header("control_wrong_offset", "entries elsewhere than the rules put them",
                                            offsetof(layout::ControlHeader, hot_offset), 64),
                             control_header("control_reserved_not_zero", "a reserved word is not zero",
                                            offsetof(layout::ControlHeader, reserved), 1)};
  for (auto group : {bad_manifests(), bad_headers(), bad_records(), bounded_damage()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

}  // namespace vectors
