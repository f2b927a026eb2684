// Whether a live writer leaves the bytes of a golden segment: the vectors are what the library writes, not what it could read.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "installed.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using vectors::layout::DataHeader;
using vectors::layout::DataHot;
using vectors::layout::SlotHeader;

std::string object_content(const std::string& name, std::size_t bytes) {
  const int descriptor = ::shm_open(name.c_str(), O_RDONLY, 0);
  EXPECT_GE(descriptor, 0);
  void* place = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  EXPECT_NE(place, MAP_FAILED);
  std::string content(static_cast<const char*>(place), bytes);
  ::munmap(place, bytes);
  return content;
}

wbtest::Writer writer_of_minimal() {
  wb_spec* raw_spec = nullptr;
  EXPECT_OK(wb_spec_create("minimal", 2, &raw_spec));
  const wbtest::Spec spec(raw_spec);
  EXPECT_OK(wb_spec_add_per_agent(raw_spec, "position", WB_F32, 3, "x y z", "m"));
  EXPECT_OK(wb_spec_set_option(raw_spec, WB_OPTION_LEASE_BUDGET, 1));
  EXPECT_OK(wb_spec_set_option(raw_spec, WB_OPTION_MAX_READERS, 1));
  EXPECT_OK(wb_spec_set_option(raw_spec, WB_OPTION_HISTORY, 0));
  wb_writer* writer = nullptr;
  EXPECT_OK(wb_writer_create(raw_spec, &writer));
  return wbtest::Writer(writer);
}

template <class T>
void put(std::string& bytes, std::uint64_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

// Replaces what differs from run to run: identity, process and times.
void make_comparable(std::string& data, std::string& control) {
  put(data, offsetof(DataHeader, identity), vectors::kIdentity);
  put(control, offsetof(vectors::layout::ControlHeader, identity), vectors::kIdentity);
  put(data, offsetof(DataHeader, create_time_ns), vectors::kCreateTimeNs);
  put(data, vectors::layout::kDataHotOffset + offsetof(DataHot, pid), vectors::kWriterPid);
  put(data, 4096 + offsetof(SlotHeader, publish_time_ns), vectors::publish_time_ns(1));
  put(data, 4096 + offsetof(SlotHeader, begin_time_ns), vectors::publish_time_ns(1) - 250'000);
}

// A living writer has chosen the slot of the next frame already: its word says WRITING(2). Gives it back.
void give_next_slot_back(std::string& data) {
  std::uint64_t stride, word;
  std::memcpy(&stride, data.data() + offsetof(DataHeader, slot_stride), sizeof stride);
  std::memcpy(&word, data.data() + 4096 + stride, sizeof word);
  EXPECT_EQ(word, std::uint64_t{2} << 2 | vectors::layout::kWriting);
  put(data, 4096 + stride, std::uint64_t{0});
}

using live_stream = wbtest::Streams;

TEST_F(live_stream, leaves_the_bytes_of_the_minimal_vector) {
  wbtest::Writer writer = writer_of_minimal();
  const float position[] = {1, 2, 3, -0.5F, 0.25F, 1024};
  wb_slot slot;
  ASSERT_OK(wb_writer_begin(writer.get(), &slot));
  ASSERT_OK(wb_writer_copy(writer.get(), 0, position, 3 * sizeof(float), 2));
  ASSERT_OK(wb_writer_publish(writer.get(), 10, 5.0));

  vectors::layout::Manifest manifest;
  ASSERT_FALSE(vectors::layout::from_text(directory.read("minimal.manifest"), manifest));
  std::string data = object_content(manifest.data_object, manifest.data_bytes);
  std::string control = object_content(manifest.control_object, manifest.control_bytes);
  make_comparable(data, control);
  give_next_slot_back(data);
  EXPECT_TRUE(data == vectors::read_file(std::string(WINGBEAT_VECTORS) + "/minimal.data"));
  EXPECT_TRUE(control == vectors::read_file(std::string(WINGBEAT_VECTORS) + "/minimal.control"));
  writer.reset();
  EXPECT_TRUE(directory.files().empty());
}

}  // namespace
