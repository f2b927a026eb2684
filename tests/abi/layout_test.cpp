// How the public structs lie in memory, as compiled programs and the Julia package rely on it. When an assertion fails, the ABI has
// changed: put a new member at the end of a struct that has struct_size, or else give the struct another name and its functions too.
// Then state the new member and size here.
#include <gtest/gtest.h>
#include <wingbeat/wingbeat.h>

#include <cstddef>

// The size of a struct in bytes, then AT(member, its offset) of each member.
#define LAYOUT(type, bytes, members)                                     \
  namespace layout_of_##type {                                           \
    using Struct = type;                                                 \
    static_assert(sizeof(Struct) == (bytes), #type " has another size"); \
    members                                                              \
  }
#define AT(member, bytes) static_assert(offsetof(Struct, member) == (bytes), #member " lies elsewhere");

static_assert(sizeof(void*) == 8 && sizeof(size_t) == 8, "the figures below are those of 64-bit systems");

// clang-format off
LAYOUT(wb_value, 16, AT(type, 0) AT(reserved, 4) AT(as.f64, 8) AT(as.i64, 8))
LAYOUT(wb_field_info, 288, AT(name, 0) AT(unit, 64) AT(labels, 96) AT(type, 192) AT(dimensions, 196) AT(shape, 200)
       AT(offset_bytes, 264) AT(size_bytes, 272) AT(per_agent, 280) AT(reserved, 284))
LAYOUT(wb_array_info, 88, AT(type, 0) AT(dimensions, 4) AT(shape, 8) AT(size_bytes, 72) AT(has_lock, 80)
       AT(reserved, 84))
LAYOUT(wb_control_info, 568, AT(name, 0) AT(unit, 64) AT(help, 96) AT(choices, 256) AT(kind, 512)
       AT(argument_count, 516) AT(initial, 520) AT(minimum, 536) AT(maximum, 552))
LAYOUT(wb_parameter_options, 64, AT(struct_size, 0) AT(type, 8) AT(reserved, 12) AT(initial, 16) AT(minimum, 24)
       AT(maximum, 32) AT(unit, 40) AT(help, 48) AT(choices, 56))
LAYOUT(wb_slot, 32, AT(seq, 0) AT(data, 8) AT(previous, 16) AT(previous_count, 24))
LAYOUT(wb_request, 112, AT(control, 0) AT(kind, 4) AT(value, 8) AT(argument_count, 24) AT(reader, 28) AT(arguments, 32)
       AT(id, 96) AT(submit_time_ns, 104))
LAYOUT(wb_writer_stats, 56, AT(published, 0) AT(hops, 8) AT(wakes, 16) AT(requests, 24) AT(overruns, 32) AT(epoch, 40)
       AT(generation, 44) AT(huge_bytes, 48))
LAYOUT(wb_reader_options, 40, AT(struct_size, 0) AT(mode, 8) AT(leases, 12) AT(spin_ns, 16) AT(label, 24) AT(every, 32)
       AT(flags, 36))
LAYOUT(wb_frame, 88, AT(seq, 0) AT(step, 8) AT(sim_time, 16) AT(publish_time_ns, 24) AT(count, 32) AT(missed, 40)
       AT(epoch, 48) AT(generation, 52) AT(data, 56) AT(schema, 64) AT(attachment, 72) AT(lease, 80))
LAYOUT(wb_reader_stats, 64, AT(received, 0) AT(missed, 8) AT(seq, 16) AT(newest, 24) AT(restarts, 32) AT(epoch, 40)
       AT(generation, 44) AT(writer_alive, 48) AT(attached, 52) AT(way, 56) AT(reserved, 60))
LAYOUT(wb_receipt, 120, AT(id, 0) AT(status, 8) AT(reserved, 12) AT(step, 16) AT(seq, 24) AT(reason, 32))
LAYOUT(wb_window_view, 40, AT(data, 0) AT(frame_bytes, 8) AT(frames, 16) AT(reserved, 20) AT(seqs, 24) AT(counts, 32))
LAYOUT(wb_name, 64, AT(text, 0))
LAYOUT(wb_stream_info, 216, AT(name, 0) AT(epoch, 64) AT(generation, 68) AT(writer_state, 72) AT(writer_pid, 76)
       AT(seq, 80) AT(step, 88) AT(count, 96) AT(capacity, 104) AT(sim_time, 112) AT(publish_time_ns, 120)
       AT(fill_time_ns, 128) AT(create_time_ns, 136) AT(frame_bytes, 144) AT(memory_bytes, 152) AT(slots, 160)
       AT(lease_budget, 164) AT(leases_claimed, 168) AT(leases_held, 172) AT(max_readers, 176) AT(readers, 180)
       AT(hops, 184) AT(wakes, 192) AT(requests, 200) AT(overruns, 208))
LAYOUT(wb_reader_info, 96, AT(entry, 0) AT(pid, 4) AT(mode, 8) AT(alive, 12) AT(leases_claimed, 16) AT(leases_held, 20)
       AT(asleep, 24) AT(every, 28) AT(attach_time_ns, 32) AT(seq, 40) AT(received, 48) AT(missed, 56) AT(label, 64))
LAYOUT(wb_collect_report, 24, AT(streams, 0) AT(readers, 4) AT(objects, 8) AT(files, 12) AT(bytes, 16))
// clang-format on

// What has no member of its own above, but is called by value or stored in files.
static_assert(sizeof(wb_type) == 4 && sizeof(wb_mode) == 4 && sizeof(wb_result) == 4, "enums are ints");
