#include <cstddef>
#include <cstdio>

#include "vectors.hpp"

namespace vectors {
namespace {

using layout::ControlHeader;
using layout::DataHeader;
using layout::FieldRecord;

constexpr const char *kCorrupt = "WB_ERR_CORRUPT", *kIncompatible = "WB_ERR_INCOMPATIBLE";
constexpr std::uint64_t kField = layout::kDataSchemaOffset;  // of the only field of `minimal`
constexpr std::uint64_t kSlot = 4096;                        // of its first slot

Json on_minimal(const char* about, const char* result) {
  return {{"about", about}, {"result", result}, {"base", "minimal"}, {"stream", "minimal"}};
}

// `value` in so many bytes at an offset of an object.
struct Patch {
  const char *name, *about;
  std::uint64_t offset;
  int bytes;
  std::uint64_t value;
  const char *object = "data", *result = kCorrupt;
};

Vector patched(const Patch& patch) {
  std::string hex;
  for (int i = 0; i < patch.bytes; ++i) {
    char digits[4];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(patch.value >> 8 * i & 0xff));
    hex += digits;
  }
  Json json = on_minimal(patch.about, patch.result);
  json["patch"] = {{"object", patch.object}, {"offset", patch.offset}, {"bytes", hex}};
  return {patch.name, nullptr, json};
}

std::vector<Patch> patches() {
  return {
      {"bad_magic", "not a data object", offsetof(DataHeader, magic), 1, 'X'},
      {"newer_version", "format version 2", offsetof(DataHeader, format_version), 4, 2, "data", kIncompatible},
      {"unknown_flag", "a feature this version does not know", offsetof(DataHeader, flags), 4, 1, "data",
       kIncompatible},
      {"wrong_identity", "another creation than the manifest's", offsetof(DataHeader, identity), 8, 5},
      {"wrong_epoch", "another epoch than the manifest's", offsetof(DataHeader, epoch), 4, 2},
      {"wrong_offset", "slots elsewhere than the rules put them", offsetof(DataHeader, slots_offset), 8, 8192},
      {"wrong_stride", "slots closer together than a frame is long", offsetof(DataHeader, slot_stride), 8, 64},
      {"offset_beyond_the_end", "the schema lies outside the object", offsetof(DataHeader, schema_offset), 8,
       UINT64_MAX},
      {"too_many_slots", "more slots than the format allows", offsetof(DataHeader, slot_count), 4, UINT32_MAX},
      {"too_few_slots", "fewer than lease budget + 3", offsetof(DataHeader, slot_count), 4, 3},
      {"no_capacity", "capacity 0", offsetof(DataHeader, capacity), 8, 0},
      {"stream_without_name", "the header's stream name is empty", offsetof(DataHeader, stream), 1, 0},
      {"unknown_type", "element type 11", kField + offsetof(FieldRecord, type), 4, 11},
      {"nine_dimensions", "one more than the format allows", kField + offsetof(FieldRecord, dimensions), 4, 9},
      {"field_outside", "a field that begins behind the frame", kField + offsetof(FieldRecord, offset_bytes), 8,
       std::uint64_t{1} << 32},
      {"field_too_long", "a shape that is larger than the field", kField + offsetof(FieldRecord, shape), 8,
       std::uint64_t{1} << 40},
      {"name_with_slash", "a name outside the allowed characters", kField + offsetof(FieldRecord, name), 1, '/'},
      {"control_bad_magic", "not a control object", 0, 8, 0, "control"},
      {"control_of_another", "the control object of another creation", offsetof(ControlHeader, identity), 8, 5,
       "control"},
      {"control_wrong_offset", "entries elsewhere than the rules put them", offsetof(ControlHeader, hot_offset), 8, 64,
       "control"},
      {"control_reserved_not_zero", "a reserved word is not zero", offsetof(ControlHeader, reserved), 8, 1, "control"}};
}

// Damage behind the checks of attaching: the stream can be used, and shows what can be shown.
std::vector<Patch> bounded_damage() {
  return {{"count_beyond_capacity", "a frame says it holds more agents than there can be: the capacity is shown",
           kSlot + offsetof(layout::SlotHeader, count), 8, UINT64_MAX, "data", "WB_OK"},
          {"head_beyond_the_slots", "the head names a slot that does not exist: the frame is found by its commit word",
           layout::kDataHotOffset, 8, sync::head_word(1, 4000), "data", "WB_OK"},
          {"impossible_request_tail", "more requests wait than the ring has room for: frames are not affected",
           layout::kControlHotOffset + offsetof(layout::HotEntry, request_tail), 8, std::uint64_t{1} << 60, "control",
           "WB_OK"}};
}

Vector name_not_terminated() {
  Json json = on_minimal("a field's name fills its 64 bytes without a zero", kCorrupt);
  json["patch"] = {{"object", "data"}, {"offset", kField}, {"bytes", std::string(128, '6')}};
  return {"name_not_terminated", nullptr, json};
}

Vector cut(const char* name, const char* object, std::uint64_t bytes) {
  Json json = on_minimal("the object is smaller than its manifest says", kCorrupt);
  json["truncate"] = {{"object", object}, {"bytes", bytes}};
  return {name, nullptr, json};
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  text.resize(text.rfind("check "));
  text.replace(text.find(what), what.size(), by);
  char line[32];
  std::snprintf(line, sizeof line, "check %016llx\n", static_cast<unsigned long long>(layout::hash(text)));
  return text + line;
}

struct BadManifest {
  const char *name, *about;
  std::string text;
  const char* result = kCorrupt;
};

std::vector<BadManifest> bad_manifests() {
  const std::string good = layout::to_text(good_vectors().front().segment->manifest());
  std::string wrong_check = good;
  wrong_check[wrong_check.size() - 2] ^= 1;
  return {{"manifest_empty", "an empty file", ""},
          {"manifest_garbage", "something else", "this is not a manifest\n"},
          {"manifest_cut_off", "the last lines are missing", good.substr(0, good.size() / 2)},
          {"manifest_wrong_check", "one digit of the check sum is wrong", wrong_check},
          {"manifest_newer_version", "version 2", replaced(good, "manifest 1", "manifest 2"), kIncompatible},
          {"manifest_other_backend", "made by a backend that does not exist",
           replaced(good, "backend linux", "backend ogygia"), kIncompatible},
          {"manifest_other_stream", "names another stream than its file",
           replaced(good, "stream minimal", "stream maximal")},
          {"manifest_epoch_zero", "epochs count from 1", replaced(good, "epoch 1", "epoch 0")},
          {"manifest_object_with_slash", "an object name has one slash, the first character",
           replaced(good, "/wb-vector-1d", "/../etc/passwd")},
          {"manifest_extra_line", "nothing may follow the known lines",
           replaced(good, "control-bytes 4096\n", "control-bytes 4096\ncolour blue\n")}};
}

}  // namespace

std::vector<Vector> bad_vectors() {
  std::vector<Vector> all = {cut("truncated_data", "data", 4096), cut("truncated_control", "control", 1024),
                             cut("empty_data", "data", 0), name_not_terminated()};
  for (const Patch& patch : patches()) all.push_back(patched(patch));
  for (const Patch& patch : bounded_damage()) all.emplace_back(patched(patch)).expected["frame_counts"] = {2};
  for (const BadManifest& manifest : bad_manifests()) {
    all.push_back({manifest.name, nullptr, on_minimal(manifest.about, manifest.result)});
    all.back().expected["manifest"] = manifest.text;
  }
  return all;
}

}  // namespace vectors
