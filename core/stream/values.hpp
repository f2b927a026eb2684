// Values of parameters: between their 8 bytes in shared memory, wb_value, and texts. And controls as wingbeat.h
// shows them.
#pragma once

#include "attachment.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

// The value that these 8 bytes stand for.
wb_value to_value(std::uint32_t value_type, std::uint64_t bits);

// The 8 bytes of a value that this parameter may have. WB_ERR_NOT_FOUND, WB_ERR_TYPE or WB_ERR_ARGUMENT if it
// may not. A whole number is accepted for an f64, and an f64 that is whole for an i64.
int to_bits(const layout::Schema& schema, std::uint32_t control, const wb_value& value, std::uint64_t& bits);

// The present value of a parameter. Acquire: pairs with the release stores of the writer.
int read_parameter(const Attachment& attachment, std::uint32_t control, wb_value& out);

// The index of the control of this name and kind. The message of WB_ERR_NOT_FOUND lists the names that there
// are.
int find_control(const layout::Schema& schema, const char* name, std::uint32_t kind, std::uint32_t& index);

// A control as the public interface shows it.
void to_info(const layout::ControlRecord& record, wb_control_info& out);

// Converts a text, as wb_value_parse says.
int parse_value(const wb_control_info& control, const char* text, wb_value& out);

}  // namespace wingbeat::stream
