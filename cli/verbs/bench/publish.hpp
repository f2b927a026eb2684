// What publishing costs the writer, by what its readers do and how many they are.
#pragma once

#include <string>
#include <vector>

#include "duel.hpp"

namespace wingbeat::cli::bench {

enum class Readers {
  kBusy,     // each holds a frame, and takes the newest now and then
  kStopped,  // SIGSTOP once they hold their frames
  kAsleep    // each waits for the frame in the kernel, and has to be woken
};

struct PublishPlan {
  std::uint32_t readers = 1;
  Readers do_what = Readers::kBusy;
  std::uint32_t frames = 20'000;
};

// Of begin and publish together, 64 bytes of payload.
Figures measure_publish(const PublishPlan& plan, const std::string& stream);

// Least squares over medians: the cost without readers, and of each reader more.
struct Line {
  double base_ns = 0, per_reader_ns = 0;
};
struct Measured {
  std::uint32_t readers;
  Figures figures;
};
Line line_through(const std::vector<Measured>& measured);

}  // namespace wingbeat::cli::bench
