// The shared bytes of a stream, as spec/segment.md states them. Plain structs: no behaviour, no system calls.
//
// Words that change while a stream lives are declared as plain integers here; only core/sync accesses them, as
// atomics. Every such word has exactly one writer: in the data object the stream's writer, in the control
// object the owner of the reader entry that the word belongs to. So no word needs a lock, and no death can
// leave one locked.
//
// Every offset and size is fixed by static assertions. To change one, see "Changing the format" in
// CONTRIBUTING.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wingbeat::layout {

inline constexpr std::uint64_t kDataMagic = 0x0000415441444257;     // "WBDATA"
inline constexpr std::uint64_t kControlMagic = 0x00004c5254434257;  // "WBCTRL"
inline constexpr std::uint32_t kFormatVersion = 1;

inline constexpr std::uint64_t kLineBytes = 128;  // two x86 lines (prefetched in pairs), one line of Apple's ARM
inline constexpr std::uint64_t kFieldAlignment = 64;
inline constexpr std::uint64_t kPageBytes = 4096;

// The lowest multiple of `unit` that is not below `value`.
constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit * unit; }

inline constexpr std::size_t kNameBytes = 64;
inline constexpr std::size_t kUnitBytes = 32;
inline constexpr std::size_t kLabelsBytes = 96;
inline constexpr std::size_t kHelpBytes = 160;
inline constexpr std::size_t kChoicesBytes = 256;
inline constexpr std::size_t kValueBytes = 448;
inline constexpr std::size_t kReasonBytes = 88;
inline constexpr std::size_t kReaderLabelBytes = 32;
inline constexpr std::uint32_t kMaxDimensions = 8;
inline constexpr std::uint32_t kMaxFields = 64;
inline constexpr std::uint32_t kMaxControls = 256;
inline constexpr std::uint32_t kMaxAttributes = 64;
inline constexpr std::uint32_t kMaxArguments = 8;
inline constexpr std::uint32_t kMaxLeases = 6;
inline constexpr std::uint32_t kMaxReaders = 1024;
inline constexpr std::uint32_t kMaxPending = 16;
inline constexpr std::uint32_t kMaxLeaseBudget = 4096;
inline constexpr std::uint32_t kMaxHistory = 4096;
inline constexpr std::uint32_t kMaxSlots = kMaxLeaseBudget + kMaxHistory + 3;
inline constexpr std::uint64_t kMaxCapacity = std::uint64_t{1} << 32;
inline constexpr std::uint64_t kMaxFrameBytes = std::uint64_t{1} << 40;

// ----------------------------------------------------------------------------------------------------- the data object

// Written once, before the manifest names the object, and never changed. A reader copies it out of shared
// memory, checks the copy, and uses only the copy.
struct DataHeader {
  std::uint64_t magic;
  std::uint32_t format_version;
  std::uint32_t epoch;
  std::uint64_t identity;  // the same in manifest, data and control object; new for every creation
  std::uint64_t total_bytes;
  std::uint64_t capacity;
  std::uint64_t payload_bytes;  // of one frame
  std::uint64_t slot_stride;
  std::uint64_t slots_offset;
  std::uint64_t schema_offset;
  std::uint64_t schema_bytes;
  std::uint64_t values_offset;
  std::uint64_t receipts_offset;
  std::uint32_t slot_count;
  std::uint32_t lease_budget;
  std::uint32_t max_readers;
  std::uint32_t field_count;
  std::uint32_t control_count;
  std::uint32_t attribute_count;
  std::uint32_t flags;  // none defined; readers refuse unknown ones
  std::uint32_t reserved;
  std::uint64_t create_time_ns;
  char stream[kNameBytes];
};
static_assert(sizeof(DataHeader) == 200);

enum WriterState : std::uint32_t {
  kWriterAttached = 1,    // a writer has attached; its lock says whether it is alive
  kWriterClosed = 2,      // the writer has closed the stream
  kWriterSuperseded = 3,  // a new epoch exists: read the manifest again
};

// The words of the stream that change. Each group has lines of its own, because readers poll some of them while
// the writer stores others.
struct DataHot {
  std::uint64_t head;  // newest frame: seq << 16 | slot; 0 before the first
  std::uint8_t pad0[kLineBytes - 8];
  std::uint32_t wake;  // sleepers sleep on this word; it changes with every publish, receipt and restart
  std::uint8_t pad1[kLineBytes - 4];
  std::uint32_t generation;  // counts writers of this epoch, from 1
  std::uint32_t state;       // WriterState
  std::int32_t pid;
  std::uint32_t waiting;  // 1: the writer sleeps until readers in lock-step have finished
  std::uint64_t hops;
  std::uint64_t wakes;
  std::uint64_t requests;
  std::uint64_t overruns;  // times that a reader in lock-step overran its limit
  std::uint8_t pad2[kLineBytes - 48];
};
static_assert(sizeof(DataHot) == 3 * kLineBytes);

inline constexpr std::uint64_t kDataHotOffset = 256;
inline constexpr std::uint64_t kDataSchemaOffset = 768;
static_assert(kDataHotOffset >= sizeof(DataHeader));
static_assert(kDataHotOffset + sizeof(DataHot) <= kDataSchemaOffset);

struct FieldRecord {
  char name[kNameBytes];
  char unit[kUnitBytes];
  char labels[kLabelsBytes];
  std::uint64_t shape[kMaxDimensions];  // fastest dimension first; 1 beyond `dimensions`
  std::uint32_t type;
  std::uint32_t dimensions;
  std::uint32_t per_agent;
  std::uint32_t reserved;
  std::uint64_t offset_bytes;  // in a frame's payload
  std::uint64_t size_bytes;
};
static_assert(sizeof(FieldRecord) == 288);

// A parameter, trigger or command. A value has 8 bytes: the bits of an f64, or an i64 in two's complement (a
// bool is 0 or 1, a choice an index).
struct ControlRecord {
  char name[kNameBytes];
  char unit[kUnitBytes];
  char help[kHelpBytes];
  char choices[kChoicesBytes];
  std::uint32_t kind;
  std::uint32_t value_type;  // of a parameter, else 0
  std::uint32_t argument_count;
  std::uint32_t reserved;
  std::uint64_t initial;
  std::uint64_t minimum;
  std::uint64_t maximum;
  std::uint64_t reserved1;
};
static_assert(sizeof(ControlRecord) == 560);

struct AttributeRecord {
  char key[kNameBytes];
  char value[kValueBytes];
};
static_assert(sizeof(AttributeRecord) == 512);

// The header of a frame. The payload follows it directly, so that a reader of a small frame gets both in one
// cache line.
struct SlotHeader {
  std::uint64_t commit;  // seq << 2 | SlotState
  std::uint64_t step;
  double sim_time;
  std::uint64_t publish_time_ns;
  std::uint64_t begin_time_ns;
  std::uint64_t count;
  std::uint64_t reserved[2];
};
static_assert(sizeof(SlotHeader) == 64);
static_assert(offsetof(SlotHeader, commit) == 0);

enum SlotState : std::uint64_t {
  kFree = 0,       // the whole word is 0: never used, or abandoned
  kWriting = 1,    // payload undefined
  kClaiming = 2,   // seq and payload are intact; the writer is reading the leases
  kCommitted = 3,  // the frame is whole
};

struct ReceiptRecord {
  std::uint64_t id;  // stored last: the receipt is there when this equals the request's id
  std::uint32_t status;
  std::uint32_t reserved;
  std::uint64_t step;
  std::uint64_t seq;
  char reason[kReasonBytes];
  std::uint64_t reserved1;
};
static_assert(sizeof(ReceiptRecord) == 128);

// The receipts of one reader entry, written by the stream's writer.
struct ReceiptBlock {
  std::uint64_t consumed;  // requests of this entry that the writer has taken, ever
  std::uint8_t pad[kLineBytes - 8];
  ReceiptRecord receipts[kMaxPending];  // receipt of request `id` at id % kMaxPending
};
static_assert(sizeof(ReceiptBlock) == 17 * kLineBytes);

// -------------------------------------------------------------------------------------------------- the control object

struct ControlHeader {
  std::uint64_t magic;
  std::uint32_t format_version;
  std::uint32_t max_readers;
  std::uint64_t identity;
  std::uint64_t total_bytes;
  std::uint64_t hot_offset;
  std::uint64_t cold_offset;
  std::uint64_t requests_offset;
  std::uint64_t reserved;
};
static_assert(sizeof(ControlHeader) == 64);

// What the writer looks at in every frame: one line of 64 bytes per reader entry; and beside it the progress of
// the reader, which only inspections look at.
struct HotEntry {
  std::uint64_t lease[kMaxLeases];  // seq of a frame that is held, or expected; 0: none
  std::uint32_t claim;              // the number of them that the reader may use
  std::uint32_t asleep;             // threads of the reader that may need waking
  std::uint64_t request_tail;       // requests made, ever
  std::uint64_t cursor;             // last seq taken
  std::uint64_t received;
  std::uint64_t missed;
  std::uint64_t done;  // in lock-step: 1 + the last seq finished with; 0: has not asked for a frame yet
  std::uint64_t reserved[4];
};
static_assert(sizeof(HotEntry) == kLineBytes);
static_assert(offsetof(HotEntry, cursor) == 64);

enum EntryState : std::uint32_t { kEntryFree = 0, kEntryAttached = 1 };

// The reader's description of itself. The reader stores `state` last, with release.
struct ColdEntry {
  std::uint32_t state;
  std::uint32_t mode;
  std::int32_t pid;
  std::uint32_t stride;  // k: it takes every k-th frame: those whose seq is a multiple of k
  std::uint64_t attach_time_ns;
  std::uint64_t reserved0;
  char label[kReaderLabelBytes];
  std::uint64_t reserved[8];
};
static_assert(sizeof(ColdEntry) == kLineBytes);

struct RequestRecord {
  std::uint64_t id;
  std::uint32_t control;
  std::uint32_t kind;
  std::uint32_t value_type;
  std::uint32_t argument_count;
  std::uint32_t generation;  // of the writer it was made to
  std::uint32_t reserved;
  std::uint64_t submit_time_ns;
  std::uint64_t value;                     // of a parameter
  std::uint64_t arguments[kMaxArguments];  // f64 bits
  std::uint64_t reserved1[2];
};
static_assert(sizeof(RequestRecord) == kLineBytes);

struct RequestBlock {
  RequestRecord requests[kMaxPending];  // request `id` at id % kMaxPending
};

inline constexpr std::uint64_t kControlHotOffset = 128;

}  // namespace wingbeat::layout
