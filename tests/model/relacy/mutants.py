#!/usr/bin/env python3
"""Checks that the scenarios can fail: makes one change in a copy of core/sync, which a scenario must detect.

mutants.py --list | NAME --compiler C++ --work FOLDER [--times N]
Exit status: 0 the mutant was caught, 1 it survived, 2 it could not be made (its text does not occur exactly once).
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORE = HERE.parents[2] / "core"

SC = "std::memory_order_seq_cst"
ACQ = "std::memory_order_acquire"
REL = "std::memory_order_release"
RLX = "std::memory_order_relaxed"

# name: (file, text, replacement, program, scenario)
MUTANTS = {
    # fences
    "writer_fence_before_scan": ("slots.hpp", f"    Memory::fence({SC});  // invariant 4\n    if (!any_lease", "    if (!any_lease", "slots", "leases_1"),
    "writer_fence_before_scan_of_all": ("slots.hpp", f"    Memory::fence({SC});  // invariant 4\n    any_lease", "    any_lease", "slots", "moving"),
    "reader_fence_after_lease": ("slots.hpp", f"    Memory::fence({SC});  // invariant 4\n    Memory::step(Step::kReaderAnnounced)", "    Memory::step(Step::kReaderAnnounced)", "slots", "leases_1"),
    "reader_fence_only_release": ("slots.hpp", f"    Memory::fence({SC});  // invariant 4\n    Memory::step(Step::kReaderAnnounced)", f"    Memory::fence({REL});\n    Memory::step(Step::kReaderAnnounced)", "slots", "leases_1"),
    "writer_fence_behind_writing": ("slots.hpp", f"    Memory::fence({REL});\n    Memory::step(Step::kWriterWriting)", "    Memory::step(Step::kWriterWriting)", "slots", "copies"),
    "copy_fence": ("slots.hpp", f"    Memory::fence({ACQ});\n", "", "slots", "copies"),
    "writer_fence_before_sleepers": ("slots.hpp", f"    Memory::fence({SC});\n    for (std::uint32_t reader = 0; reader < memory_.reader_count(); ++reader) {{\n      if (memory_.asleep", "    for (std::uint32_t reader = 0; reader < memory_.reader_count(); ++reader) {\n      if (memory_.asleep", "slots", "sleeping"),
    "reader_fence_before_sleep": ("slots.hpp", f"    Memory::fence({SC});  // pairs with the fence in SlotWriter::announce\n", "", "slots", "sleeping"),
    "claim_fence": ("slots.hpp", f"  Memory::fence({SC});\n  Memory::step(Step::kReaderClaimed)", "  Memory::step(Step::kReaderClaimed)", "slots", "budget"),
    "done_fence": ("lock_step.hpp", f"  Memory::fence({SC});  // pairs with the fence in mark_waiting\n", "", "exchange", "lock_step"),
    "waiting_fence": ("lock_step.hpp", f"  Memory::fence({SC});  // pairs with the fence in tell_done\n", "", "exchange", "lock_step"),
    # orders
    "publish_relaxed": ("slots.hpp", f"memory_.commit(begun_).store(commit_word(seq_, layout::kCommitted), {REL})", f"memory_.commit(begun_).store(commit_word(seq_, layout::kCommitted), {RLX})", "slots", "leases_1"),
    "take_relaxed": ("slots.hpp", f"    return memory_.commit(wanted.slot).load({ACQ})", f"    return memory_.commit(wanted.slot).load({RLX})", "slots", "copies"),
    "arrival_relaxed": ("slots.hpp", f"if (commit.load({ACQ}) == awaited)", f"if (commit.load({RLX}) == awaited)", "slots", "leases_1"),
    "release_relaxed": ("slots.hpp", f"memory_.lease(reader_, lease).store(0, {REL})", f"memory_.lease(reader_, lease).store(0, {RLX})", "slots", "leases_1"),
    "scan_relaxed": ("slots.hpp", f"memory_.lease(reader, i).load({ACQ})", f"memory_.lease(reader, i).load({RLX})", "slots", "leases_1"),
    "announce_relaxed": ("slots.hpp", f"memory_.lease(reader_, lease).store(seq, {REL})", f"memory_.lease(reader_, lease).store(seq, {RLX})", "slots", "leases_1"),
    "wake_relaxed": ("slots.hpp", f"memory_.wake().load({RLX}) + 1, {REL})", f"memory_.wake().load({RLX}) + 1, {RLX})", "slots", "sleeping"),
    "take_over_relaxed": ("slots.hpp", f"layout::kCommitted) : 0, {REL})", f"layout::kCommitted) : 0, {RLX})", "slots", "succession"),
    "request_relaxed": ("requests.hpp", f"memory.request_tail(reader).store(tail + 1, {REL})", f"memory.request_tail(reader).store(tail + 1, {RLX})", "exchange", "ring"),
    "request_taken_relaxed": ("requests.hpp", f"memory.request_tail(reader).load({ACQ})", f"memory.request_tail(reader).load({RLX})", "exchange", "ring"),
    "room_relaxed": ("requests.hpp", f"memory.consumed(reader).load({ACQ})", f"memory.consumed(reader).load({RLX})", "exchange", "room"),
    "receipt_relaxed": ("requests.hpp", f"memory.receipt_id(reader, receipt.id).store(receipt.id, {REL})", f"memory.receipt_id(reader, receipt.id).store(receipt.id, {RLX})", "exchange", "ring"),
    "receipt_seen_relaxed": ("requests.hpp", f"memory.receipt_id(reader, id).load({ACQ})", f"memory.receipt_id(reader, id).load({RLX})", "exchange", "ring"),
    "consumed_relaxed": ("requests.hpp", f"memory.consumed(reader).store(receipt.id, {REL})", f"memory.consumed(reader).store(receipt.id, {RLX})", "exchange", "room"),
    "done_relaxed": ("lock_step.hpp", f"compare_exchange_weak(before, seq + 1, {REL}, ", f"compare_exchange_weak(before, seq + 1, {RLX}, ", "exchange", "lock_step"),
    "done_seen_relaxed": ("lock_step.hpp", f"memory.done(reader).load({ACQ})", f"memory.done(reader).load({RLX})", "exchange", "lock_step"),
    "lock_taken_relaxed": ("array_lock.hpp", f"compare_exchange_weak(seen, taken(seen, party), {ACQ},", f"compare_exchange_weak(seen, taken(seen, party), {RLX},", "array_lock", "turns"),
    "lock_freed_relaxed": ("array_lock.hpp", "std::memory_order_acq_rel", RLX, "array_lock", "turns"),
    # the protocol itself
    "no_second_look": ("slots.hpp", "    announce(lease, wanted.seq);\n    return is_there(wanted);", "    announce(lease, wanted.seq);\n    return true;", "slots", "leases_1"),
    "no_second_look_at_a_copy": ("slots.hpp", "    return seq_of(commit) == wanted.seq && state_of(commit) >= layout::kClaiming;", "    return true;", "slots", "copies"),
    "writing_before_the_scan": ("slots.hpp", "    commit.store(commit_word(seq, layout::kClaiming), std::memory_order_relaxed);", "    commit.store(commit_word(seq_ + 1, layout::kWriting), std::memory_order_relaxed);", "slots", "succession"),
    "no_scan": ("slots.hpp", "return leased == seq; })) return true;", "return false; })) return true;", "slots", "leases_1"),
    "newest_claimed": ("slots.hpp", "      if (slot == newest_ || !claim(slot)) continue;", "      if (!claim(slot)) continue;", "slots", "moving"),
    "one_turn_only": ("slots.hpp", "    return begun_ = claim_any();", "    return kNoSlot;", "slots", "moving"),
    "all_claimed_none_spared": ("slots.hpp", "return spare(seq), false; });", "return false; });", "slots", "moving"),
    "successor_frees_claimed": ("slots.hpp", "    bool whole = state_of(old) >= layout::kClaiming;  // invariant 2", "    bool whole = state_of(old) == layout::kCommitted;", "slots", "succession"),
    "head_not_repaired": ("slots.hpp", "    if (newest_ != kNoSlot) memory_.head().store", "    if (false) memory_.head().store", "slots", "succession"),
    "asleep_after_the_last_look": ("slots.hpp", "    memory_.asleep(reader_).fetch_add(1, std::memory_order_relaxed);\n", "", "slots", "sleeping"),
    "claim_without_the_sum": ("slots.hpp", "  if (sum <= budget) return true;", "  return true;", "slots", "budget"),
    "consumed_before_the_receipt": ("requests.hpp", "  memory.receipt_id(reader, receipt.id).store(0, std::memory_order_relaxed);\n", "  memory.receipt_id(reader, receipt.id).store(receipt.id, std::memory_order_release);\n", "exchange", "ring"),
    "nobody_rings": ("array_lock.hpp", "  if ((seen & kWaitedFor) == 0) return false;", "  return false;", "array_lock", "turns"),
    "unmarked_sleep": ("array_lock.hpp", "seen, seen | kWaitedFor, ", "seen, seen, ", "array_lock", "turns"),
    "takings_not_counted": ("array_lock.hpp", "((word & kCountMask) + kTaking)", "(word & kCountMask)", "array_lock", "death"),
    "abandoned_not_told": ("array_lock.hpp", "(seen & kAbandoned) != 0 ?", "false ?", "array_lock", "death"),
    "ring_without_room": ("requests.hpp", ">= layout::kMaxPending) return false;", "> layout::kMaxPending) return false;", "exchange", "ring"),
}

# Mutants that are found quickly enough for every test run.
REPRESENTATIVES = ["lock_freed_relaxed", "takings_not_counted", "writer_fence_before_scan", "reader_fence_after_lease", "publish_relaxed", "no_second_look", "copy_fence",
                   "writing_before_the_scan", "wake_relaxed", "receipt_relaxed", "done_fence"]


def mutate(name, work):
    file, text, instead, _, _ = MUTANTS[name]
    copy = work / name
    shutil.rmtree(copy, ignore_errors=True)
    for folder in ("sync", "layout"):
        shutil.copytree(CORE / folder, copy / folder)
    target = copy / "sync" / file
    source = target.read_text()
    if source.count(text) != 1:
        found = source.count(text)
        sys.exit(f"mutants: {name}: its text occurs {found} times in core/sync/{file}, not once; correct it")
    target.write_text(source.replace(text, instead))
    return copy


def build(name, compiler, copy):
    program = copy / "program"
    sources = [HERE / f"{MUTANTS[name][3]}.cpp", HERE / "main.cpp"]
    command = [*compiler.split(), "-std=c++17", "-O1", "-w", f"-I{copy}", f"-I{HERE}", *map(str, sources), "-o", str(program)]
    if subprocess.run(command, check=False).returncode != 0:
        print(f"mutants: {name} does not compile", file=sys.stderr)
        sys.exit(2)
    return program


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="mutants; none: all")
    parser.add_argument("--list", action="store_true", help="print the names")
    parser.add_argument("--quick", action="store_true", help="with --list: print only the mutants of every test run")
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--work", type=Path, help="name the folder for the changed copies")
    parser.add_argument("--times", default="4", help="multiply the number of executions")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(REPRESENTATIVES if arguments.quick else MUTANTS))
        return 0
    survivors = []
    for name in arguments.names or MUTANTS:
        program = build(name, arguments.compiler, mutate(name, arguments.work))
        ran = subprocess.run([program, MUTANTS[name][4], arguments.times], capture_output=True, text=True, timeout=300, check=False)
        verdict = ran.stdout.strip().splitlines()[-1] if ran.stdout.strip() else f"ended with {ran.returncode}"
        caught = ran.returncode != 0 and "FAILS" in ran.stdout
        print(f"{name}: {'caught' if caught else 'SURVIVED'} ({verdict})", flush=True)
        if not caught:
            survivors.append(name)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
