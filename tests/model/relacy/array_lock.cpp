// The lock of a shared array: one holder at a time, no lost wake-up, and a holder's death is reported once.
#include "checked_memory.hpp"
#include "scenarios.hpp"

namespace {

using namespace checked;
using sync::LockOutcome;

// The kernel's file locks: acquiring, losing and testing a lock are each atomic under a lock of the kernel.
class FileLocks {
 public:
  void set(std::uint32_t party, bool is_alive) {
    mutex_.lock($);
    is_dead_[party] = !is_alive;
    mutex_.unlock($);
  }
  bool is_dead(std::uint32_t party) {
    mutex_.lock($);
    const bool is_dead = is_dead_[party];
    mutex_.unlock($);
    return is_dead;
  }

 private:
  bool is_dead_[3] = {};
  rl::mutex mutex_;
};

// The words of the lock, the data that it protects, and the kernel's state.
struct Guarded {
  Guarded() {
    holder.store(0);
    bell.store(0);
  }

  Word<std::uint64_t> holder;
  Word<std::uint32_t> bell;
  Plain<std::uint64_t> sum;
  FileLocks files;
  Futex futex;
};

class LockMemory {
 public:
  explicit LockMemory(Guarded& guarded) : guarded_(&guarded) {}
  auto& holder() const { return guarded_->holder; }
  auto& bell() const { return guarded_->bell; }
  static void step(sync::Step step) { Memory::step(step); }

 private:
  Guarded* guarded_;
};

// Waits as stream::ArrayLock does, but without a time limit for naps, so that a lost wake-up is a deadlock.
LockOutcome take(Guarded& guarded, std::uint32_t party, bool sleeps) {
  const LockMemory memory(guarded);
  rl::linear_backoff backoff;
  for (;;) {
    const std::uint32_t bell = guarded.bell.load(std::memory_order_acquire);
    std::uint64_t seen;
    const LockOutcome outcome = sync::try_take(memory, party, seen);
    if (outcome != LockOutcome::kHeld) return outcome;
    const bool is_dead = guarded.files.is_dead(sync::party_of(seen));
    if (is_dead && sync::take_from_dead(memory, party, seen)) return LockOutcome::kMineAbandoned;
    if (is_dead || !sync::mark_waited_for(memory, seen)) continue;
    if (sleeps)
      guarded.futex.wait(guarded.bell, bell);
    else
      backoff.yield($);
  }
}

void give(Guarded& guarded, std::uint32_t party) {
  if (sync::give_back(LockMemory(guarded), party)) guarded.futex.wake();
}

// Three parties take the lock in turn and sleep while another party holds it.
struct Turns : rl::test_suite<Turns, 3> {
  static constexpr std::uint64_t kTurns = 2;
  Guarded guarded;

  void before() { guarded.sum = 0; }
  void after() {
    RL_ASSERT(guarded.sum == 3 * kTurns);
    RL_ASSERT(!sync::is_held(guarded.holder.load()));
  }
  void thread(unsigned party) {
    for (std::uint64_t turn = 0; turn < kTurns; ++turn) {
      RL_ASSERT(take(guarded, party, true) == LockOutcome::kMine);
      guarded.sum = guarded.sum + 1;
      give(guarded, party);
    }
  }
};

// The first party may die at any step. Its number then gets another owner, which frees the lock if the dead party
// held it. The death is reported to the other parties at most once, and exactly once if the party died between taking
// and freeing.
struct Death : rl::test_suite<Death, 3> {
  Guarded guarded;
  Word<std::uint32_t> told, died_holding;

  void before() {
    guarded.sum = 0;
    told.store(0);
    died_holding.store(0);
  }
  void after() {
    RL_ASSERT(told.load() <= 1);
    RL_ASSERT(told.load() >= died_holding.load());
  }

  void thread(unsigned party) {
    if (party == 0) {
      live_and_die();
      succeed();
    }
    for (int turn = 0; turn < 2; ++turn) {
      const LockOutcome outcome = take(guarded, party, false);
      if (outcome == LockOutcome::kMineAbandoned) told.fetch_add(1, std::memory_order_relaxed);
      guarded.sum = guarded.sum + 1;
      give(guarded, party);
    }
  }

  void live_and_die() {
    Memory::may_die(4);
    try {
      take(guarded, 0, false);
      guarded.sum = guarded.sum + 1;
      Memory::step(sync::Step::kLockTaken);  // in the middle of the protected change
      give(guarded, 0);
    } catch (const Died&) {
    }
    Memory::lives();
    died_holding.store(sync::is_held_by(guarded.holder.load(), 0));
    guarded.files.set(0, false);
    Memory::may_pause();
  }

  void succeed() {
    guarded.files.set(0, true);
    if (sync::give_back(LockMemory(guarded), 0, sync::kAbandoned)) guarded.futex.wake();
  }
};

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      {"turns", [](unsigned long n) { return run<Turns>("turns", n); }, 100000},
      {"death", [](unsigned long n) { return run<Death>("death", n); }, 100000},
  };
  return all;
}
