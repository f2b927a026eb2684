#include "manifest.hpp"

#include <cinttypes>
#include <cstdio>

namespace wingbeat::layout {
namespace {

constexpr std::string_view kFirstLine = "wingbeat manifest 1\n";

// The last line: a check sum of all lines before it.
std::string check_line(std::string_view body) {
  char text[32];
  std::snprintf(text, sizeof text, "check %016" PRIx64 "\n", hash(body));
  return text;
}

std::string hex(std::uint64_t value) {
  char text[20];
  std::snprintf(text, sizeof text, "%016" PRIx64, value);
  return text;
}

// Takes the next line of `rest`, which must consist of `key`, a space and the value. False if it does not.
bool take(std::string_view& rest, std::string_view key, std::string_view& value) {
  std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end <= key.size()) return false;
  std::string_view line = rest.substr(0, end);
  if (line.substr(0, key.size()) != key || line[key.size()] != ' ') return false;
  value = line.substr(key.size() + 1);
  rest.remove_prefix(end + 1);
  return true;
}

// The same for a number without leading signs or spaces. False if it overflows.
bool take_number(std::string_view& rest, std::string_view key, int base, std::uint64_t& value) {
  std::string_view text;
  if (!take(rest, key, text) || text.empty() || text.size() > 20) return false;
  value = 0;
  for (char c : text) {
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
    if (digit >= base) return false;
    const auto next = static_cast<unsigned>(digit);
    if (value > (UINT64_MAX - next) / static_cast<unsigned>(base)) return false;
    value = value * static_cast<unsigned>(base) + next;
  }
  return true;
}

// The same for a value that must be a name.
bool take_word(std::string_view& rest, std::string_view key, std::string& word) {
  std::string_view text;
  if (!take(rest, key, text) || !is_name(text)) return false;
  word = text;
  return true;
}

// The same for the name of a memory object: a slash and a name, 30 characters in all at most, since macOS
// allows little more.
bool take_object(std::string_view& rest, std::string_view key, std::string& name) {
  std::string_view text;
  if (!take(rest, key, text) || text.size() < 2 || text.size() > 30 || text[0] != '/') return false;
  if (!is_name(text.substr(1))) return false;
  name = text;
  return true;
}

bool take_all(std::string_view rest, Manifest& manifest) {
  std::uint64_t epoch = 0;
  if (!take_word(rest, "stream", manifest.stream) || !take_word(rest, "backend", manifest.backend) ||
      !take_number(rest, "epoch", 10, epoch) || !take_number(rest, "identity", 16, manifest.identity) ||
      !take_object(rest, "data", manifest.data_object) || !take_number(rest, "data-bytes", 10, manifest.data_bytes) ||
      !take_object(rest, "control", manifest.control_object) ||
      !take_number(rest, "control-bytes", 10, manifest.control_bytes)) {
    return false;
  }
  manifest.epoch = static_cast<std::uint32_t>(epoch);
  return rest.empty() && epoch >= 1 && epoch <= UINT32_MAX;
}

}  // namespace

std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

std::string to_text(const Manifest& manifest) {
  std::string body(kFirstLine);
  body += "stream " + manifest.stream + "\n";
  body += "backend " + manifest.backend + "\n";
  body += "epoch " + std::to_string(manifest.epoch) + "\n";
  body += "identity " + hex(manifest.identity) + "\n";
  body += "data " + manifest.data_object + "\n";
  body += "data-bytes " + std::to_string(manifest.data_bytes) + "\n";
  body += "control " + manifest.control_object + "\n";
  body += "control-bytes " + std::to_string(manifest.control_bytes) + "\n";
  return body + check_line(body);
}

Fault from_text(std::string_view text, Manifest& manifest) {
  // A newer manifest is not damaged: the message must say what to do.
  constexpr std::string_view kAnyVersion = "wingbeat manifest ";
  if (text.substr(0, kAnyVersion.size()) == kAnyVersion && text.substr(0, kFirstLine.size()) != kFirstLine) {
    return {FaultKind::kIncompatible, "the manifest has another version: use the same release on both sides"};
  }
  Fault damaged{FaultKind::kCorrupt, "the manifest is damaged"};
  std::size_t check = text.rfind("check ");
  if (text.size() > kMaxManifestBytes || text.substr(0, kFirstLine.size()) != kFirstLine ||
      check == std::string_view::npos || text.substr(check) != check_line(text.substr(0, check))) {
    return damaged;
  }
  std::string_view body = text.substr(kFirstLine.size(), check - kFirstLine.size());
  // Comparing the text made of the result refuses everything that the functions above overlook, such as leading zeros.
  return take_all(body, manifest) && to_text(manifest) == text ? Fault{} : damaged;
}

}  // namespace wingbeat::layout
