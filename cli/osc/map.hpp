// The map from controls and fields to addresses, a TOML file. Every key is optional; without a file each control of
// stream S has the address /S/NAME.
//
//     prefix = "/swarm"             # of all controls that [addresses] does not name
//     datagram_bytes = 65507        # the largest datagram to send
//
//     [addresses]                   # by name of the control; triggers and commands may share one
//     place = "/flock/position"
//
//     [[in]]                        # a message becomes a frame of a stream of the bridge's own
//     address = "/flock/pca"
//     stream = "latent"
//     field = "code"
//     size = 10                     # numbers, f32
//
//     [[out]]                       # a field of a stream becomes messages
//     address = "/flock/position"
//     stream = "swarm"              # default: the bridge's stream
//     field = "position"
//     rows = "0-9"                  # or [0, 5, 7]; default: all
//     per_row = true                # a message for each row, its index first; otherwise one message with all numbers
//     rate = 30                     # frames per second at most; or every = 10: each 10th frame
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wingbeat::osc {

struct InRule {
  std::string address, stream, field;
  std::uint64_t size = 1;
};

struct OutRule {
  std::string address, stream, field;
  std::vector<std::uint64_t> rows;  // none: all
  bool per_row = false;
  std::uint32_t every = 0;  // each k-th frame; 0: `rate` holds
  double rate = 30;         // per second
};

struct Map {
  std::string prefix;
  std::size_t datagram_bytes;
  std::map<std::string, std::string> addresses;  // by a control's name
  std::vector<InRule> in;
  std::vector<OutRule> out;
};

// The map of a stream without a file.
Map default_map(const std::string& stream);
// A path, or the name of a map that comes with the command. Throws cli::Failure: kNotFound if there is no such file,
// kUsage for its content.
Map read_map(const std::string& name_or_path, const std::string& stream);
// Does the same for a text; `source` names it in messages.
Map parse_map(const std::string& text, const std::string& source, const std::string& stream);

}  // namespace wingbeat::osc
