#include "parameters.hpp"

namespace wingbeat::osc {

Argument present(Reader& reader, const Control& control) {
  wb_value value;
  detail::require(wb_reader_parameter(reader.raw(), control.info.name, &value));
  return to_argument(value, control.info);
}

void Parameters::hear(const Control& control, std::size_t index, const wb_value& value) {
  known_[index] = to_argument(value, control.info);
}

std::vector<Change> Parameters::changes(Reader& reader, const std::vector<Control>& controls,
                                        const Requests& requests) {
  std::vector<Change> changes;
  for (std::size_t i = 0; i < controls.size(); ++i) {
    if (controls[i].info.kind != WB_PARAMETER || requests.is_pending(i)) continue;
    const Argument value = present(reader, controls[i]);
    if (known_[i] == value) continue;
    known_[i] = value;
    changes.push_back({i, value});
  }
  return changes;
}

}  // namespace wingbeat::osc
