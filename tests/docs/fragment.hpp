// Declarations that the shorter pieces of code in the guides assume.
#pragma once

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>
#include <wingbeat/wingbeat.hpp>

using namespace std::chrono_literals;

struct Vec3 {
  float x, y, z;
};
struct Agent {
  Vec3 position, velocity;
  float mass;
};
struct Flock {
  double alignment = 0;
  bool paused = false;
  int boundary = 0;
  void scatter() {}
  void place(std::size_t, const Vec3&) {}
};

// The part of ofxOsc that the page on moving uses.
struct OscMessage {
  std::string getAddress() const;
  int getArgAsInt(int) const;
  float getArgAsFloat(int) const;
};
struct OscReceiver {
  bool hasWaitingMessages() const;
  bool getNextMessage(OscMessage&);
};

#define FRAGMENT_ARGUMENTS                                                                                         \
  [[maybe_unused]] wingbeat::Writer &swarm, [[maybe_unused]] wingbeat::Reader &reader,                             \
      [[maybe_unused]] std::vector<Agent>&agents, [[maybe_unused]] Flock &flock,                                   \
      [[maybe_unused]] OscReceiver &receiver, [[maybe_unused]] std::size_t n, [[maybe_unused]] std::uint64_t step, \
      [[maybe_unused]] double t
