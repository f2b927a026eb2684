// The slot handshake, driven by hand: every interleaving here is one that two processes can produce.
#include "protocol_memory.hpp"

namespace {

using namespace wingbeat;
using namespace wingbeat::sync;
using wbtest::ProtocolMemory;
using SlotsWriter = SlotWriter<SharedMemory>;
using SlotsReader = SlotReader<SharedMemory>;

constexpr layout::Budget kSmall{2, 4, 0};  // 5 slots

class Slots : public ::testing::Test {
 protected:
  Slots() { EXPECT_TRUE(try_claim(bytes.memory, 0, 2, 2)); }

  std::uint32_t publish(int frames = 1) {
    std::uint32_t slot = kNoSlot;
    for (int i = 0; i < frames; ++i) {
      slot = writer.begin();
      EXPECT_NE(slot, kNoSlot);
      writer.commit();
    }
    return slot;
  }

  ProtocolMemory bytes{kSmall};
  SlotsWriter writer{bytes.memory};
  SlotsReader reader{bytes.memory, 0};
};

TEST_F(Slots, a_leased_frame_is_hopped_over_until_it_is_released) {
  publish();
  const Taken held = reader.take_latest(0);
  ASSERT_EQ(held.seq, 1u);
  for (int i = 0; i < 20; ++i) EXPECT_NE(publish(), held.slot);
  EXPECT_EQ(bytes.commit(held.slot), commit_word(1, layout::kCommitted));
  EXPECT_GT(writer.hops(), 0u);
  reader.release(0);
  bool reused = false;
  for (int i = 0; i < 5; ++i) reused = reused || publish() == held.slot;
  EXPECT_TRUE(reused);
}

TEST_F(Slots, the_newest_frame_is_never_claimed) {
  for (int i = 0; i < 30; ++i) {
    const std::uint32_t newest = publish();
    EXPECT_NE(writer.begin(), newest);
    EXPECT_EQ(bytes.commit(newest), commit_word(writer.seq(), layout::kCommitted));
    writer.abandon();
  }
}

TEST_F(Slots, an_abandoned_slot_gives_its_number_back) {
  publish(3);
  const std::uint32_t slot = writer.begin();
  writer.abandon();
  EXPECT_EQ(bytes.commit(slot), 0u);
  EXPECT_EQ(writer.begin(), slot);
  EXPECT_EQ(bytes.commit(slot), commit_word(4, layout::kWriting));
}

TEST_F(Slots, with_the_whole_budget_held_the_writer_still_finds_a_slot) {
  publish();
  ASSERT_EQ(reader.take_latest(0).seq, 1u);
  publish();
  ASSERT_EQ(reader.take_latest(1).seq, 2u);
  publish(50);
  EXPECT_EQ(writer.seq(), 52u);
}

TEST_F(Slots, with_more_leases_than_the_budget_allows_begin_gives_up_instead_of_looping) {
  publish(5);
  for (std::uint32_t entry = 0; entry < 4; ++entry) {  // a peer that scribbles
    bytes.memory.claim(entry).store(UINT32_MAX);
    for (std::uint32_t i = 0; i < layout::kMaxLeases; ++i) bytes.memory.lease(entry, i).store(1 + (entry * 6 + i) % 5);
  }
  EXPECT_EQ(writer.begin(), kNoSlot);
  for (std::uint32_t slot = 0; slot < 5; ++slot) EXPECT_EQ(state_of(bytes.commit(slot)), layout::kCommitted);
}

TEST_F(Slots, lease_words_beyond_the_claim_protect_nothing) {
  publish(5);
  bytes.memory.lease(0, 3).store(1);
  EXPECT_EQ(writer.begin(), 0u);
}

TEST_F(Slots, an_announced_frame_is_taken_where_it_is_expected) {
  publish();
  ASSERT_TRUE(reader.take_latest(0));
  reader.announce_next(1);
  EXPECT_FALSE(reader.arrives(1));
  const std::uint32_t slot = publish();
  const Taken taken = reader.arrives(1);
  EXPECT_EQ(taken.seq, 2u);
  EXPECT_EQ(taken.slot, slot);
}

TEST_F(Slots, a_frame_that_went_elsewhere_is_found_by_the_head) {
  publish(5);
  reader.start_after(4, 0);  // expects 5 in slot 1, though it lies in slot 4
  reader.announce_next(0);
  EXPECT_FALSE(reader.arrives(1));
  EXPECT_EQ(reader.newest(), 5u);
  EXPECT_EQ(reader.take_next(0).seq, 5u);
}

TEST_F(Slots, a_frame_being_claimed_or_written_is_not_taken) {
  publish(5);
  for (const std::uint64_t word : {commit_word(1, layout::kClaiming), commit_word(6, layout::kWriting)}) {
    bytes.memory.commit(0).store(word);
    SlotsReader late{bytes.memory, 0};
    EXPECT_EQ(late.take_next(0).seq, 2u) << "a writer stands still in the slot of frame 1";
  }
  for (const std::uint64_t word : {commit_word(5, layout::kClaiming), commit_word(6, layout::kWriting)}) {
    bytes.memory.commit(4).store(word);
    EXPECT_FALSE(reader.take_latest(0));
  }
}

TEST_F(Slots, holding_the_latest_does_not_change_what_comes_next) {
  publish(3);
  EXPECT_EQ(reader.take_next(0).seq, 1u);
  EXPECT_EQ(reader.hold_latest(1, 0).seq, 3u);
  EXPECT_EQ(reader.take_next(0).seq, 2u);
}

TEST_F(Slots, take_next_goes_through_every_frame_in_order_and_shows_gaps) {
  publish(3);
  EXPECT_EQ(reader.take_next(0).seq, 1u);
  publish(9);  // 12 now; 5 slots, one of them held
  EXPECT_EQ(reader.last(), 1u);
  EXPECT_EQ(reader.take_next(1).seq, 9u);
  for (std::uint64_t seq = 10; seq <= 12; ++seq) EXPECT_EQ(reader.take_next(1).seq, seq);
  EXPECT_FALSE(reader.take_next(1));
}

TEST_F(Slots, a_head_that_names_no_slot_is_not_followed) {
  publish(2);
  bytes.memory.head().store(head_word(9, 0xffff));
  EXPECT_FALSE(reader.take_latest(0));
}

TEST_F(Slots, the_writer_that_sees_a_lease_while_claiming_puts_the_frame_back) {
  publish(5);
  bytes.memory.lease(0, 0).store(1);
  EXPECT_EQ(writer.begin(), 1u);
  EXPECT_EQ(bytes.commit(0), commit_word(1, layout::kCommitted));
  EXPECT_EQ(writer.hops(), 1u);
}

TEST_F(Slots, commit_reports_sleepers_and_changes_the_wake_word) {
  const std::uint32_t word = bytes.memory.wake().load();
  writer.begin();
  EXPECT_FALSE(writer.commit());
  EXPECT_NE(bytes.memory.wake().load(), word);
  reader.mark_asleep();
  writer.begin();
  EXPECT_TRUE(writer.commit());
  reader.mark_awake();
  writer.begin();
  EXPECT_FALSE(writer.commit());
}

class Takeover : public Slots, public ::testing::WithParamInterface<layout::SlotState> {};

TEST_P(Takeover, goes_on_behind_the_last_whole_frame) {
  publish(7);
  const std::uint32_t slot = writer.begin();
  const std::uint64_t old_seq = 3;  // what lay there
  const bool committed = GetParam() == layout::kCommitted;
  bytes.memory.commit(slot).store(commit_word(GetParam() == layout::kClaiming ? old_seq : 8, GetParam()));
  SlotsWriter successor(bytes.memory);
  successor.take_over();
  EXPECT_EQ(successor.seq(), committed ? 8u : 7u);
  EXPECT_EQ(head_seq(bytes.memory.head().load()), successor.seq());
  EXPECT_EQ(successor.newest(), head_slot(bytes.memory.head().load()));
  const std::uint64_t kept = commit_word(committed ? 8 : old_seq, layout::kCommitted);
  EXPECT_EQ(bytes.commit(slot), GetParam() == layout::kWriting ? 0u : kept);
  successor.begin();
  successor.commit();
  EXPECT_EQ(successor.seq(), committed ? 9u : 8u);
}

INSTANTIATE_TEST_SUITE_P(OfEachState, Takeover,
                         ::testing::Values(layout::kWriting, layout::kClaiming, layout::kCommitted),
                         [](const auto& state) {
                           return state.param == layout::kWriting    ? "writing"
                                  : state.param == layout::kClaiming ? "claiming"
                                                                     : "committed";
                         });

TEST(Claims, up_to_the_budget_are_granted_and_no_further) {
  ProtocolMemory bytes{layout::Budget{5, 4, 0}};
  EXPECT_TRUE(try_claim(bytes.memory, 0, 3, 5));
  EXPECT_FALSE(try_claim(bytes.memory, 1, 3, 5));
  EXPECT_EQ(bytes.memory.claim(1).load(), 0u) << "a refused claim takes nothing";
  EXPECT_TRUE(try_claim(bytes.memory, 2, 2, 5));
  EXPECT_FALSE(try_claim(bytes.memory, 3, 1, 5));
  bytes.memory.claim(0).store(0);
  EXPECT_TRUE(try_claim(bytes.memory, 3, 1, 5));
}

TEST(Claims, of_a_scribbler_cannot_overflow_the_sum) {
  ProtocolMemory bytes{layout::Budget{5, 4, 0}};
  for (std::uint32_t entry : {0u, 1u, 2u}) bytes.memory.claim(entry).store(UINT32_MAX);
  EXPECT_FALSE(try_claim(bytes.memory, 3, 1, 5));
}

}  // namespace
