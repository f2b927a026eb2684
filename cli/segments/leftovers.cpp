// What mirrors left that were killed, for `wingbeat gc` and `wingbeat doctor`.
#include "leftovers.hpp"

#include "note.hpp"

namespace wingbeat::cli {

namespace {

// Whether the note has nothing more to say.
bool settle(const segments::Record& record, bool is_to_go, LeftSegments& found) {
  segments::Trace trace;
  const auto remains = segments::look_at(record, trace);
  if (remains != segments::Remains::segment) return remains == segments::Remains::nothing;
  if (is_to_go && !segments::Segment::unlink(record.name, trace)) return false;
  found.segments.push_back({record.name.text, trace.bytes});
  return true;
}

LeftSegments look(bool is_to_go) {
  LeftSegments found;
  for (auto& note : segments::Note::all_dead()) {
    const bool is_settled = !note.record() || settle(*note.record(), is_to_go, found);
    if (is_settled) ++found.files;
    if (!is_settled || !is_to_go) note.leave();
  }
  return found;
}

}  // namespace

LeftSegments find_left_segments() { return look(false); }
LeftSegments collect_left_segments() { return look(true); }

}  // namespace wingbeat::cli
