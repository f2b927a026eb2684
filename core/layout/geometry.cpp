#include "geometry.hpp"

#include <cstring>

namespace wingbeat::layout {
namespace {

// Fills in the offsets that follow from the counts and sizes in the header. The limits of those are checked
// first when the header is not trusted (is_within_limits), so that nothing overflows.
void compute_offsets(DataHeader& header) {
  header.schema_offset = kDataSchemaOffset;
  header.schema_bytes = header.field_count * sizeof(FieldRecord) + header.control_count * sizeof(ControlRecord) +
                        header.attribute_count * sizeof(AttributeRecord);
  header.values_offset = round_up(header.schema_offset + header.schema_bytes, kLineBytes);
  header.receipts_offset = round_up(header.values_offset + header.control_count * std::uint64_t{8}, kLineBytes);
  header.slots_offset = round_up(header.receipts_offset + header.max_readers * sizeof(ReceiptBlock), kPageBytes);
  header.slot_stride = round_up(sizeof(SlotHeader) + header.payload_bytes, kLineBytes);
  header.total_bytes = round_up(header.slots_offset + header.slot_count * header.slot_stride, kPageBytes);
}

Fault corrupt(const char* what) {
  return {FaultKind::kCorrupt,
          std::string("the header is damaged (") + what + "): end the writer and run `wingbeat gc`"};
}

// Whether the object is one of Wingbeat's, of the format that this library reads.
Fault check_kind(bool magic, std::uint32_t version) {
  if (!magic) return corrupt("it is not a Wingbeat object");
  if (version == kFormatVersion) return {};
  return {FaultKind::kIncompatible, "the stream has format version " + std::to_string(version) +
                                        ", this library reads version " + std::to_string(kFormatVersion) +
                                        ": use the same release on both sides"};
}

// Every count is bounded before anything is computed from it.
bool is_within_limits(const DataHeader& header) {
  return header.capacity >= 1 && header.capacity <= kMaxCapacity && header.payload_bytes <= kMaxFrameBytes &&
         header.slot_count >= header.lease_budget + kSpareSlots && header.slot_count <= kMaxSlots &&
         header.lease_budget <= kMaxLeaseBudget && header.max_readers >= 1 && header.max_readers <= kMaxReaders &&
         header.field_count <= kMaxFields && header.control_count <= kMaxControls &&
         header.attribute_count <= kMaxAttributes;
}

}  // namespace

// One slot for each frame that can be leased, kept as history, or needed by the handshake.
DataHeader data_header(const Schema& schema, const Budget& budget) {
  DataHeader header{};
  header.magic = kDataMagic;
  header.format_version = kFormatVersion;
  header.capacity = schema.capacity;
  header.payload_bytes = schema.payload_bytes;
  header.slot_count = budget.leases + kSpareSlots + budget.history;
  header.lease_budget = budget.leases;
  header.max_readers = budget.readers;
  header.field_count = static_cast<std::uint32_t>(schema.fields.size());
  header.control_count = static_cast<std::uint32_t>(schema.controls.size());
  header.attribute_count = static_cast<std::uint32_t>(schema.attributes.size());
  std::memcpy(header.stream, schema.stream.data(), schema.stream.size());
  compute_offsets(header);
  return header;
}

ControlHeader control_header(std::uint32_t max_readers) {
  ControlHeader header{};
  header.magic = kControlMagic;
  header.format_version = kFormatVersion;
  header.max_readers = max_readers;
  header.hot_offset = kControlHotOffset;
  header.cold_offset = header.hot_offset + max_readers * sizeof(HotEntry);
  header.requests_offset = header.cold_offset + max_readers * sizeof(ColdEntry);
  header.total_bytes = round_up(header.requests_offset + max_readers * sizeof(RequestBlock), kPageBytes);
  return header;
}

Fault check_data_header(const DataHeader& header, std::uint64_t object_bytes) {
  if (Fault fault = check_kind(header.magic == kDataMagic, header.format_version)) return fault;
  if (header.flags != 0)
    return {FaultKind::kIncompatible,
            "the stream uses features that this library does not know: use the same release on both sides"};
  if (!is_within_limits(header)) return corrupt("a count is out of range");
  // A copy with the offsets computed anew: all of it must be equal.
  DataHeader expected = header;
  compute_offsets(expected);
  if (std::memcmp(&expected, &header, sizeof header) != 0) return corrupt("an offset is wrong");
  if (header.total_bytes > object_bytes) return corrupt("the object is smaller than its header says");
  return {};
}

// Everything in a control header follows from the data header, which was checked before.
Fault check_control_header(const ControlHeader& header, const DataHeader& data, std::uint64_t object_bytes) {
  if (Fault fault = check_kind(header.magic == kControlMagic, header.format_version)) return fault;
  ControlHeader expected = control_header(data.max_readers);
  expected.identity = data.identity;
  if (std::memcmp(&expected, &header, sizeof header) != 0) return corrupt("the control object's header is wrong");
  if (header.total_bytes > object_bytes) return corrupt("the control object is smaller than its header says");
  return {};
}

}  // namespace wingbeat::layout
