#include "copy_speed.hpp"

#include <cstdint>
#include <cstring>
#include <map>
#include <thread>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

namespace {

constexpr std::size_t kBytes = std::size_t{64} << 20;
constexpr int kRounds = 4;

void copy_all(unsigned threads, std::vector<std::vector<char>>& from, std::vector<std::vector<char>>& to) {
  std::vector<std::thread> copying;
  for (unsigned t = 0; t < threads; ++t)
    copying.emplace_back([&, t] { std::memcpy(to[t].data(), from[t].data(), to[t].size()); });
  for (std::thread& thread : copying) thread.join();
}

double measure(unsigned threads) {
  const std::size_t bytes = kBytes / threads;
  std::vector<std::vector<char>> from(threads, std::vector<char>(bytes, 1)), to(threads, std::vector<char>(bytes));
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t begin = wb_now_ns();
    copy_all(threads, from, to);
    const auto moved = static_cast<double>(2 * bytes * threads);
    best = std::max(best, moved / static_cast<double>(wb_now_ns() - begin) * 1e9);
  }
  return best;
}

}  // namespace

double copy_bytes_per_second(unsigned threads) {
  static std::map<unsigned, double> known;
  const auto found = known.find(threads);
  return found != known.end() ? found->second : known[threads] = measure(threads);
}

}  // namespace wingbeat::cli
