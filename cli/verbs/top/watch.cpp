#include "watch.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "terminal.hpp"

namespace wingbeat::cli {

namespace {

double rate_between(const Sample& a, const Sample& b) {
  if (b.stream.epoch != a.stream.epoch || b.stream.seq < a.stream.seq || b.time_ns <= a.time_ns) return 0;
  return static_cast<double>(b.stream.seq - a.stream.seq) * 1e9 / static_cast<double>(b.time_ns - a.time_ns);
}

}  // namespace

bool WatchedStream::look() {
  auto stream = inspection_.stream();
  if (!stream) return false;
  auto readers = inspection_.readers();
  Sample next{*stream, readers ? *readers : std::vector<wb_reader_info>(), 0, wb_now_ns(),
              unverified(inspection_.schema())};
  if (sample_) next.rate = rate_between(*sample_, next);
  sample_ = std::move(next);
  ++count_;
  return true;
}

template <class Chosen>
void Watch::look_at(const Chosen& is_chosen) {
  for (auto it = streams_.begin(); it != streams_.end();) {
    const bool is_gone = is_chosen(it->second) && !it->second.look();
    it = is_gone ? streams_.erase(it) : std::next(it);
  }
}

// All new streams share one pause: with a pause for each, many streams would take seconds.
void Watch::look() {
  constexpr std::chrono::milliseconds kBetweenSamples(100);
  failures_.clear();
  for (const auto& name : wingbeat::streams().value())
    if (streams_.find(name) == streams_.end()) open(name);
  const auto is_new = [](const auto& entry) { return entry.second.is_new(); };
  look_at([](const WatchedStream&) { return true; });
  if (std::none_of(streams_.begin(), streams_.end(), is_new)) return;
  pause_for(kBetweenSamples);
  look_at([](const WatchedStream& stream) { return stream.is_new(); });
}

void Watch::open(const std::string& name) {
  auto inspection = Inspection::open(name);
  if (inspection)
    streams_.emplace(name, WatchedStream(std::move(inspection).value()));
  else if (inspection.error().code() != WB_NOT_READY)  // otherwise it ended meanwhile
    failures_[name] = inspection.error().what();
}

}  // namespace wingbeat::cli
