// A stream from outside: what its writer and readers say of themselves, and whether they are alive. An
// inspection only reads: it takes no reader entry and no lease.
#pragma once

#include <memory>
#include <vector>

#include "attachment.hpp"
#include "registry.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

class Inspection {
 public:
  static int open(std::string_view stream, std::unique_ptr<Inspection>& out);

  int stream(wb_stream_info& out);
  int readers(std::vector<wb_reader_info>& out);
  int parameter(std::uint32_t control, wb_value& out);
  const layout::Schema& schema() const { return attachment_->schema; }
  std::uint32_t fork_generation() const { return fork_generation_; }

 private:
  explicit Inspection(Location location)
      : location_(std::move(location)), fork_generation_(platform::fork_generation()) {}

  int follow();
  void describe_newest(wb_stream_info& out) const;
  void count_readers(wb_stream_info& out) const;
  wb_reader_info describe_reader(std::uint32_t entry) const;

  Location location_;
  std::uint32_t fork_generation_;
  std::shared_ptr<Attachment> attachment_;
};

}  // namespace wingbeat::stream
