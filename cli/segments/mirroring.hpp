// Writes the newest frame of a stream's field into a raw segment, under its mutex, for programs that read only
// segments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attachment.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::segments {

struct MirrorOptions {
  AttachmentOptions segment;  // its size is that of the stream's field
  std::string stream, field;  // field "": the first
  std::optional<int> type;    // WB_F32 or WB_F64; default: the field's own
  double rate = 0;            // frames per second at most; 0: each new frame
  std::optional<double> seconds;
};

struct MirrorTotals {
  AttachmentTotals segment;
  std::string unverified;  // of the stream
  std::uint64_t frames = 0, restarts = 0;
  double wall_seconds = 0;
};

// Numbers of any element type of a field as WB_F32 or WB_F64. Throws cli::Failure for other types.
std::vector<std::byte> converted(const void* numbers, std::size_t count, int from, int to);

class Mirror {
 public:
  // Throws cli::Failure or wingbeat::Error.
  explicit Mirror(MirrorOptions options);
  // Removes the segments that it made, unless they are to be kept.
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;
  // Runs until an interrupt or the end of the time. Throws if the stream or the segment does not fit at the start.
  void run();
  MirrorTotals totals() const;

 private:
  bool is_done() const;
  void look();
  Frame next_frame();
  void wait_for_stream(int status);
  bool plan(const Frame& frame);
  void plan(const wb_field_info& field);
  void make_room(std::size_t bytes, const std::string& what);
  bool write(const Frame& frame);
  bool is_written(const Frame& frame) const;
  double seconds_since_start() const { return static_cast<double>(wb_now_ns() - start_ns_) / 1e9; }

  MirrorOptions options_;
  Reader reader_;
  std::optional<Attachment> attachment_;  // once the field is known
  wb_field_info field_ = {};
  int type_ = 0;             // that is written
  bool is_new_ = true;       // the writer
  bool is_pending_ = false;  // the newest frame could not be written yet
  std::uint64_t written_seq_ = 0, written_epoch_ = 0;
  cli::WaitMessage wait_;
  cli::Condition plan_;
  MirrorTotals totals_;
  std::uint64_t start_ns_, next_ns_ = 0;
};

}  // namespace wingbeat::segments
