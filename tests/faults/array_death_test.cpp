// Shared arrays and their locks after the death or stop of a process.
#include <signal.h>

#include <chrono>
#include <memory>
#include <thread>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

class Arrays : public Streams {
 protected:
  ~Arrays() override {
    array.reset();
    wb_array_remove(name.c_str());
  }

  void attach(Puppet& party) { ASSERT_EQ(party.answer("attach_array " + name), "0"); }
  void hold(Puppet& holder) {
    attach(holder);
    ASSERT_EQ(holder.answer("lock 0"), "0");
  }
  void kill_holder(Puppet& holder) {
    hold(holder);
    EXPECT_EQ(holder.kill().signal, SIGKILL);
  }
  static void die_at(const std::string& step, Puppet& victim, const std::string& line) {
    ASSERT_EQ(victim.answer("at " + step + " 1 kill"), "0");
    victim.tell(line);
    EXPECT_EQ(victim.wait().signal, SIGKILL) << step;
  }

  const std::string name = array_name();
  Array array;
};

class ArrayDeath : public Arrays {
 protected:
  void SetUp() override { ASSERT_OK(create_array(array)); }
};

double first(const Array& array) { return *static_cast<double*>(wb_array_data(array.get())); }

TEST_F(ArrayDeath, of_a_holder_gives_the_lock_to_the_next_who_is_told_once) {
  Puppet holder;
  kill_holder(holder);
  EXPECT_EQ(wb_array_lock(array.get(), 0), WB_ABANDONED) << "also without waiting";
  EXPECT_OK(wb_array_unlock(array.get()));
  EXPECT_OK(wb_array_lock(array.get(), 0));
}

TEST_F(ArrayDeath, of_a_holder_wakes_who_waits) {
  Puppet holder, waiter;
  attach(holder);
  attach(waiter);
  ASSERT_EQ(holder.answer("lock 0"), "0");
  waiter.tell("lock 20000");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(holder.kill().signal, SIGKILL);
  EXPECT_EQ(waiter.hear(), std::vector<std::string>{std::to_string(WB_ABANDONED)});
  EXPECT_EQ(waiter.answer("unlock"), "0");
}

TEST_F(ArrayDeath, of_a_holder_whose_number_has_an_owner_again_is_told_too_and_so_is_that_of_the_owner) {
  Puppet holder, successor;
  kill_holder(holder);
  attach(successor);
  EXPECT_EQ(successor.answer("lock 0"), std::to_string(WB_ABANDONED)) << "the successor has the dead party's number";
  EXPECT_EQ(wb_array_lock(array.get(), 0), WB_LOCKED);
  successor.kill();
  EXPECT_EQ(wb_array_lock(array.get(), kLong), WB_ABANDONED);
}

TEST_F(ArrayDeath, of_a_holder_is_told_though_its_lock_file_was_collected) {
  Puppet holder;
  kill_holder(holder);
  wb_collect_report report;
  ASSERT_OK(wb_collect(nullptr, &report));
  EXPECT_EQ(report.files, 1u);
  EXPECT_EQ(report.objects, 0u) << "the array still belongs to its user";
  EXPECT_EQ(wb_array_lock(array.get(), 0), WB_ABANDONED);
}

TEST_F(ArrayDeath, a_stopped_holder_keeps_the_lock_and_others_time_out) {
  Puppet holder;
  hold(holder);
  holder.signal(SIGSTOP);
  EXPECT_EQ(wb_array_lock(array.get(), 500 * kMillisecond), WB_LOCKED);
  wb_collect_report report;
  ASSERT_OK(wb_collect(nullptr, &report));
  EXPECT_EQ(wb_array_lock(array.get(), 0), WB_LOCKED);
  holder.signal(SIGCONT);
  EXPECT_EQ(holder.answer("unlock"), "0");
  EXPECT_OK(wb_array_lock(array.get(), kLong));
}

// The other parties continue, at whichever step a party is killed.
class KilledLocking : public ArrayDeath, public ::testing::WithParamInterface<std::string> {};

TEST_P(KilledLocking, leaves_a_lock_that_the_others_get) {
  Puppet other, victim;
  attach(other);
  attach(victim);
  ASSERT_EQ(victim.answer("at " + GetParam() + " 1 kill"), "0");
  other.tell("grind 200000");
  victim.tell("grind 100000000");
  EXPECT_EQ(victim.wait().signal, SIGKILL);
  EXPECT_EQ(other.hear(), std::vector<std::string>{"0"});
  const int code = wb_array_lock(array.get(), kLong);
  EXPECT_TRUE(code == WB_OK || code == WB_ABANDONED) << code;
  EXPECT_GE(first(array), 200000);
}

INSTANTIATE_TEST_SUITE_P(Where, KilledLocking, ::testing::Values("kPartyLocked", "kLockTaken", "kLockFreed"),
                         [](const auto& where) { return where.param; });

TEST_F(ArrayDeath, of_who_gives_the_lock_back_and_rings_does_not_keep_who_waits) {
  Puppet waiter;
  attach(waiter);
  for (const std::string step : {"kLockFreed", "kLockRung"}) {
    Puppet victim;
    hold(victim);
    waiter.tell("lock 20000");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    die_at(step, victim, "unlock");
    EXPECT_EQ(waiter.hear(), std::vector<std::string>{"0"}) << "the lock was released in order";
    EXPECT_EQ(waiter.answer("unlock"), "0");
  }
}

TEST_F(ArrayDeath, of_who_waits_does_not_concern_the_holder) {
  ASSERT_OK(wb_array_lock(array.get(), 0));
  Puppet waiter;
  attach(waiter);
  die_at("kLockWaitedFor", waiter, "lock 20000");
  EXPECT_OK(wb_array_unlock(array.get()));
  EXPECT_OK(wb_array_lock(array.get(), 0));
}

TEST_F(ArrayDeath, of_who_just_took_over_is_told_to_the_next) {
  Puppet holder, second;
  kill_holder(holder);
  ASSERT_EQ(wb_array_lock(array.get(), 0), WB_ABANDONED);
  Puppet third;
  attach(second);
  ASSERT_EQ(second.answer("lock 0"), std::to_string(WB_LOCKED)) << "the party has a number now";
  ASSERT_OK(wb_array_unlock(array.get()));
  kill_holder(third);
  die_at("kLockTakenOver", second, "lock 0");
  EXPECT_EQ(wb_array_lock(array.get(), kLong), WB_ABANDONED);
}

TEST_F(ArrayDeath, many_deaths_lose_no_addition_of_the_living) {
  Puppet worker;
  attach(worker);
  worker.tell("grind 300000");
  for (int i = 0; i < 20; ++i) {
    Puppet victim;
    attach(victim);
    victim.tell("grind 100000000");
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    EXPECT_EQ(victim.kill().signal, SIGKILL);
  }
  EXPECT_EQ(worker.hear(), std::vector<std::string>{"0"});
  EXPECT_GE(first(array), 300000);
}

// ------------------------------------------------------------------------------------------------------- creation

using Creation = Arrays;

class KilledCreating : public Arrays, public ::testing::WithParamInterface<std::string> {};

TEST_P(KilledCreating, leaves_nothing_that_can_be_attached_to_and_the_next_creates_it) {
  Puppet creator;
  die_at(GetParam(), creator, "make_array " + name);
  EXPECT_EQ(attach_array(array, 20 * kMillisecond), WB_NOT_READY) << wb_error_message();
  EXPECT_OK(create_array(array));
  EXPECT_EQ(first(array), 0);
}

TEST_P(KilledCreating, leaves_nothing_that_is_not_collected) {
  Puppet creator;
  die_at(GetParam(), creator, "make_array " + name);
  wb_collect_report report;
  ASSERT_OK(wb_collect(nullptr, &report));
  EXPECT_EQ(report.files, 1u);
  EXPECT_EQ(report.objects, GetParam() == "kArrayMaking" ? 0u : 1u);
  EXPECT_EQ(wb_array_remove(name.c_str()), WB_NOT_READY);
}

INSTANTIATE_TEST_SUITE_P(Where, KilledCreating, ::testing::Values("kArrayMaking", "kArrayMade", "kArrayFilled"),
                         [](const auto& where) { return where.param; });

TEST_F(Creation, of_a_creator_behind_the_last_step_leaves_a_whole_array) {
  Puppet creator;
  die_at("kArrayComplete", creator, "make_array " + name);
  EXPECT_OK(attach_array(array));
  Array second;
  EXPECT_EQ(create_array(second), WB_ERR_EXISTS);
  EXPECT_OK(wb_array_lock(array.get(), 0));
}

TEST_F(Creation, who_attached_before_a_creator_died_gets_the_array_of_the_next) {
  Puppet creator, early;
  ASSERT_EQ(creator.answer("at kArrayFilled 1 stop"), "0");
  creator.tell("make_array " + name);
  early.tell("attach_array " + name + " 20000");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(create_array(array), WB_ERR_BUSY) << "stopped is not dead";
  creator.kill();
  ASSERT_OK(create_array(array));
  EXPECT_EQ(early.hear(), std::vector<std::string>{"0"});
  EXPECT_EQ(early.answer("lock 0"), "0");
  EXPECT_EQ(wb_array_lock(array.get(), 0), WB_LOCKED) << "it is the same array";
}

TEST_F(Creation, of_two_creators_at_once_one_makes_it) {
  for (int round = 0; round < 20; ++round) {
    Puppet one, two;
    ASSERT_EQ(one.answer("error"), "");
    ASSERT_EQ(two.answer("error"), "");
    one.tell("make_array " + name);
    two.tell("make_array " + name);
    const std::string first = one.hear()[0], second = two.hear()[0], exists = std::to_string(WB_ERR_EXISTS);
    EXPECT_TRUE((first == "0" && second == exists) || (first == exists && second == "0")) << first << " " << second;
    ASSERT_OK(wb_array_remove(name.c_str()));
  }
}

TEST_F(Creation, too_little_memory_is_an_error_and_leaves_nothing) {
  Puppet poor;
  if (poor.answer("memory 65536") != "0") GTEST_SKIP() << "no right to mount a small /dev/shm";
  EXPECT_EQ(poor.answer("make_array " + name + " 1000000"), std::to_string(WB_ERR_NO_MEMORY));
  EXPECT_NE(poor.answer("error").find("needs 800"), std::string::npos);
  EXPECT_EQ(poor.answer("attach_array " + name + " 0"), std::to_string(WB_NOT_READY));
  EXPECT_EQ(poor.answer("make_array " + name + " 100"), "0");
}

}  // namespace
