// How the public structs lie in memory, as compiled programs and the Julia package rely on it. When an assertion fails, the ABI has
// changed: put a new member at the end of a struct that has struct_size, or else give the struct another name and its functions too.
// Then state the new member and size here.
#include <gtest/gtest.h>
#include <wingbeat/wingbeat.h>

#include <cstddef>

#define WB_SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type " has another size")
#define WB_AT(type, member, bytes) \
  static_assert(offsetof(type, member) == (bytes), #type "::" #member " lies elsewhere")

static_assert(sizeof(void*) == 8 && sizeof(size_t) == 8, "the figures below are those of 64-bit systems");

WB_SIZE(wb_value, 16);
WB_AT(wb_value, type, 0);
WB_AT(wb_value, reserved, 4);
WB_AT(wb_value, as.f64, 8);
WB_AT(wb_value, as.i64, 8);

WB_SIZE(wb_field_info, 288);
WB_AT(wb_field_info, name, 0);
WB_AT(wb_field_info, unit, 64);
WB_AT(wb_field_info, labels, 96);
WB_AT(wb_field_info, type, 192);
WB_AT(wb_field_info, dimensions, 196);
WB_AT(wb_field_info, shape, 200);
WB_AT(wb_field_info, offset_bytes, 264);
WB_AT(wb_field_info, size_bytes, 272);
WB_AT(wb_field_info, per_agent, 280);
WB_AT(wb_field_info, reserved, 284);

WB_SIZE(wb_array_info, 88);
WB_AT(wb_array_info, type, 0);
WB_AT(wb_array_info, dimensions, 4);
WB_AT(wb_array_info, shape, 8);
WB_AT(wb_array_info, size_bytes, 72);
WB_AT(wb_array_info, has_lock, 80);
WB_AT(wb_array_info, reserved, 84);

WB_SIZE(wb_control_info, 568);
WB_AT(wb_control_info, name, 0);
WB_AT(wb_control_info, unit, 64);
WB_AT(wb_control_info, help, 96);
WB_AT(wb_control_info, choices, 256);
WB_AT(wb_control_info, kind, 512);
WB_AT(wb_control_info, argument_count, 516);
WB_AT(wb_control_info, initial, 520);
WB_AT(wb_control_info, minimum, 536);
WB_AT(wb_control_info, maximum, 552);

WB_SIZE(wb_parameter_options, 64);
WB_AT(wb_parameter_options, struct_size, 0);
WB_AT(wb_parameter_options, type, 8);
WB_AT(wb_parameter_options, reserved, 12);
WB_AT(wb_parameter_options, initial, 16);
WB_AT(wb_parameter_options, minimum, 24);
WB_AT(wb_parameter_options, maximum, 32);
WB_AT(wb_parameter_options, unit, 40);
WB_AT(wb_parameter_options, help, 48);
WB_AT(wb_parameter_options, choices, 56);

WB_SIZE(wb_slot, 32);
WB_AT(wb_slot, seq, 0);
WB_AT(wb_slot, data, 8);
WB_AT(wb_slot, previous, 16);
WB_AT(wb_slot, previous_count, 24);

WB_SIZE(wb_request, 112);
WB_AT(wb_request, control, 0);
WB_AT(wb_request, kind, 4);
WB_AT(wb_request, value, 8);
WB_AT(wb_request, argument_count, 24);
WB_AT(wb_request, reader, 28);
WB_AT(wb_request, arguments, 32);
WB_AT(wb_request, id, 96);
WB_AT(wb_request, submit_time_ns, 104);

WB_SIZE(wb_writer_stats, 56);
WB_AT(wb_writer_stats, published, 0);
WB_AT(wb_writer_stats, hops, 8);
WB_AT(wb_writer_stats, wakes, 16);
WB_AT(wb_writer_stats, requests, 24);
WB_AT(wb_writer_stats, overruns, 32);
WB_AT(wb_writer_stats, epoch, 40);
WB_AT(wb_writer_stats, generation, 44);
WB_AT(wb_writer_stats, huge_bytes, 48);

WB_SIZE(wb_reader_options, 40);
WB_AT(wb_reader_options, struct_size, 0);
WB_AT(wb_reader_options, mode, 8);
WB_AT(wb_reader_options, leases, 12);
WB_AT(wb_reader_options, spin_ns, 16);
WB_AT(wb_reader_options, label, 24);
WB_AT(wb_reader_options, every, 32);
WB_AT(wb_reader_options, flags, 36);

WB_SIZE(wb_frame, 88);
WB_AT(wb_frame, seq, 0);
WB_AT(wb_frame, step, 8);
WB_AT(wb_frame, sim_time, 16);
WB_AT(wb_frame, publish_time_ns, 24);
WB_AT(wb_frame, count, 32);
WB_AT(wb_frame, missed, 40);
WB_AT(wb_frame, epoch, 48);
WB_AT(wb_frame, generation, 52);
WB_AT(wb_frame, data, 56);
WB_AT(wb_frame, schema, 64);
WB_AT(wb_frame, attachment, 72);
WB_AT(wb_frame, lease, 80);

WB_SIZE(wb_reader_stats, 64);
WB_AT(wb_reader_stats, received, 0);
WB_AT(wb_reader_stats, missed, 8);
WB_AT(wb_reader_stats, seq, 16);
WB_AT(wb_reader_stats, newest, 24);
WB_AT(wb_reader_stats, restarts, 32);
WB_AT(wb_reader_stats, epoch, 40);
WB_AT(wb_reader_stats, generation, 44);
WB_AT(wb_reader_stats, writer_alive, 48);
WB_AT(wb_reader_stats, attached, 52);
WB_AT(wb_reader_stats, way, 56);
WB_AT(wb_reader_stats, reserved, 60);

WB_SIZE(wb_receipt, 120);
WB_AT(wb_receipt, id, 0);
WB_AT(wb_receipt, status, 8);
WB_AT(wb_receipt, reserved, 12);
WB_AT(wb_receipt, step, 16);
WB_AT(wb_receipt, seq, 24);
WB_AT(wb_receipt, reason, 32);

WB_SIZE(wb_window_view, 40);
WB_AT(wb_window_view, data, 0);
WB_AT(wb_window_view, frame_bytes, 8);
WB_AT(wb_window_view, frames, 16);
WB_AT(wb_window_view, reserved, 20);
WB_AT(wb_window_view, seqs, 24);
WB_AT(wb_window_view, counts, 32);

WB_SIZE(wb_name, 64);
WB_AT(wb_name, text, 0);

WB_SIZE(wb_stream_info, 216);
WB_AT(wb_stream_info, name, 0);
WB_AT(wb_stream_info, epoch, 64);
WB_AT(wb_stream_info, generation, 68);
WB_AT(wb_stream_info, writer_state, 72);
WB_AT(wb_stream_info, writer_pid, 76);
WB_AT(wb_stream_info, seq, 80);
WB_AT(wb_stream_info, step, 88);
WB_AT(wb_stream_info, count, 96);
WB_AT(wb_stream_info, capacity, 104);
WB_AT(wb_stream_info, sim_time, 112);
WB_AT(wb_stream_info, publish_time_ns, 120);
WB_AT(wb_stream_info, fill_time_ns, 128);
WB_AT(wb_stream_info, create_time_ns, 136);
WB_AT(wb_stream_info, frame_bytes, 144);
WB_AT(wb_stream_info, memory_bytes, 152);
WB_AT(wb_stream_info, slots, 160);
WB_AT(wb_stream_info, lease_budget, 164);
WB_AT(wb_stream_info, leases_claimed, 168);
WB_AT(wb_stream_info, leases_held, 172);
WB_AT(wb_stream_info, max_readers, 176);
WB_AT(wb_stream_info, readers, 180);
WB_AT(wb_stream_info, hops, 184);
WB_AT(wb_stream_info, wakes, 192);
WB_AT(wb_stream_info, requests, 200);
WB_AT(wb_stream_info, overruns, 208);

WB_SIZE(wb_reader_info, 96);
WB_AT(wb_reader_info, entry, 0);
WB_AT(wb_reader_info, pid, 4);
WB_AT(wb_reader_info, mode, 8);
WB_AT(wb_reader_info, alive, 12);
WB_AT(wb_reader_info, leases_claimed, 16);
WB_AT(wb_reader_info, leases_held, 20);
WB_AT(wb_reader_info, asleep, 24);
WB_AT(wb_reader_info, every, 28);
WB_AT(wb_reader_info, attach_time_ns, 32);
WB_AT(wb_reader_info, seq, 40);
WB_AT(wb_reader_info, received, 48);
WB_AT(wb_reader_info, missed, 56);
WB_AT(wb_reader_info, label, 64);

WB_SIZE(wb_collect_report, 24);
WB_AT(wb_collect_report, streams, 0);
WB_AT(wb_collect_report, readers, 4);
WB_AT(wb_collect_report, objects, 8);
WB_AT(wb_collect_report, files, 12);
WB_AT(wb_collect_report, bytes, 16);

// What has no member of its own above, but is called by value or stored in files.
static_assert(sizeof(wb_type) == 4 && sizeof(wb_mode) == 4 && sizeof(wb_result) == 4, "enums are ints");
