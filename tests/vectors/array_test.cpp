// The golden arrays: what attaches to them sees what they describe, and what is created has their bytes.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "installed.hpp"
#include "support/streams.hpp"
#include "vectors.hpp"

namespace {

using vectors::ArrayVector;
const std::string kVectors = WINGBEAT_VECTORS;

using wbtest::Array;

class golden_array : public testing::TestWithParam<ArrayVector> {
 protected:
  ~golden_array() override { wb_array_remove(name.c_str()); }

  std::string content() const { return vectors::read_file(kVectors + "/arrays/" + GetParam().name + ".array"); }
  const std::string name = "/wbtest-vector-" + std::to_string(getpid());
};

TEST_P(golden_array, is_attached_to_as_described) {
  const std::string bytes = content();
  const int descriptor = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  ASSERT_GE(descriptor, 0);
  ASSERT_EQ(::write(descriptor, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(descriptor);
  wb_array* raw = nullptr;
  ASSERT_OK(wb_array_attach(name.c_str(), 0, 0, nullptr, 0, &raw));
  const Array array(raw);
  wb_array_info info;
  ASSERT_OK(wb_array_get_info(raw, &info));
  const std::vector<std::uint64_t> shape(info.shape, info.shape + info.dimensions);
  const vectors::Json seen = {
      {"type", wb_type_name(static_cast<int>(info.type))}, {"shape", shape}, {"lock", info.has_lock == 1}};
  EXPECT_EQ(seen, vectors::Json::parse(vectors::read_file(kVectors + "/arrays/" + GetParam().name + ".json")));
  const std::size_t offset = info.dimensions > 6 ? 128 : 64;
  EXPECT_EQ(std::memcmp(wb_array_data(raw), bytes.data() + offset, info.size_bytes), 0);
}

TEST_P(golden_array, has_the_header_and_place_of_the_lock_of_one_that_is_created) {
  const std::string bytes = content();
  const auto shape = GetParam().expected["shape"].get<std::vector<std::uint64_t>>();
  int type = WB_I8;
  while (GetParam().expected["type"] != wb_type_name(type)) ++type;
  wb_array* raw = nullptr;
  ASSERT_EQ(wb_array_create(name.c_str(), type, static_cast<std::uint32_t>(shape.size()), shape.data(), &raw), WB_OK);
  const Array array(raw);
  const std::size_t offset = shape.size() > 6 ? 128 : 64;
  const auto* begin = static_cast<const char*>(wb_array_data(raw)) - offset;
  EXPECT_EQ(std::string(begin, offset), bytes.substr(0, offset));
  if (!GetParam().expected["lock"]) return;
  const std::size_t lock = bytes.size() - 256;
  EXPECT_EQ(std::string(begin + lock, 16), bytes.substr(lock, 16));
}

INSTANTIATE_TEST_SUITE_P(spec, golden_array, testing::ValuesIn(vectors::array_vectors()),
                         [](const auto& vector) { return vector.param.name; });

TEST(array_vectors, are_made_again_byte_for_byte) {
  std::size_t files = 0;
  for (const ArrayVector& vector : vectors::array_vectors()) {
    for (const vectors::File& file : vectors::files_of(vector)) {
      EXPECT_TRUE(vectors::read_file(kVectors + "/" + file.name) == file.content)
          << file.name << " differs: the format has changed";
      ++files;
    }
  }
  const auto there = std::filesystem::directory_iterator(kVectors + "/arrays");
  EXPECT_EQ(static_cast<std::size_t>(std::distance(begin(there), end(there))), files);
}

}  // namespace
