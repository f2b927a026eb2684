// Publishes what lies in a raw segment, as a stream: looks at it at a fixed rate, and makes a frame of what changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pace.hpp"
#include "shape.hpp"
#include "site.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::segments {

struct AdoptionOptions {
  SiteOptions site;
  Shape shape;
  bool is_fixed = false;  // the slowest dimension is no agents
  std::string stream, field, unit;
  double rate = 100;
  bool repeat = false;  // a frame each time, changed or not
  std::optional<double> seconds;

  bool has_agents() const { return !is_fixed && shape.sizes.size() <= 2; }
};

struct AdoptionTotals {
  SiteTotals site;
  std::uint64_t looks = 0, frames = 0, unchanged = 0;
  double wall_seconds = 0;
};

class Adoption {
 public:
  // Attaches, if the segment is there, and makes the stream. Throws cli::Failure or wingbeat::Error.
  explicit Adoption(AdoptionOptions options);
  // Until an interrupt or the end of the time.
  void run();
  AdoptionTotals totals() const;

 private:
  struct Close {
    void operator()(wb_writer* writer) const { wb_writer_close(writer); }
  };

  bool is_done() const;
  void look();
  bool is_wanted(const wb_slot& slot);
  double seconds_since_start() const { return static_cast<double>(wb_now_ns() - start_ns_) / 1e9; }

  AdoptionOptions options_;
  Site site_;
  std::unique_ptr<wb_writer, Close> writer_;
  std::uint64_t start_ns_;
  cli::Pace pace_;
  AdoptionTotals totals_;
};

}  // namespace wingbeat::segments
