// Other users have exactly the rights that the writer of a stream granted, and a process cannot pose as another user's.
// Each party is a process of a separate user. Needs root to create them.
#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;
using Words = std::vector<std::string>;

// Ids of users and groups that no other program uses. Alice writes; Bob is in her group, Mallory is not.
constexpr unsigned kAlice = 31001, kBob = 31002, kMallory = 31003, kGroup = 31100;

// ---------------------------------------------------------------------------------------------------- the other side

Writer writer;
Reader reader;
wb_frame held{};

std::string become(const Words& words) {
  const auto user = static_cast<uid_t>(std::atoi(words.at(1).c_str()));
  const auto group = static_cast<gid_t>(std::atoi(words.at(2).c_str()));
  ::umask(static_cast<mode_t>(std::strtoul(words.at(3).c_str(), nullptr, 8)));
  ::unsetenv("WINGBEAT_DIR");
  if (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0) return "-1";
  return "0";
}

std::string create(const Words& words) {
  const Spec spec = make_spec("shared");
  wb_spec_set_option(spec.get(), WB_OPTION_ACCESS, std::strtoull(words.at(1).c_str(), nullptr, 10));
  wb_spec_set_option(spec.get(), WB_OPTION_GROUP, kGroup);
  writer.reset();
  wb_writer* raw = nullptr;
  const int code = wb_writer_create(spec.get(), &raw);
  writer.reset(raw);
  return std::to_string(code);
}

std::string open(const Words& words) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = words.size() > 2 ? WB_LOCK_STEP : WB_EVERY;
  wb_reader* raw = nullptr;
  reader.reset();
  int code = wb_reader_open(words.at(1).c_str(), &options, &raw);
  reader.reset(raw);
  if (code == WB_OK) code = wb_reader_attach(raw, 0);
  wb_reader_stats stats{};
  if (raw != nullptr) wb_reader_get_stats(raw, &stats);
  return std::to_string(code) + " " + std::to_string(stats.way) + " " + std::to_string(stats.writer_alive);
}

std::string take(const Words&) {
  const int code = wb_reader_wait(reader.get(), 1000 * kMillisecond, &held);
  return std::to_string(code) + " " + (code == WB_OK && is_whole(held) ? "whole" : "-");
}

std::string inspect(const Words& words) {
  wb_inspection* raw = nullptr;
  const int code = wb_inspect(words.at(1).c_str(), &raw);
  wb_stream_info info{};
  if (raw != nullptr) wb_inspection_stream(raw, &info);
  wb_inspection_close(raw);
  return std::to_string(code) + " " + std::to_string(info.seq);
}

// Tries to hold the writer's lock by every kind of file lock, and keeps the locks that it gets.
std::string pose(const Words& words) {
  for (const int flags : {O_RDWR, O_RDONLY}) {
    const int file = ::open(words.at(1).c_str(), flags | O_CLOEXEC);
    if (file < 0) continue;
    struct flock whole {};
    whole.l_type = F_WRLCK;
    ::flock(file, LOCK_EX | LOCK_NB);
    ::fcntl(file, F_OFD_SETLK, &whole);
    return flags == O_RDWR ? "written" : "read";
  }
  return "refused";
}

// Creates memory objects of the given epochs, open to all users, with random content.
std::string squat(const Words& words) {
  const std::string kind = words.size() > 4 ? words[4] : "d";
  for (int epoch = std::atoi(words.at(2).c_str()), count = std::atoi(words.at(3).c_str()); count > 0;
       --count, ++epoch) {
    const int object =
        ::shm_open((words.at(1) + std::to_string(epoch) + kind).c_str(), O_RDWR | O_CREAT | O_EXCL, 0666);
    if (object < 0) return "-1";
    const std::string noise(1 << 20, '\x5a');
    if (::write(object, noise.data(), noise.size()) < 0) return "-1";
    ::close(object);
  }
  return "0";
}

std::string answer_line(const Words& words) {
  static const std::map<std::string, std::string (*)(const Words&)> verbs = {
      {"become", become},
      {"create", create},
      {"open", open},
      {"take", take},
      {"inspect", inspect},
      {"pose", pose},
      {"squat", squat},
      {"publish", [](const Words&) { return std::to_string(publish(writer.get())); }},
      {"set", [](const Words&) { return std::to_string(wb_reader_set(reader.get(), "speed", f64(2), nullptr)); }},
      {"close", [](const Words&) { return writer.reset(), reader.reset(), std::string("0"); }},
      {"collect", [](const Words&) { return std::to_string(wb_collect(nullptr, nullptr)); }},
      {"mkdir", [](const Words& w) { return std::to_string(::mkdir(w.at(1).c_str(), 0777)); }},
      {"use", [](const Words& w) { return std::to_string(::setenv("WINGBEAT_DIR", w.at(1).c_str(), 1)); }},
      {"make",
       [](const Words& w) {
         const int file = ::open(w.at(1).c_str(), O_RDWR | O_CREAT | O_EXCL, 0666);
         return std::to_string(::close(file));
       }},
      {"link", [](const Words& w) { return std::to_string(::symlink(w.at(1).c_str(), w.at(2).c_str())); }},
      {"error", [](const Words&) { return std::string(wb_error_message()); }},
  };
  const auto verb = words.empty() ? verbs.end() : verbs.find(words[0]);
  return verb == verbs.end() ? "what?" : verb->second(words);
}

// -------------------------------------------------------------------------------------------------------- this side

std::string home(unsigned user) {
  const char* base = std::string(wb_backend()) == "linux" ? "/dev/shm" : "/tmp";
  return std::string(base) + "/wingbeat-" + std::to_string(user);
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

struct User : Puppet {
  User(unsigned user, unsigned group, const std::string& umask = "022") {
    EXPECT_EQ(answer("become " + std::to_string(user) + " " + std::to_string(group) + " " + umask), "0");
  }
  std::string create(unsigned access) { return answer("create " + std::to_string(access)); }
  // Creates a stream and publishes its first frame.
  void write(unsigned access) {
    ASSERT_EQ(create(access), "0") << answer("error");
    ASSERT_EQ(answer("publish"), "0");
  }
  void expect_error(const std::string& part) {
    const std::string error = answer("error");
    EXPECT_NE(error.find(part), std::string::npos) << error;
  }
};

class Rights : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be several users";
    clean();
  }
  void TearDown() override {
    if (::geteuid() == 0) clean();
  }
  static void clean() {
    std::error_code ignored;
    for (unsigned user : {kAlice, kBob, kMallory}) std::filesystem::remove_all(home(user), ignored);
    for (const auto& object : std::filesystem::directory_iterator("/dev/shm", ignored)) {
      struct stat status {};
      if (::lstat(object.path().c_str(), &status) == 0 && status.st_uid >= kAlice && status.st_uid <= kMallory)
        std::filesystem::remove_all(object.path(), ignored);
    }
  }
};

struct Expected {
  unsigned access;
  int member, stranger;                     // wb_way; 0: none
  unsigned data, control, lock, directory;  // modes, on Linux
};

class Access : public Rights, public ::testing::WithParamInterface<Expected> {};

// Checks what a user whose rights correspond to `way` can do with alice/shared.
void expect_way(User& user, int way) {
  const Words opened = user.ask("open 31001/shared");
  if (way == 0) {
    EXPECT_EQ(opened[0], std::to_string(WB_ERR_ACCESS)) << user.answer("error");
    EXPECT_EQ(user.ask("inspect 31001/shared")[0], std::to_string(WB_ERR_ACCESS));
    return;
  }
  ASSERT_EQ(opened[0], "0") << user.answer("error");
  EXPECT_EQ(opened[1], std::to_string(way));
  EXPECT_EQ(opened[2], "1") << "the writer is reported alive";
  EXPECT_EQ(user.answer("take"), "0 whole");
  EXPECT_EQ(user.answer("inspect 31001/shared"), "0 3");
  EXPECT_EQ(user.answer("set"), way == WB_BY_LEASE ? "0" : std::to_string(WB_ERR_ACCESS));
  EXPECT_EQ(user.ask("open 31001/shared lock-step")[0], way == WB_BY_LEASE ? "0" : std::to_string(WB_ERR_ACCESS));
}

TEST_P(Access, gives_each_user_what_was_said_whatever_the_umask) {
  for (const char* umask : {"000", "022", "077", "0777"}) {
    User alice(kAlice, kGroup, umask);
    ASSERT_EQ(alice.create(GetParam().access), "0") << alice.answer("error");
    for (int i = 0; i < 3; ++i) ASSERT_EQ(alice.answer("publish"), "0");
    EXPECT_EQ(mode_of(home(kAlice)), GetParam().directory) << umask;
    EXPECT_EQ(mode_of(home(kAlice) + "/shared.manifest"), GetParam().data) << umask;
    if (std::string(wb_backend()) == "linux") {
      EXPECT_EQ(mode_of(home(kAlice) + "/shared.writer"), GetParam().lock) << umask;
    }
    User bob(kBob, kGroup), mallory(kMallory, kMallory);
    expect_way(bob, GetParam().member);
    expect_way(mallory, GetParam().stranger);
    EXPECT_EQ(alice.answer("close"), "0");
    bob.ask("close");
    mallory.ask("close");
    EXPECT_EQ(User(kAlice, kGroup).answer("collect"), "0");
    EXPECT_TRUE(std::filesystem::is_empty(home(kAlice))) << "the owner collects the objects that others may not remove";
    std::filesystem::remove_all(home(kAlice));
  }
}

constexpr int kNone = 0, kLease = WB_BY_LEASE, kObserves = WB_AS_OBSERVER;
INSTANTIATE_TEST_SUITE_P(Bits, Access,
                         ::testing::Values(Expected{0, kNone, kNone, 0600, 0600, 0600, 0700},
                                           Expected{WB_GROUP_READ, kObserves, kNone, 0640, 0600, 0640, 0755},
                                           Expected{WB_GROUP_CONTROL, kLease, kNone, 0640, 0660, 0640, 0755},
                                           Expected{WB_ALL_READ, kObserves, kObserves, 0644, 0600, 0644, 0755},
                                           Expected{WB_GROUP_CONTROL | WB_ALL_READ, kLease, kObserves, 0644, 0660, 0644,
                                                    0755}),
                         [](const auto& expected) { return "bits" + std::to_string(expected.param.access); });

TEST_F(Rights, a_restart_gives_others_and_takes_back) {
  User alice(kAlice, kGroup), bob(kBob, kGroup);
  ASSERT_EQ(alice.create(WB_GROUP_CONTROL), "0");
  ASSERT_EQ(bob.ask("open 31001/shared")[0], "0");
  ASSERT_EQ(alice.create(0), "0") << "bob's reader keeps the stream";
  User other(kBob, kGroup);
  EXPECT_EQ(other.ask("open 31001/shared")[0], std::to_string(WB_ERR_ACCESS));
  ASSERT_EQ(alice.create(WB_GROUP_READ), "0");
  EXPECT_EQ(other.ask("open 31001/shared")[1], std::to_string(WB_AS_OBSERVER));
}

TEST_F(Rights, a_member_that_is_killed_is_cleared_by_the_owner) {
  User alice(kAlice, kGroup);
  ASSERT_EQ(alice.create(WB_GROUP_CONTROL), "0");
  {
    User bob(kBob, kGroup);
    ASSERT_EQ(bob.ask("open 31001/shared")[1], std::to_string(WB_BY_LEASE));
    bob.kill();
  }
  ASSERT_EQ(alice.answer("publish"), "0");
  ASSERT_EQ(alice.answer("collect"), "0");
  User another(kBob, kGroup);
  EXPECT_EQ(another.ask("open 31001/shared")[1], std::to_string(WB_BY_LEASE));
}

TEST_F(Rights, a_directory_that_somebody_else_made_is_not_used) {
  User mallory(kMallory, kMallory, "000");
  ASSERT_EQ(mallory.answer("mkdir " + home(kAlice)), "0");
  User alice(kAlice, kGroup);
  EXPECT_EQ(alice.create(0), std::to_string(WB_ERR_ACCESS));
  alice.expect_error("directory that belongs to you");
}

TEST_F(Rights, a_link_that_somebody_else_made_is_not_followed) {
  User mallory(kMallory, kMallory, "000"), alice(kAlice, kGroup);
  const std::string trap = home(kMallory);
  ASSERT_EQ(mallory.answer("mkdir " + trap), "0");
  ASSERT_EQ(mallory.answer("link " + trap + " " + home(kAlice)), "0");
  EXPECT_LT(std::atoi(alice.create(0).c_str()), 0);
  EXPECT_TRUE(std::filesystem::is_empty(trap)) << "nothing was written through the link";
}

TEST_F(Rights, an_impostor_of_another_users_directory_is_found_out) {
  User mallory(kMallory, kMallory, "000");
  mallory.write(WB_ALL_READ);
  ASSERT_EQ(mallory.answer("link " + home(kMallory) + " " + home(kAlice)), "0");
  User bob(kBob, kBob);
  const Words opened = bob.ask("open 31001/shared");
  EXPECT_EQ(opened[0], std::to_string(WB_ERR_ACCESS)) << bob.answer("error");
}

// Returns the prefix of the names of the stream's memory objects, from its manifest.
std::string object_prefix() {
  std::ifstream manifest(home(kAlice) + "/shared.manifest");
  for (std::string line; std::getline(manifest, line);) {
    if (line.rfind("data /", 0) == 0) return line.substr(5, line.rfind('-') - 4);
  }
  return {};
}

TEST_F(Rights, names_that_somebody_else_took_are_passed_over) {
  User alice(kAlice, kGroup), mallory(kMallory, kMallory, "000");
  ASSERT_EQ(alice.create(0), "0");
  const std::string prefix = object_prefix();
  ASSERT_FALSE(prefix.empty());
  ASSERT_EQ(alice.answer("close"), "0");
  ASSERT_EQ(mallory.answer("squat " + prefix + " 1 5"), "0");
  alice.write(0);
  EXPECT_EQ(User(kAlice, kGroup).ask("open shared")[0], "0");
  EXPECT_EQ(alice.answer("close"), "0");
  ASSERT_EQ(mallory.answer("squat " + prefix + " 6 30"), "0");
  EXPECT_EQ(alice.create(0), std::to_string(WB_ERR_BUSY));
  alice.expect_error("belongs to another user");
}

// ------------------------------------------------------------------------------------------- after a process has ended

TEST_F(Rights, a_member_with_control_cannot_become_the_writer) {
  User alice(kAlice, kGroup), bob(kBob, kGroup);
  alice.write(WB_GROUP_CONTROL);
  ASSERT_EQ(bob.ask("open 31001/shared")[1], std::to_string(WB_BY_LEASE));
  EXPECT_NE(bob.answer("pose " + home(kAlice) + "/shared.writer"), "written");
  EXPECT_NE(bob.answer("make " + home(kAlice) + "/shared.manifest.new"), "0") << "a member cannot create files there";
  alice.kill();
  User same_place(kBob, kGroup);
  ASSERT_EQ(same_place.answer("use " + home(kAlice)), "0");
  EXPECT_EQ(same_place.create(WB_GROUP_CONTROL), std::to_string(WB_ERR_ACCESS));
  EXPECT_EQ(same_place.answer("collect"), "0");
  EXPECT_EQ(bob.answer("take"), "0 whole") << "the dead writer's stream still exists and belongs to alice";
  User successor(kAlice, kGroup);
  successor.write(WB_GROUP_CONTROL);
  EXPECT_EQ(bob.ask("take")[0], std::to_string(WB_RESTARTED));
  EXPECT_EQ(bob.answer("take"), "0 whole");
}

TEST_F(Rights, of_a_dead_strangers_objects_none_is_used_or_shown) {
  User alice(kAlice, kGroup);
  ASSERT_EQ(alice.create(WB_ALL_READ), "0");
  const std::string prefix = object_prefix();
  ASSERT_EQ(alice.answer("close"), "0");
  for (const char* kind : {"d", "c"}) {  // the name of either object
    User mallory(kMallory, kMallory, "000");
    ASSERT_EQ(mallory.answer("squat " + prefix + " 1 1 " + kind), "0");
    mallory.kill();
    User next(kAlice, kGroup), bob(kBob, kBob);
    next.write(WB_ALL_READ);
    ASSERT_EQ(bob.ask("open 31001/shared")[0], "0") << bob.answer("error");
    EXPECT_EQ(bob.answer("take"), "0 whole");
    EXPECT_EQ(next.answer("close"), "0");
    EXPECT_TRUE(std::filesystem::is_empty(home(kAlice)));
    ASSERT_EQ(::shm_unlink((prefix + "1" + kind).c_str()), 0) << "the stranger's object still has its name";
  }
}

TEST_F(Rights, objects_that_a_stranger_put_in_the_place_of_removed_ones_are_refused) {
  User alice(kAlice, kGroup), mallory(kMallory, kMallory, "000"), bob(kBob, kBob);
  alice.write(WB_ALL_READ);
  const std::string prefix = object_prefix();
  alice.kill();
  for (const char* kind : {"d", "c"}) {  // removed as by a logout that removes a user's objects
    ASSERT_EQ(::shm_unlink((prefix + "1" + kind).c_str()), 0);
    ASSERT_EQ(mallory.answer("squat " + prefix + " 1 1 " + kind), "0");
  }
  EXPECT_EQ(bob.ask("open 31001/shared")[0], std::to_string(WB_ERR_ACCESS));
  bob.expect_error("another user");
  User successor(kAlice, kGroup);
  successor.write(WB_ALL_READ);
  EXPECT_EQ(bob.ask("open 31001/shared")[0], "0") << bob.answer("error");
  EXPECT_EQ(bob.answer("take"), "0 whole");
}

// In a directory that other users may write to, they can create files with the names of the lock files. The result is
// an error, not a crash or a wait. Directories that the library makes do not allow it.
TEST_F(Rights, lock_files_that_somebody_else_took_are_an_error_that_names_them) {
  User alice(kAlice, kGroup), mallory(kMallory, kMallory, "077");
  ASSERT_EQ(alice.answer("mkdir " + home(kAlice)), "0");
  ASSERT_EQ(::chmod(home(kAlice).c_str(), 01777), 0);
  ASSERT_EQ(mallory.answer("make " + home(kAlice) + "/shared.writer"), "0");
  EXPECT_EQ(alice.create(0), std::to_string(WB_ERR_ACCESS));
  alice.expect_error("shared.writer");
  ASSERT_EQ(::unlink((home(kAlice) + "/shared.writer").c_str()), 0);
  ASSERT_EQ(mallory.answer("make " + home(kAlice) + "/shared.reader0"), "0");
  EXPECT_EQ(alice.create(0), std::to_string(WB_ERR_ACCESS));
  alice.expect_error("shared.reader0");
}

TEST_F(Rights, root_reads_with_all_rights_and_locks_nobody_out) {
  User alice(kAlice, kGroup), root(0, 0), own(kAlice, kGroup);
  alice.write(0);
  ASSERT_EQ(root.ask("open 31001/shared")[1], std::to_string(WB_BY_LEASE)) << root.answer("error");
  EXPECT_EQ(root.answer("take"), "0 whole");
  EXPECT_EQ(own.ask("open shared")[1], std::to_string(WB_BY_LEASE)) << own.answer("error");
  root.kill();
  EXPECT_EQ(User(kAlice, kGroup).answer("collect"), "0");
  User other(kAlice, kGroup);
  EXPECT_EQ(other.ask("open shared")[0], "0") << other.answer("error");
  for (User* each : {&own, &other, &alice}) EXPECT_EQ(each->answer("close"), "0");
  EXPECT_TRUE(std::filesystem::is_empty(home(kAlice)));
}

TEST_F(Rights, unknown_users_and_users_without_streams_are_told_apart) {
  User bob(kBob, kBob);
  EXPECT_EQ(bob.ask("open no-such-user/shared")[0], std::to_string(WB_ERR_NOT_FOUND));
  EXPECT_EQ(bob.ask("open 31001/shared")[0], std::to_string(WB_NOT_READY));
  EXPECT_EQ(bob.ask("open nobody/shared")[0], std::to_string(WB_NOT_READY));
}

}  // namespace

int main(int argc, char** argv) {
  if (is_puppet(argc, argv)) {
    const int status = run_puppet(answer_line);
    wb_frame_release(&held);
    reader.reset();
    writer.reset();
    return status;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
