// The two rings of requests and receipts, without a stream around them.
#include <cstring>

#include "protocol_memory.hpp"

namespace {

using namespace wingbeat;
using namespace wingbeat::sync;
using wbtest::ProtocolMemory;

class RequestRing : public ::testing::Test {
 protected:
  bool post(std::uint32_t control) {
    layout::RequestRecord record{};
    record.control = control;
    const bool posted = post_request(bytes.memory, 1, record);
    if (posted) id = record.id;
    return posted;
  }

  void answer(std::uint64_t request, std::uint32_t status = 1, const char* reason = "") {
    layout::ReceiptRecord receipt{};
    receipt.id = request;
    receipt.status = status;
    std::strncpy(receipt.reason, reason, sizeof receipt.reason - 1);
    give_receipt(bytes.memory, 1, receipt);
  }

  std::uint64_t consumed() const { return bytes.memory.consumed(1).load(); }

  ProtocolMemory bytes;
  std::uint64_t id = 0;
};

TEST_F(RequestRing, refuses_the_17th_that_waits_and_accepts_it_after_an_answer) {
  for (std::uint32_t i = 0; i < layout::kMaxPending; ++i) ASSERT_TRUE(post(i));
  EXPECT_FALSE(post(99));
  EXPECT_EQ(bytes.memory.request(1, 1).control, 0u) << "the refused request must not overwrite the first";
  answer(1);
  EXPECT_TRUE(post(99));
  EXPECT_FALSE(post(100));
}

TEST_F(RequestRing, goes_round_many_times) {
  for (std::uint32_t i = 1; i <= 1000; ++i) {
    ASSERT_TRUE(post(i));
    ASSERT_EQ(id, i);
    ASSERT_EQ(last_request(bytes.memory, 1, consumed()), i);
    ASSERT_EQ(bytes.memory.request(1, i).control, i);
    layout::ReceiptRecord receipt;
    ASSERT_FALSE(fetch_receipt(bytes.memory, 1, i, receipt)) << "the receipt of 16 requests ago is not this one's";
    answer(i, 1 + i % 3);
    ASSERT_TRUE(fetch_receipt(bytes.memory, 1, i, receipt));
    ASSERT_EQ(receipt.status, 1 + i % 3);
    ASSERT_EQ(consumed(), i);
  }
}

TEST_F(RequestRing, with_a_damaged_tail_shows_no_request) {
  ASSERT_TRUE(post(1));
  for (std::uint64_t damaged : {std::uint64_t{18}, std::uint64_t{1} << 40, UINT64_MAX}) {
    bytes.memory.request_tail(1).store(damaged);
    EXPECT_EQ(last_request(bytes.memory, 1, 1), 1u) << damaged;
  }
}

TEST_F(RequestRing, behind_a_tail_that_went_back_shows_no_request) {
  for (std::uint64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(post(1));
    answer(i);
  }
  bytes.memory.request_tail(1).store(2);
  EXPECT_EQ(last_request(bytes.memory, 1, consumed()), 5u);
}

TEST_F(RequestRing, ends_an_unterminated_reason) {
  ASSERT_TRUE(post(1));
  answer(1);
  std::memset(bytes.memory.receipt(1, 1).reason, 'x', layout::kReasonBytes);
  layout::ReceiptRecord receipt;
  ASSERT_TRUE(fetch_receipt(bytes.memory, 1, 1, receipt));
  EXPECT_EQ(std::strlen(receipt.reason), layout::kReasonBytes - 1);
}

TEST_F(RequestRing, keeps_entries_apart) {
  ASSERT_TRUE(post(1));
  EXPECT_EQ(last_request(bytes.memory, 0, 0), 0u);
  EXPECT_EQ(last_request(bytes.memory, 2, 0), 0u);
}

}  // namespace
