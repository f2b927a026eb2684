#include "stream.hpp"

#include <cstdio>
#include <cstdlib>

namespace wingbeat::bench {

void need(int code, int expected) {
  if (code == expected) return;
  std::fprintf(stderr, "%s instead of %s: %s\n", wb_result_name(code), wb_result_name(expected), wb_error_message());
  std::exit(1);
}

Writer make_writer(const Shape& shape) {
  wb_spec* made = nullptr;
  need(wb_spec_create(kStream, 1, &made));
  const Spec spec(made);
  need(wb_spec_add_field(spec.get(), kField, WB_U64, 1, &kWords, nullptr, nullptr));
  wb_parameter_options speed{};
  speed.struct_size = sizeof speed;
  speed.type = WB_VALUE_F64;
  speed.maximum = 1e9;
  need(wb_spec_add_parameter(spec.get(), kParameter, &speed));
  need(wb_spec_set_option(spec.get(), WB_OPTION_LEASE_BUDGET, shape.leases));
  need(wb_spec_set_option(spec.get(), WB_OPTION_HISTORY, shape.history));
  need(wb_spec_set_option(spec.get(), WB_OPTION_MAX_READERS, shape.entries));
  wb_writer* writer = nullptr;
  need(wb_writer_create(spec.get(), &writer));
  return Writer(writer);
}

Reader make_reader(wb_mode mode, std::uint32_t leases, std::uint32_t flags) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = mode;
  options.leases = leases;
  options.flags = flags;
  wb_reader* reader = nullptr;
  need(wb_reader_open(kStream, &options, &reader));
  need(wb_reader_attach(reader, 0));
  return Reader(reader);
}

void publish(wb_writer* writer) {
  wb_slot slot;
  need(wb_writer_begin(writer, &slot));
  need(wb_writer_publish(writer, slot.seq, 0));
}

}  // namespace wingbeat::bench
