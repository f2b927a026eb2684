// The reference swarm as a stream: its schema, its frames in slots of shared memory, its requests; the stamp by which a
// reader can tell that a frame is whole; and the stream on which an analysis may answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "swarm/swarm.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

// A fault made on purpose, to see that checks notice it.
enum class Injection {
  none,
  torn,    // every 20th frame has half of the positions of the frame before it, with the new stamp
  deaf,    // the stream with the answers is never read
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
  std::string lock_step;     // label of the readers that each frame waits for; empty: none
  double lock_step_limit_s = 2;
  bool quiet = false;
};

// How long one frame took.
struct StepCost {
  std::uint64_t step_ns;     // the simulation
  std::uint64_t publish_ns;  // begin and publish
};

inline constexpr const char* kStampField = "stamp";
inline constexpr std::uint64_t kStampStep = 0x9E3779B97F4A7C15;

// A number that depends on every byte of a frame and on its seq: seq * kStampStep, plus each field but the stamp itself
// as little-endian 64-bit words, of which the last is filled up with zeros. All additions wrap. Bytes between fields do
// not count. Valid for frames whose count is the capacity.
std::uint64_t frame_stamp(const void* data, const std::vector<wb_field_info>& fields, std::uint64_t seq);

// Owns the writer. The swarm remains the caller's; its parameters are the stream's initial values.
class SwarmStream {
 public:
  SwarmStream(swarm::Swarm& flock, const swarm::Options& flock_options, const SwarmStreamOptions& options);

  // Publishes the start state.
  StepCost publish_start();
  // Makes one step and publishes it.
  StepCost publish_step();

  // In lock-step, waits for the readers to finish with the newest frame, each frame at most for the limit. False if a
  // signal came first.
  bool await_readers();

  // Answers the requests that came since the last call. Returns how many there were.
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
  std::uint64_t overruns_ = 0;  // that were reported
  std::vector<wb_field_info> infos_;
  Field<float> position_{"position"}, velocity_{"velocity"}, mass_{"mass"}, max_speed_{"max_speed"};
  Field<std::uint32_t> id_{"id"};
  Field<float> attractor_position_{"attractor_position"}, attractor_remaining_{"attractor_remaining"};
  Field<float> repulsor_position_{"repulsor_position"}, repulsor_remaining_{"repulsor_remaining"};
  Field<std::uint32_t> attractor_count_{"attractor_count"}, repulsor_count_{"repulsor_count"};
  Field<std::uint64_t> stamp_{"stamp"};
};

// Reads the answers of an analysis: a stream with a field `code` of f32, which may come and go. Never waits.
class CodeReader {
 public:
  explicit CodeReader(const std::string& stream);

  // Takes the frames that came since the last call.
  void poll();

  std::uint64_t frames() const { return frames_; }              // received with a code
  const std::vector<float>& newest() const { return newest_; }  // the last code; empty before the first
  const std::string& problem() const { return problem_; }       // why codes did not come, if it is known

 private:
  void take(const Frame& frame);

  Reader reader_;
  Field<float> code_{"code"};
  std::uint64_t frames_ = 0;
  std::vector<float> newest_;
  std::string problem_;
};

}  // namespace wingbeat::cli
