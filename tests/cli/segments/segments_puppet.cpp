// The programs on both sides in the tests of raw segments.
//
//   simulate DATA LOCK AGENTS RATE   does the same as the original project's simulation: rewrites a raw array of
//                                    AGENTS x 3 f32 under a process-shared mutex that is not robust; all numbers of
//                                    step n are n
//   hold LOCK                        locks the mutex and keeps it
//   write STREAM AGENTS RATE [f64]   writes a stream; all numbers of frame n are n, and its count is n % 5 below AGENTS
//   read STREAM                      takes every frame and checks that it is whole and in order
//
// Each program ends with its standard input. `simulate` then removes its names, and `read` prints its counts as JSON.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace {

using namespace std::chrono_literals;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

bool is_ended() {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) > 0;
}

void wait_for_end() {
  while (!is_ended()) std::this_thread::sleep_for(5ms);
}

void say(const char* text) {
  std::puts(text);
  std::fflush(stdout);
}

void* map(int object, std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, object, 0);
  if (memory == MAP_FAILED) die("mmap");
  return memory;
}

// The calls and their flags are those of the original project: existing objects are opened, the mutex is initialised
// again.
class Simulation {
 public:
  Simulation(const char* data, const char* lock, std::size_t agents) : data_(data), lock_(lock), numbers_(3 * agents) {
    const std::size_t bytes = numbers_.size() * sizeof(float);
    const int object = shm_open(data, O_CREAT | O_RDWR, S_IRUSR | S_IWUSR);
    if (object < 0 || ftruncate(object, static_cast<off_t>(bytes)) != 0) die(data);
    shared_ = static_cast<float*>(map(object, bytes));
    make_mutex();
  }
  ~Simulation() {
    shm_unlink(data_.c_str());
    shm_unlink(lock_.c_str());
  }

  // Writes slowly and in two parts, so that a reader without the lock sees torn data.
  void step() {
    std::fill(numbers_.begin(), numbers_.end(), static_cast<float>(++step_));
    const auto half = static_cast<std::ptrdiff_t>(numbers_.size() / 2);
    pthread_mutex_lock(mutex_);
    std::copy(numbers_.begin(), numbers_.begin() + half, shared_);
    std::this_thread::sleep_for(300us);
    std::copy(numbers_.begin() + half, numbers_.end(), shared_ + half);
    pthread_mutex_unlock(mutex_);
  }

 private:
  void make_mutex() {
    const int object = shm_open(lock_.c_str(), O_CREAT | O_RDWR | O_TRUNC, S_IRWXU | S_IRWXG);
    if (object < 0 || ftruncate(object, sizeof(pthread_mutex_t)) != 0) die("lock");
    mutex_ = static_cast<pthread_mutex_t*>(map(object, sizeof(pthread_mutex_t)));
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex_, &attributes);
  }

  std::string data_, lock_;
  std::vector<float> numbers_;
  float* shared_ = nullptr;
  pthread_mutex_t* mutex_ = nullptr;
  int step_ = 0;
};

template <class Step>
void pace(double rate, Step&& step) {
  auto next = std::chrono::steady_clock::now();
  while (!is_ended()) {
    step();
    next += std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / rate));
    std::this_thread::sleep_until(next);
  }
}

int simulate(char** words) {
  Simulation simulation(words[0], words[1], std::strtoul(words[2], nullptr, 10));
  simulation.step();
  say("ready");
  pace(std::strtod(words[3], nullptr), [&] { simulation.step(); });
  return 0;
}

int hold(char** words) {
  const int object = shm_open(words[0], O_RDWR, 0);
  if (object < 0) die(words[0]);
  auto* mutex = static_cast<pthread_mutex_t*>(map(object, sizeof(pthread_mutex_t)));
  if (pthread_mutex_lock(mutex) != 0) die("pthread_mutex_lock");
  say("held");
  wait_for_end();
  return pthread_mutex_unlock(mutex);
}

template <class T>
int write(const char* stream, std::size_t agents, double rate) {
  auto writer =
      wingbeat::Writer::create(wingbeat::StreamSpec(stream, agents).per_agent<T>("position", 3, "x y z")).value();
  say("ready");
  pace(rate, [&] {
    auto slot = writer.begin();
    slot.set_count(agents - slot.seq() % 5);
    for (T& number : slot.template span<T>("position")) number = static_cast<T>(slot.seq());
    slot.publish(slot.seq(), 0);
  });
  return 0;
}

int read(char** words) {
  wingbeat::ReaderOptions options;
  options.mode = wingbeat::Mode::every;
  auto reader = wingbeat::Reader::open(words[0], options).value();
  unsigned long frames = 0, torn = 0, disordered = 0;
  float last = 0;
  std::uint64_t seq = 0;
  std::string unverified;
  while (!is_ended()) {
    const auto frame = reader.wait(20ms);
    if (!frame) continue;
    unverified = wingbeat::unverified(frame.schema());
    const auto numbers = frame.span<float>(wingbeat::fields_of(frame.schema())[0].name);
    const float number = numbers[0];
    torn += std::any_of(numbers.begin(), numbers.end(), [&](float x) { return x != number; });
    disordered += frames > 0 && (number <= last || frame.seq() <= seq);
    if (frames++ == 0) say("reading");
    last = number;
    seq = frame.seq();
  }
  std::printf("{\"frames\":%lu,\"torn\":%lu,\"disordered\":%lu,\"unverified\":\"%s\"}\n", frames, torn, disordered,
              unverified.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string role = argc > 1 ? argv[1] : "";
  if (role == "simulate" && argc == 6) return simulate(argv + 2);
  if (role == "hold" && argc == 3) return hold(argv + 2);
  if (role == "read" && argc == 3) return read(argv + 2);
  if (role == "write" && argc >= 5) {
    const std::size_t agents = std::strtoul(argv[3], nullptr, 10);
    const double rate = std::strtod(argv[4], nullptr);
    return argc > 5 ? write<double>(argv[2], agents, rate) : write<float>(argv[2], agents, rate);
  }
  std::fputs("segments_puppet: see its first lines\n", stderr);
  return 2;
}
