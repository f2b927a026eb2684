// Texts that users and programs pass to the library: values of controls and names of streams.
#include <cstdlib>

#include "fuzz.hpp"
#include "wingbeat/wingbeat.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  wb_control_info control{};
  control.kind = 1 + input.byte() % 3;
  control.initial.type = 1 + input.byte() % 4;
  control.minimum.type = control.maximum.type = control.initial.type;
  std::memcpy(control.choices, "calm wild mad", 14);
  if (input.byte() % 2 == 0) {
    control.minimum.as.i64 = input.number<std::int64_t>();
    control.maximum.as.i64 = input.number<std::int64_t>();
  }
  std::string text;
  while (!input.is_empty()) text += static_cast<char>(input.byte());
  wb_value value{};
  if (wb_value_parse(&control, text.c_str(), &value) == WB_OK && value.type != control.initial.type) std::abort();
  wb_inspection* inspection = nullptr;
  if (wb_inspect(text.c_str(), &inspection) == WB_OK) wb_inspection_close(inspection);
  return 0;
}
