// What Result and Error promise, without a stream.
#include <memory>

#include "support/own_directory.hpp"

namespace {

using wbtest::thrown_code;
using wingbeat::Error;
using wingbeat::Result;

TEST(CppResult, value_can_be_moved_out) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(3));
  const std::unique_ptr<int> three = std::move(result).value();
  EXPECT_EQ(*three, 3);
}

TEST(CppResult, error_keeps_code_and_text) {
  const Result<int> result(Error(WB_ERR_BUSY, "somebody else has it"));
  EXPECT_FALSE(result);
  EXPECT_EQ(result.error().code(), WB_ERR_BUSY);
  EXPECT_EQ(result.error().message(), "somebody else has it");
  EXPECT_EQ(thrown_code([&] { static_cast<void>(result.value()); }), WB_ERR_BUSY);
}

TEST(CppResult, nothing_to_return_is_a_result_too) {
  EXPECT_TRUE(Result<void>());
  EXPECT_EQ(thrown_code([] { Result<void>(Error(WB_ERR_STATE, "no")).value(); }), WB_ERR_STATE);
}

TEST(CppTypes, every_number_a_field_can_hold_has_its_code) {
  EXPECT_EQ(wingbeat::detail::type_of<float>(), WB_F32);
  EXPECT_EQ(wingbeat::detail::type_of<double>(), WB_F64);
  EXPECT_EQ(wingbeat::detail::type_of<signed char>(), WB_I8);
  EXPECT_EQ(wingbeat::detail::type_of<short>(), WB_I16);
  EXPECT_EQ(wingbeat::detail::type_of<int>(), WB_I32);
  EXPECT_EQ(wingbeat::detail::type_of<std::int64_t>(), WB_I64);
  EXPECT_EQ(wingbeat::detail::type_of<unsigned char>(), WB_U8);
  EXPECT_EQ(wingbeat::detail::type_of<std::uint16_t>(), WB_U16);
  EXPECT_EQ(wingbeat::detail::type_of<std::uint32_t>(), WB_U32);
  EXPECT_EQ(wingbeat::detail::type_of<unsigned long long>(), WB_U64);
  EXPECT_EQ(wingbeat::detail::type_of<bool>(), 0);
  EXPECT_EQ(wingbeat::detail::type_of<long double>(), 0);
}

}  // namespace
