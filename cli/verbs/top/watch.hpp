// The streams of this machine, read again and again from outside.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

struct Sample {
  wb_stream_info stream{};
  std::vector<wb_reader_info> readers;
  double rate = 0;  // frames/s since the sample before
  std::uint64_t time_ns = 0;
  std::string unverified;  // the reason; empty if the stream is not

  std::uint64_t lag_of(const wb_reader_info& reader) const {
    return stream.seq > reader.seq ? stream.seq - reader.seq : 0;
  }
  double load() const {
    return static_cast<double>(stream.fill_time_ns) * rate / 1e9;
  }  // share of time spent in frames
};

class WatchedStream {
 public:
  explicit WatchedStream(Inspection inspection) : inspection_(std::move(inspection)) {}

  // Takes a sample. False once the stream is gone.
  bool look();
  bool is_new() const { return count_ < 2; }  // one sample gives no rate
  const Sample& sample() const { return *sample_; }
  Inspection& inspection() { return inspection_; }

 private:
  Inspection inspection_;
  std::optional<Sample> sample_;
  unsigned count_ = 0;
};

class Watch {
 public:
  // Takes a sample of each stream that exists, and two of new ones, so that they have a rate.
  void look();

  std::map<std::string, WatchedStream>& streams() { return streams_; }
  const std::map<std::string, WatchedStream>& streams() const { return streams_; }
  // Why a stream cannot be read, by its name.
  const std::map<std::string, std::string>& failures() const { return failures_; }

 private:
  template <class Chosen>
  void look_at(const Chosen& is_chosen);
  void open(const std::string& name);

  std::map<std::string, WatchedStream> streams_;
  std::map<std::string, std::string> failures_;
};

}  // namespace wingbeat::cli
