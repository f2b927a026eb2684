// What may be called what.
#pragma once

#include <string_view>

#include "format.hpp"

namespace wingbeat::layout {

inline bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

// Names of streams, fields, controls, attributes: 1 to 63 of A-Z a-z 0-9 _ . -
inline bool is_name(std::string_view text) {
  if (text.empty() || text.size() >= kNameBytes) return false;
  for (char c : text) {
    if (!is_name_character(c)) return false;
  }
  return true;
}

// Free text: printable (no control characters), with room for its final zero.
inline bool is_text(std::string_view text, std::size_t bytes) {
  if (text.size() >= bytes) return false;
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

// Words separated by single spaces; how many there are, or -1 if it is not such a list.
inline int count_words(std::string_view text) {
  if (text.empty()) return 0;
  int words = 1;
  char before = ' ';
  for (char c : text) {
    if (c == ' ' && before == ' ') return -1;
    if (c == ' ') ++words;
    before = c;
  }
  return before == ' ' ? -1 : words;
}

// The text of a fixed array, up to its zero; empty if there is none (damaged).
template <std::size_t N>
std::string_view fixed_text(const char (&array)[N]) {
  for (std::size_t i = 0; i < N; ++i) {
    if (array[i] == '\0') return {array, i};
  }
  return {};
}

template <std::size_t N>
bool is_terminated(const char (&array)[N]) {
  for (char c : array) {
    if (c == '\0') return true;
  }
  return false;
}

}  // namespace wingbeat::layout
