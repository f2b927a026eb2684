// Tests of how numbers and texts of other programs are shown.
#include "text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace wingbeat::cli;

TEST(Text, control_sequences_and_broken_utf8_are_replaced_and_letters_of_all_languages_stay) {
  EXPECT_EQ(printable("a\x1b[2Jb\r\n\x7f"), "a?[2Jb???");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "?31m");
  EXPECT_EQ(printable("a\xff\xfe"), "a??");
  EXPECT_EQ(printable("\xe9\xb3"), "??");
  EXPECT_EQ(json_text({{"label", "\xff"}}), "{\"label\":\"\xef\xbf\xbd\"}");
  EXPECT_EQ(printable("Vögel 鳥 🐦"), "Vögel 鳥 🐦");
}

TEST(Text, sizes_and_durations_have_three_digits) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(412'345), "412 kB");
  EXPECT_EQ(bytes_text(3'200'000), "3.20 MB");
  EXPECT_EQ(bytes_text(999'999), "1.00 MB");
  EXPECT_EQ(duration_text(87), "87 ns");
  EXPECT_EQ(duration_text(16'670'000), "16.7 ms");
  EXPECT_EQ(duration_text(3'600'000'000'000), "3600 s");
}

TEST(Text, columns_line_up_by_characters) {
  EXPECT_EQ(table({{"A", "B"}, {"ä", "1"}, {"ccc", ""}}), (std::vector<std::string>{"A    B", "ä    1", "ccc"}));
}

TEST(Text, a_narrow_table_leaves_columns_out_before_it_cuts_names) {
  const std::vector<Column> columns = {{"NAME", 0, 8}, {"TYPE"}, {"UNIT", 1}};
  const Rows rows = {{"attractor_remaining", "f32", "s"}};
  EXPECT_EQ(fitted_table(columns, rows, 31), (std::vector<std::string>{"NAME                 TYPE  UNIT",  //
                                                                       "attractor_remaining  f32   s"}));
  EXPECT_EQ(fitted_table(columns, rows, 28), (std::vector<std::string>{"NAME                 TYPE",  //
                                                                       "attractor_remaining  f32"}));
  EXPECT_EQ(fitted_table(columns, rows, 18), (std::vector<std::string>{"NAME          TYPE",  //
                                                                       "attractor_r~  f32"}));
}

TEST(Text, values_are_shown_by_their_type) {
  wb_control_info edge = {};
  std::snprintf(edge.choices, sizeof edge.choices, "open periodic closed");
  wb_value value = {};
  value.type = WB_VALUE_CHOICE;
  value.as.i64 = 1;
  EXPECT_EQ(value_text(value, edge), "periodic");
  value.as.i64 = 9;
  EXPECT_EQ(value_text(value, edge), "");
  value.type = WB_VALUE_BOOL;
  EXPECT_EQ(value_text(value, edge), "true");
  value.type = WB_VALUE_F64;
  value.as.f64 = 0.1;
  EXPECT_EQ(value_text(value, edge), "0.1");
}

}  // namespace
