// Publishes the content of a raw segment as a stream: reads it at a fixed rate, and makes a frame of it when it has
// changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "attachment.hpp"
#include "description.hpp"
#include "pace.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::segments {

struct AdoptionOptions {
  AttachmentOptions segment;
  Shape shape;
  bool is_fixed = false;  // the slowest dimension is not a number of agents
  std::string stream, field, unit;
  double rate = 100;
  bool repeat = false;  // makes a frame each time, changed or not
  std::optional<double> seconds;

  bool has_agents() const { return !is_fixed && shape.sizes.size() <= 2; }
};

struct AdoptionTotals {
  AttachmentTotals segment;
  std::uint64_t looks = 0, frames = 0, unchanged = 0;
  double wall_seconds = 0;
};

class Adoption {
 public:
  // Attaches if the segment exists, and creates the stream. Throws cli::Failure or wingbeat::Error.
  explicit Adoption(AdoptionOptions options);
  // Runs until an interrupt or the end of the time.
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
  Attachment attachment_;
  std::unique_ptr<wb_writer, Close> writer_;
  std::uint64_t start_ns_;
  cli::Pace pace_;
  AdoptionTotals totals_;
};

}  // namespace wingbeat::segments
