// Kills, stops and restarts every party of several streams at random, and checks that the others are not affected.
//   storm --seconds 20     last line: "storm: K kills, R restarts, F frames, 0 torn, 0 hung, 0 left"; else exit code 1
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "players.hpp"
#include "wingbeat/wingbeat.h"

namespace {

using namespace storm;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct Arguments {
  double seconds = 20;
  std::uint64_t kills = 0;  // 0: no limit
  std::uint64_t seed = std::random_device{}();
  std::string inject = "nothing";
};

constexpr int kStreams = 2, kMortals = 22;
constexpr auto kPatience = std::chrono::seconds(20);  // a player that runs without a beat for longer hangs

struct Player {
  pid_t pid = -1;
  Role role = Role::kCount;
  int stream = 0;
  bool stopped = false;
  std::uint64_t beats = 0;
  Clock::time_point beaten;  // when `beats` last changed
};

class Conductor {
 public:
  Conductor(const Arguments& arguments, Board& board) : arguments_(arguments), board_(board), chance_(arguments.seed) {}

  // One player of each role is never killed, so that a hang has time to show.
  void begin() {
    for (int role = 0; role < static_cast<int>(Role::kCount); ++role) {
      if (role != static_cast<int>(Role::kWriter))
        immortals_.push_back(spawn(static_cast<Role>(role), role % kStreams));
    }
    for (int i = 0; i < kMortals; ++i)
      mortals_.push_back(spawn(i < 2 * kStreams ? Role::kWriter : any_role(), i % kStreams));
  }

  void rage() {
    const Clock::time_point start = Clock::now();
    Clock::time_point told = start;
    while (hung_ == 0 && !is_over(start)) {
      torment();
      watch();
      if (Clock::now() - told > std::chrono::seconds(5)) tell_progress(told = Clock::now());
      std::this_thread::sleep_for(std::chrono::microseconds(200 + chance_() % 1500));
    }
  }

  // Asks every player to end. A player that has not ended within the time limit hangs.
  void end() {
    board_.ending = true;
    for (Player* player : everybody()) ::kill(player->pid, SIGCONT);
    const Clock::time_point limit = Clock::now() + kPatience;
    for (Player* player : everybody()) {
      bool ended = false;
      while (!(ended = ::waitpid(player->pid, nullptr, WNOHANG) != 0) && Clock::now() < limit)
        std::this_thread::sleep_for(milliseconds(1));
      if (ended) continue;
      report_hung(*player);
      ::kill(player->pid, SIGKILL);
      ::waitpid(player->pid, nullptr, 0);
    }
  }

  std::uint64_t kills() const { return kills_; }
  std::uint64_t hung() const { return hung_; }
  std::uint64_t crashed() const { return crashed_; }

 private:
  bool is_over(Clock::time_point start) const {
    if (arguments_.kills > 0) return kills_ >= arguments_.kills;
    return Clock::now() - start > std::chrono::duration<double>(arguments_.seconds);
  }

  Role any_role() { return static_cast<Role>(chance_() % static_cast<std::uint64_t>(Role::kCount)); }

  Player spawn(Role role, int stream) { return spawn(role, stream, places_++); }
  Player spawn(Role role, int stream, int place) {
    const std::uint64_t seed = chance_();
    const bool torn = arguments_.inject == "torn" && role == Role::kWriter;
    const bool hangs = arguments_.inject == "hung" && role == Role::kInspector;
    const pid_t pid = ::fork();
    if (pid == 0) {
      play(role, stream, seed,
           torn    ? Injection::kTorn
           : hangs ? Injection::kHung
                   : Injection::kNone,
           board_, board_.places[place]);
      ::_exit(0);
    }
    place_of_[pid] = place;
    return {pid, role, stream, false, 0, Clock::now()};
  }

  std::vector<Player*> everybody() {
    std::vector<Player*> all;
    for (auto* group : {&immortals_, &mortals_}) {
      for (Player& player : *group) all.push_back(&player);
    }
    return all;
  }

  // Kills one of the mortal players, or stops it and continues it later.
  void torment() {
    Player& victim = mortals_[chance_() % mortals_.size()];
    if (victim.stopped || chance_() % 8 != 0) return kill_and_replace(victim);
    ::kill(victim.pid, SIGSTOP);
    victim.stopped = true;
  }

  void kill_and_replace(Player& victim) {
    if (victim.stopped && chance_() % 2 == 0) {
      ::kill(victim.pid, SIGCONT);
      victim.stopped = false;
      victim.beaten = Clock::now();
      return;
    }
    ::kill(victim.pid, SIGKILL);
    int status = 0;
    ::waitpid(victim.pid, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ++kills_;
    note_crash(victim, status);
    replace(victim);
  }

  void replace(Player& player) {
    const int place = place_of_.at(player.pid);
    place_of_.erase(player.pid);
    player = spawn(player.role == Role::kWriter ? Role::kWriter : any_role(), player.stream, place);
  }

  void note_crash(const Player& player, int status) {
    if (!WIFSIGNALED(status) || WTERMSIG(status) == SIGKILL) return;
    ++crashed_;
    std::printf("a %s (pid %d) died of signal %d\n", name_of(player.role), player.pid, WTERMSIG(status));
  }

  void watch() {
    for (Player* player : everybody()) {
      int status = 0;
      if (::waitpid(player->pid, &status, WNOHANG) == player->pid) {  // the player ended by itself
        note_crash(*player, status);
        const Role role = player->role;
        replace(*player);
        if (is_immortal(player) && player->role != role) become(*player, role);
        continue;
      }
      if (player->stopped) continue;
      const std::uint64_t beats = board_.places[place_of_.at(player->pid)].beats;
      if (beats != player->beats) {
        player->beats = beats;
        player->beaten = Clock::now();
      } else if (Clock::now() - player->beaten > kPatience) {
        report_hung(*player);
        return;
      }
    }
  }

  bool is_immortal(const Player* player) const {
    return !immortals_.empty() && player >= immortals_.data() && player < immortals_.data() + immortals_.size();
  }

  void become(Player& player, Role role) {
    const int place = place_of_.at(player.pid);
    ::kill(player.pid, SIGKILL);
    ::waitpid(player.pid, nullptr, 0);
    place_of_.erase(player.pid);
    player = spawn(role, player.stream, place);
  }

  void report_hung(const Player& player) {
    ++hung_;
    std::printf("a %s (pid %d) hangs; waiting in ", name_of(player.role), player.pid);
    std::fflush(stdout);
    static_cast<void>(std::system(("cat /proc/" + std::to_string(player.pid) + "/wchan 2>/dev/null; echo").c_str()));
  }

  void tell_progress(Clock::time_point) const {
    std::uint64_t frames = 0;
    for (const Place& place : board_.places) frames += place.frames;
    std::fprintf(stderr, "storm: %llu kills, %llu frames so far\n", static_cast<unsigned long long>(kills_),
                 static_cast<unsigned long long>(frames));
  }

  const Arguments& arguments_;
  Board& board_;
  std::mt19937_64 chance_;
  int places_ = 0;
  std::vector<Player> immortals_, mortals_;
  std::map<pid_t, int> place_of_;
  std::uint64_t kills_ = 0, hung_ = 0, crashed_ = 0;
};

// The prefix of the names of a stream's memory objects: spec/segment.md, 2.3.
std::string object_prefix(const std::string& directory, const std::string& stream) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : std::filesystem::canonical(directory).string() + '\n' + stream)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char text[24];
  std::snprintf(text, sizeof text, "wb-%012" PRIx64, hash >> 16);
  return text;
}

// Returns the memory objects of the storm's streams. Other tests on this machine may have streams at the same time.
std::set<std::string> objects_of(const std::string& directory) {
  std::set<std::string> prefixes, names;
  for (int stream = 0; stream < kStreams; ++stream) prefixes.insert(object_prefix(directory, name_of_stream(stream)));
  std::error_code ignored;
  for (const auto& object : std::filesystem::directory_iterator("/dev/shm", ignored)) {
    std::string name = object.path().filename();
    if (prefixes.count(name.substr(0, name.rfind('-'))) > 0) names.insert(std::move(name));
  }
  return names;
}

// Counts the files and memory objects that remain after all players have ended and a collection has run.
std::uint64_t count_left(const std::string& directory) {
  std::uint64_t left = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    std::printf("left: %s\n", file.path().c_str());
    ++left;
  }
  for (const std::string& name : objects_of(directory)) {
    std::printf("left: memory object %s\n", name.c_str());
    ++left;
  }
  return left;
}

int run(const Arguments& arguments) {
  const std::string directory =
      std::filesystem::temp_directory_path() / ("wingbeat-storm-" + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  ::setenv("WINGBEAT_DIR", directory.c_str(), 1);
  Board* board = make_board();
  if (board == nullptr) return 2;
  std::printf("storm: seed %llu\n", static_cast<unsigned long long>(arguments.seed));
  std::fflush(stdout);

  Conductor conductor(arguments, *board);
  conductor.begin();
  conductor.rage();
  const bool is_blind = std::filesystem::is_directory("/dev/shm") && objects_of(directory).empty();
  if (is_blind) std::printf("blind: the memory objects of the streams in use were not found\n");
  conductor.end();
  ::wb_collect(nullptr, nullptr);
  if (arguments.inject == "left") std::fclose(std::fopen((directory + "/rubbish").c_str(), "w"));
  const std::uint64_t left = count_left(directory);
  std::filesystem::remove_all(directory);

  std::uint64_t frames = 0, torn = 0, wrong = 0, restarts = 0;
  for (const Place& place : board->places) {
    frames += place.frames;
    torn += place.torn;
    wrong += place.wrong;
    restarts += place.restarts;
    if (place.wrong > 0)
      std::printf("wrong: %s (%llu errors of this player)\n", place.message,
                  static_cast<unsigned long long>(place.wrong.load()));
  }
  const bool good = torn + wrong + conductor.hung() + conductor.crashed() + left == 0 && !is_blind && frames > 0 &&
                    conductor.kills() > 0;
  std::printf("storm: %llu kills, %llu restarts, %llu frames, %llu torn, %llu hung, %llu left\n",
              static_cast<unsigned long long>(conductor.kills()), static_cast<unsigned long long>(restarts),
              static_cast<unsigned long long>(frames), static_cast<unsigned long long>(torn),
              static_cast<unsigned long long>(conductor.hung()), static_cast<unsigned long long>(left));
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage =
      "storm [--seconds S | --kills N] [--seed N] [--inject torn|hung|left]\n"
      "Kills, stops and restarts every party of some streams at random. Exits with 0 if no frame was torn, no process\n"
      "hung and no object was left. --inject makes a fault that must be found.\n";
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
    if (value.empty()) return std::fputs(usage.c_str(), stderr), 2;
    if (option == "--seconds") {
      arguments.seconds = std::strtod(value.c_str(), nullptr);
    } else if (option == "--kills") {
      arguments.kills = std::strtoull(value.c_str(), nullptr, 10);
    } else if (option == "--seed") {
      arguments.seed = std::strtoull(value.c_str(), nullptr, 10);
    } else if (option == "--inject" && (value == "torn" || value == "hung" || value == "left")) {
      arguments.inject = value;
    } else {
      return std::fputs(usage.c_str(), stderr), 2;
    }
  }
  return run(arguments);
}
