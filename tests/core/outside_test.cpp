// Streams seen from outside: the list, the inspection, the collection of what is left over.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "support/frames.hpp"

namespace {

using namespace wbtest;

class Outside : public WithWriter {
 protected:
  wb_stream_info info() { return info_of(inspection); }

  Inspection inspection = inspect();
};

TEST_F(Outside, an_inspection_shows_the_stream_and_leaves_no_trace) {
  const std::vector<std::string> files = directory.files();
  const std::uint64_t before = wb_now_ns();
  publish(writer.get(), 25);
  inspection = inspect();
  const wb_stream_info seen = info();
  EXPECT_STREQ(seen.name, "swarm");
  EXPECT_EQ(seen.epoch, 1u);
  EXPECT_EQ(seen.generation, 1u);
  EXPECT_EQ(seen.writer_state, static_cast<std::uint32_t>(WB_WRITER_ALIVE));
  EXPECT_EQ(seen.writer_pid, ::getpid());
  EXPECT_EQ(seen.seq, 25u);
  EXPECT_EQ(seen.step, 25u);
  EXPECT_EQ(seen.count, 16u);
  EXPECT_EQ(seen.capacity, 16u);
  EXPECT_EQ(seen.sim_time, 2.5);
  EXPECT_GE(seen.publish_time_ns, before);
  EXPECT_LT(seen.fill_time_ns, seen.publish_time_ns - before + 1);
  EXPECT_EQ(seen.slots, 15u);
  EXPECT_EQ(seen.lease_budget, 8u);
  EXPECT_EQ(seen.max_readers, 32u);
  EXPECT_EQ(seen.readers, 0u);
  EXPECT_EQ(seen.frame_bytes, 2240u);
  EXPECT_GT(seen.memory_bytes, seen.slots * seen.frame_bytes);
  EXPECT_EQ(directory.files(), files);
}

TEST_F(Outside, a_copied_manifest_lets_nobody_disturb_the_original) {
  publish(writer.get(), 3);
  const Reader reader = make_reader();
  const std::string here = std::getenv("WINGBEAT_DIR");
  const std::string copy = here + "/copy";
  std::filesystem::create_directory(copy);
  std::filesystem::copy_file(here + "/swarm.manifest", copy + "/swarm.manifest");
  ::setenv("WINGBEAT_DIR", copy.c_str(), 1);
  wb_reader* refused = nullptr;
  EXPECT_EQ(wb_reader_open("swarm", nullptr, &refused), WB_ERR_INCOMPATIBLE);
  EXPECT_OK(wb_collect(nullptr, nullptr));
  ::setenv("WINGBEAT_DIR", here.c_str(), 1);
  std::filesystem::remove_all(copy);
  EXPECT_EQ(info().readers, 1u);
  EXPECT_EQ(info().leases_claimed, 2u);
}

TEST_F(Outside, an_inspection_shows_every_reader) {
  const Reader first = make_reader("swarm", WB_EVERY, 3), second = make_reader();
  publish(writer.get(), 4);
  Frame frame;
  ASSERT_OK(wb_reader_wait(first.get(), kLong, &frame));
  wb_reader_info readers[4];
  std::size_t count = 0;
  ASSERT_OK(wb_inspection_readers(inspection.get(), readers, 4, &count));
  ASSERT_EQ(count, 2u);
  EXPECT_EQ(readers[0].pid, ::getpid());
  EXPECT_EQ(readers[0].mode, static_cast<std::uint32_t>(WB_EVERY));
  EXPECT_EQ(readers[0].alive, 1u);
  EXPECT_EQ(readers[0].leases_claimed, 3u);
  EXPECT_EQ(readers[0].leases_held, 1u);
  EXPECT_EQ(readers[0].seq, 1u);
  EXPECT_EQ(readers[0].received, 1u);
  EXPECT_STREQ(readers[0].label, "test");
  EXPECT_EQ(info().readers, 2u);
  EXPECT_EQ(info().leases_claimed, 5u);
  EXPECT_EQ(info().leases_held, 1u);
  wb_frame_release(&frame);
  EXPECT_EQ(info().leases_held, 0u);
  ASSERT_OK(wb_inspection_readers(inspection.get(), nullptr, 0, &count));
  EXPECT_EQ(count, 2u) << "the number there is, whatever was asked for";
}

TEST_F(Outside, an_inspection_shows_hops_wakes_and_requests) {
  const Reader reader = make_reader("swarm", WB_EVERY);
  publish(writer.get(), 1);
  wb_frame frame;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
  publish(writer.get(), 60);
  EXPECT_GE(info().hops, 3u);
  wb_frame_release(&frame);
  ASSERT_OK(wb_reader_trigger(reader.get(), "reset", nullptr));
  accept_all(writer);
  EXPECT_EQ(info().requests, 1u);
}

TEST_F(Outside, an_inspection_shows_parameters) {
  ASSERT_OK(wb_writer_set_parameter(writer.get(), kSpeed, f64(7)));
  wb_value value;
  ASSERT_OK(wb_inspection_parameter(inspection.get(), kSpeed, &value));
  EXPECT_EQ(value.as.f64, 7.0);
  EXPECT_EQ(wb_inspection_parameter(inspection.get(), kReset, &value), WB_ERR_NOT_FOUND);
  EXPECT_EQ(wb_inspection_parameter(inspection.get(), 77, &value), WB_ERR_NOT_FOUND);
}

TEST_F(Outside, an_inspection_follows_the_stream_into_its_next_epoch_and_to_its_end) {
  Reader reader = make_reader();
  writer.reset();
  EXPECT_EQ(info().writer_state, static_cast<std::uint32_t>(WB_WRITER_CLOSED));
  writer = make_writer("swarm", {16, 8, 32, 4, 5});
  EXPECT_EQ(info().epoch, 2u);
  EXPECT_EQ(info().writer_state, static_cast<std::uint32_t>(WB_WRITER_ALIVE));
  EXPECT_EQ(take(reader), WB_RESTARTED);
  reader.reset();
  writer.reset();
  wb_stream_info gone;
  EXPECT_EQ(wb_inspection_stream(inspection.get(), &gone), WB_NOT_READY);
}

TEST_F(Outside, an_inspection_of_nothing_is_not_ready_and_null_is_refused) {
  wb_inspection* none = nullptr;
  EXPECT_EQ(wb_inspect("nothing", &none), WB_NOT_READY);
  EXPECT_EQ(wb_inspect("a/b", &none), WB_ERR_NOT_FOUND) << "there is no user a";
  EXPECT_EQ(wb_inspect("a/b/c", &none), WB_ERR_NAME);
  EXPECT_EQ(wb_inspect(nullptr, &none), WB_ERR_ARGUMENT);
  EXPECT_EQ(none, nullptr);
  std::size_t count;
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_inspection_stream(nullptr, nullptr), wb_inspection_stream(inspection.get(), nullptr),
              wb_inspection_readers(inspection.get(), nullptr, 1, &count),
              wb_inspection_parameter(inspection.get(), 0, nullptr));
  EXPECT_EQ(wb_inspection_schema(nullptr), nullptr);
  wb_inspection_close(nullptr);
}

TEST_F(Streams, the_list_is_sorted_and_counts_what_does_not_fit) {
  std::size_t count = 9;
  ASSERT_OK(wb_list(nullptr, 0, &count));
  EXPECT_EQ(count, 0u);
  const Writer b = make_writer("b"), a = make_writer("a"), c = make_writer("c.writer");
  wb_name names[2];
  ASSERT_OK(wb_list(names, 2, &count));
  EXPECT_EQ(count, 3u);
  EXPECT_STREQ(names[0].text, "a");
  EXPECT_STREQ(names[1].text, "b");
  EXPECT_EQ(wb_list(nullptr, 1, &count), WB_ERR_ARGUMENT);
  EXPECT_EQ(wb_list(names, 2, nullptr), WB_ERR_ARGUMENT);
}

TEST_F(Streams, streams_with_names_alike_do_not_disturb_each_other) {
  const char* names[] = {"a", "a.reader0", "a.writer", "a.manifest", "a.manifest.new", ".", "..", "-"};
  std::vector<Writer> writers;
  std::vector<Reader> readers;
  for (const char* name : names) {
    writers.push_back(make_writer(name));
    readers.push_back(make_reader(name));
  }
  for (const Writer& writer : writers) publish(writer.get(), 2);
  for (const Reader& reader : readers) EXPECT_OK(take(reader));
}

TEST_F(Outside, collection_touches_nothing_that_lives) {
  const Reader reader = make_reader();
  publish(writer.get(), 1);
  const std::vector<std::string> before = directory.files();
  wb_collect_report report;
  ASSERT_OK(wb_collect(nullptr, &report));
  ASSERT_OK(wb_collect("swarm", &report));
  EXPECT_EQ(report.streams + report.readers + report.objects + report.files, 0u);
  EXPECT_EQ(directory.files(), before);
  publish(writer.get(), 1);
  EXPECT_EQ(next(reader), 2u);
}

TEST_F(Outside, collection_spares_a_closed_stream_that_a_reader_still_reads) {
  const Reader reader = make_reader();
  publish(writer.get(), 1);
  writer.reset();
  ASSERT_OK(wb_collect(nullptr, nullptr));
  EXPECT_OK(take(reader));
  writer = make_writer();
  EXPECT_EQ(take(reader), WB_RESTARTED) << "and its successor goes on with it";
}

TEST_F(Streams, collection_of_what_is_not_there_makes_nothing) {
  wb_collect_report report{};
  EXPECT_NE(wb_collect("nothing", &report), WB_OK);
  EXPECT_NE(wb_collect("../outside", &report), WB_OK);
  EXPECT_NE(wb_collect("", &report), WB_OK);
  EXPECT_TRUE(directory.files().empty());
  EXPECT_FALSE(std::filesystem::exists(directory.path() + "/../outside.writer"));
}

TEST_F(Streams, the_same_directory_by_any_name_is_the_same_place) {
  const Writer writer = make_writer();
  const std::string real = directory.path(), base = std::filesystem::path(real).filename();
  const std::string link = directory.file("link");
  std::filesystem::create_symlink(".", link);
  for (const std::string& name : {real + "/", real + "/.", real + "/../" + base, link}) {
    ::setenv("WINGBEAT_DIR", name.c_str(), 1);
    Writer second;
    EXPECT_EQ(create({}, second), WB_ERR_BUSY) << name;
    const Reader reader = make_reader();
    EXPECT_OK(wb_reader_attach(reader.get(), 0));
  }
  ::setenv("WINGBEAT_DIR", real.c_str(), 1);
  std::filesystem::remove(link);
}

TEST_F(Streams, different_directories_are_different_places_even_if_named_alike) {
  const std::string here = std::filesystem::current_path(), real = directory.path();
  const auto go_to = [&](const std::string& name) {
    std::filesystem::create_directory(real + name);
    std::filesystem::current_path(real + name);
  };
  ::setenv("WINGBEAT_DIR", ".", 1);
  {
    go_to("/one");
    const Writer first = make_writer();
    go_to("/two");
    const Writer second = make_writer();
    go_to("/one");
    publish(first.get(), 1);
    EXPECT_OK(take(make_reader()));
  }
  std::filesystem::current_path(here);
  ::setenv("WINGBEAT_DIR", real.c_str(), 1);
  for (const char* name : {"/one", "/two"}) EXPECT_TRUE(std::filesystem::remove(real + name)) << "empty";
}

TEST_F(Streams, files_are_the_owners_alone) {
  ::umask(0);
  const Writer writer = make_writer();
  const Reader reader = make_reader();
  std::vector<std::string> paths;
  for (const std::string& name : directory.files()) paths.push_back(directory.file(name));
  for (const std::string& name : directory.objects()) paths.push_back("/dev/shm/" + name);
  for (const std::string& path : paths) {
    struct stat status;
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << path;
  }
}

}  // namespace
