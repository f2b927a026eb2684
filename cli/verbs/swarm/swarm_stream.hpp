// The reference swarm as a stream: its schema, its frames in slots of shared memory, its requests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "swarm/swarm.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

// What is broken on purpose, to see that checks notice.
enum class Injection {
  none,
  torn,    // now and then half of the positions are those of the frame before, under the new stamp
  deaf,    // the answering stream is never read
  frozen,  // parameters are accepted and have no effect
};

struct SwarmStreamOptions {
  std::string name = "swarm";
  std::string rate_text;  // for the attribute
  bool stamp = false;
  Injection injection = Injection::none;
  std::uint64_t lease_budget = 8, history = 4, max_readers = 32;
  std::uint64_t access = 0;  // bits of wb_access
  bool huge = false;         // frames in huge pages
  std::string lock_step;     // label of the readers that each frame waits for; empty: nobody is waited for
};

// What one frame took.
struct StepCost {
  std::uint64_t step_ns;     // the simulation
  std::uint64_t publish_ns;  // begin and publish
};

// Owns the writer; the swarm stays the caller's, its parameters are the stream's initial values.
class SwarmStream {
 public:
  SwarmStream(swarm::Swarm& flock, const swarm::Options& flock_options, const SwarmStreamOptions& options);

  // Publishes the start state, then one step each.
  StepCost publish_start();
  StepCost publish_step();

  // In lock-step, waits for the readers to finish with the newest frame; false if a signal came first.
  bool await_readers() { return writer_.await_readers() != WB_INTERRUPTED; }

  // Answers what was asked since the last call. Returns how many requests there were.
  std::size_t answer_requests();

  const Writer& writer() const { return writer_; }

 private:
  template <class Simulate>
  StepCost publish(Simulate&& simulate);
  swarm::Frame frame_in(Slot& slot);
  swarm::View previous_of(Slot& slot);
  void add_counts(Slot& slot);
  void add_stamp(Slot& slot);
  void tear(Slot& slot);
  void answer(Request& request);

  swarm::Swarm& flock_;
  SwarmStreamOptions options_;
  Writer writer_;
  std::vector<wb_field_info> infos_;
  Field<float> position_{"position"}, velocity_{"velocity"}, mass_{"mass"}, max_speed_{"max_speed"};
  Field<std::uint32_t> id_{"id"};
  Field<float> attractor_position_{"attractor_position"}, attractor_remaining_{"attractor_remaining"};
  Field<float> repulsor_position_{"repulsor_position"}, repulsor_remaining_{"repulsor_remaining"};
  Field<std::uint32_t> attractor_count_{"attractor_count"}, repulsor_count_{"repulsor_count"};
  Field<std::uint64_t> stamp_{"stamp"};
};

}  // namespace wingbeat::cli
