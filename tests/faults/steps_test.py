#!/usr/bin/env python3
"""Checks that a named step follows each change of shared state, or that the change is in the list of exemptions.

A change is a store or read-modify-write of a shared word, or a platform call that makes, removes, renames or locks an
object. Each named step must be reached somewhere in core/, and each exemption must still be needed.
"""

import re
import sys
from pathlib import Path

CORE = Path(__file__).resolve().parents[2] / "core"
NEAR = 6  # lines within which the step must follow

CHANGE = re.compile(
    r"\.store\(|\.fetch_add\(|\.fetch_sub\(|compare_exchange|\bput\(|"
    r"platform::(create_object|unlink_object|replace_file|rename_file|remove_file|share_file|set_object_rights)\(|"
    r"\.try_lock\(|remove_and_close\(|\.leave\(")
STEP = re.compile(r"(?:Memory::step|SharedMemory::step)\((?:sync::)?Step::(\w+)\)")

# (file, part of the line): the reason why a death there needs no step of its own.
EXEMPT = {
    ("sync/slots.hpp", "memory_.head().store(head_word(seq_, newest_)"): "the last act of taking over: behind kWriterTakingOver",
    ("sync/slots.hpp", "memory_.commit(begun_).store(0"): "giving a begun slot back: WRITING or free, both are repaired alike",
    ("sync/slots.hpp", "commit.store(commit_word(seq_of(old), state), order)"): "one of many between kWriterClaimingAll and kWriterSparedAll",
    ("sync/slots.hpp", "commit.store(commit_word(seq, layout::kCommitted), std::memory_order_release);\n      ++hops_"): "the same",
    ("sync/slots.hpp", "asleep(reader_).fetch_sub"): "awake again: as before kReaderMarkedAsleep, or as dead later",
    ("sync/slots.hpp", "memory.claim(reader).store(0"): "the claim taken back: as before kReaderClaimed",
    ("sync/requests.hpp", "memory.consumed(reader).store(receipt.id"): "the last act of a receipt: behind kWriterReceiptDone",
    ("array/array.cpp", "lock_.leave()"): "what it does is in array_lock.cpp",
    ("array/array.cpp", "creation.remove_and_close()"): "behind kArrayComplete or kArrayRemoved: as one that died there left it",
    ("array/array.cpp", "creation.try_lock(path) != 0"): "a lock the kernel drops",
    ("array/array_lock.cpp", "lock.try_lock(path) != 0"): "a lock the kernel drops",
    ("array/array_lock.cpp", "lock.remove_and_close()"): "the file of one who died: absent is dead too",
    ("array/array_lock.cpp", "party_lock_.remove_and_close()"): "the last act of a party",
    ("writer/waker.cpp", ""): "shares nothing: its words are the process's own",
    ("writer/writer_create.cpp", "platform::share_file"): "modes, each of which is given again by whoever creates or takes over",
    ("reader/reader.cpp", "interrupted_."): "private",
    ("reader/reader.cpp", "sleeping_on_."): "private",
    ("reader/reader.cpp", "put(entry."): "counters for those who look from outside",
    ("writer/writer.cpp", "put("): "counters and the header of a slot that is being written",
    ("writer/writer_requests.cpp", "put("): "a counter",
    ("writer/writer_requests.cpp", "store("): "a counter, or a parameter's value: one word, whole",
    ("stream/attachment.cpp", "platform::unlink_object"): "clears the way for what is made next, or what could not be made",
    ("stream/attachment.cpp", "store(attachment.schema.controls[i].initial"): "values, before kCreateFilled or kTakeOverGreeted",
    ("stream/attachment.cpp", "platform::create_object"): "in create_one: kCreateData or kCreateFilled follow in its caller",
    ("writer/writer_create.cpp", "platform::set_object_rights"): "the same",
    ("writer/writer_create.cpp", "platform::unlink_object"): "in remove_objects: kCreateRemoved follows in its caller, or the creation has failed",
    ("writer/writer_create.cpp", "wake().fetch_add"): "behind kCreateSuperseded",
    ("writer/writer_create.cpp", "consumed(reader).store(consumed"): "counts what was answered, behind kWriterReceiptDone",
    ("stream/registry.cpp", "memory.lease(entry, i).store"): "in clear_entry: between kSweepLocked and kSweepCleared",
    ("stream/registry.cpp", "memory.asleep(entry).store"): "the same",
    ("stream/registry.cpp", "memory.claim(entry).store"): "the same",
    ("stream/registry.cpp", "cold_entry(entry).state).store"): "the same",
    ("stream/registry.cpp", "platform::unlink_object"): "in unlink_counted: between kCollectLocked and kCollectUnlinked",
    ("stream/registry.cpp", "lock.try_lock(location.reader_lock(entry)) != 0) return false"): "a lock file of one who died: before kCollectLocked",
    ("stream/registry.cpp", "lock.try_lock(location.writer_lock()) == 0"): "a lock the kernel drops",
    ("stream/registry.cpp", "reader.remove_and_close()"): "lock files of the dead, behind kCollectRemoved",
    ("stream/registry.cpp", "writer_lock.remove_and_close()"): "the last act",
    ("stream/registry.cpp", "if (!platform::file_exists(location.manifest())) platform::rename_file"): "as before kCollectAside again",
    ("stream/registry.cpp", "lock.leave()"): "behind kSweepCleared",
    ("reader/reader_attach.cpp", "put("): "kAttachCleared or kAttachFilled follow in the caller",
    ("reader/leases.cpp", "held_[lease]."): "private",
    ("reader/leases.cpp", "references_."): "private",
    ("reader/reader_attach.cpp", "memory.lease(entry_, i).store"): "in clear_entry: kAttachCleared or kLeaveCleared follow",
    ("reader/reader_attach.cpp", "memory.asleep(entry_).store"): "the same",
    ("reader/reader_attach.cpp", "memory.claim(entry_).store"): "the same",
    ("reader/reader_attach.cpp", "request_tail(entry_).store"): "before kAttachFilled",
    ("reader/reader_attach.cpp", "cold.state).store(layout::kEntryAttached"): "the last act of fill_entry: kAttachFilled follows",
    ("reader/reader_attach.cpp", "entry_lock_.leave()"): "an entry given up, behind kAttachLocked",
}


def changes(path):
    """Yields (line number, text from that line on) for each change in a source."""
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        code = line.split("//")[0]
        if CHANGE.search(code) and not re.match(r"\s*(bool|int|void|Wake|template|T )\b.*[{;]$", code):
            yield number + 1, lines[number:]


def main():
    problems, used, reached = [], set(), set()
    for path in sorted([*CORE.glob("sync/*.hpp"), *CORE.glob("stream/*.cpp"), *CORE.glob("writer/*.cpp"), *CORE.glob("reader/*.cpp"),
                        *CORE.glob("array/*.cpp")]):
        name = path.relative_to(CORE).as_posix()
        reached.update(STEP.findall(path.read_text()))
        if name == "sync/shared_memory.hpp":
            continue
        for number, rest in changes(path):
            near = "\n".join(rest[:NEAR])
            if STEP.search(near):
                continue
            why = [key for key in EXEMPT if key[0] == name and key[1] in "\n".join(rest[:2])]
            used.update(why)
            if not why:
                problems.append(f"core/{name}:{number}: no named step follows: {rest[0].strip()}")
    named = set(re.findall(r"X\((k\w+)\)", (CORE / "sync/steps.hpp").read_text()))
    problems += [f"core/sync/steps.hpp: nothing reaches {step}" for step in sorted(named - reached)]
    problems += [f"core/sync/steps.hpp does not name {step}" for step in sorted(reached - named)]
    problems += [f"the exemption {key} is not needed any more" for key in EXEMPT if key not in used]
    print("\n".join(problems) or f"{len(named)} steps, {len(used)} exemptions, nothing missing")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
