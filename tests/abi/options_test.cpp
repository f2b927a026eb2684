// Programs compiled with an older, shorter options struct, and with a newer, longer one.
#include <cstddef>
#include <cstring>
#include <string>

#include "support/own_directory.hpp"

namespace {

// As wingbeat.h had it when `every` and `flags` did not exist.
struct FirstReaderOptions {
  size_t struct_size;
  int32_t mode;
  uint32_t leases;
  int64_t spin_ns;
  const char* label;
};
static_assert(sizeof(FirstReaderOptions) == 32 && sizeof(FirstReaderOptions) < sizeof(wb_reader_options));

// As a later release may have them.
struct LaterReaderOptions {
  wb_reader_options known;
  uint64_t unknown[4];
};
struct LaterParameterOptions {
  wb_parameter_options known;
  uint64_t unknown[4];
};

class Options : public wbtest::OwnDirectory {
 protected:
  ~Options() override { wb_spec_destroy(spec_); }

  template <class Any>
  int open_reader(const Any& options) {
    wb_reader* reader = nullptr;
    const int code = wb_reader_open("swarm", reinterpret_cast<const wb_reader_options*>(&options), &reader);
    wb_reader_close(reader);
    return code;
  }

  template <class Any>
  int add_parameter(const Any& options) {
    if (spec_ == nullptr) {
      EXPECT_EQ(wb_spec_create("swarm", 10, &spec_), WB_OK);
    }
    return wb_spec_add_parameter(spec_, "speed", reinterpret_cast<const wb_parameter_options*>(&options));
  }

 private:
  wb_spec* spec_ = nullptr;
};

// What follows an old struct in its caller's memory is not looked at: were it read as `every` and `flags`, it would be refused.
TEST_F(Options, of_the_first_release_are_taken_and_nothing_behind_them_is_read) {
  struct {
    FirstReaderOptions options;
    unsigned char behind[64];
  } caller = {};
  std::memset(caller.behind, 0xff, sizeof caller.behind);
  caller.options.struct_size = sizeof caller.options;
  caller.options.mode = WB_EVERY;
  EXPECT_EQ(open_reader(caller), WB_OK) << wb_error_message();
  caller.options.struct_size = sizeof(wb_reader_options);
  EXPECT_EQ(open_reader(caller), WB_ERR_ARGUMENT) << "what follows is refused when it is stated to be there";
}

TEST_F(Options, shorter_than_any_release_had_them_are_refused) {
  wb_reader_options options = {};
  for (const size_t size : {size_t{0}, size_t{8}, sizeof(FirstReaderOptions) - 1}) {
    options.struct_size = size;
    EXPECT_EQ(open_reader(options), WB_ERR_ARGUMENT) << size;
    EXPECT_NE(std::string(wb_error_message()).find("struct_size"), std::string::npos) << wb_error_message();
  }
}

TEST_F(Options, of_a_later_release_are_taken_if_what_is_unknown_is_zero) {
  LaterReaderOptions options = {};
  options.known.struct_size = sizeof options;
  EXPECT_EQ(open_reader(options), WB_OK) << wb_error_message();
  options.unknown[3] = 1;
  EXPECT_EQ(open_reader(options), WB_ERR_ARGUMENT);
  EXPECT_NE(std::string(wb_error_message()).find("update the library"), std::string::npos) << wb_error_message();
}

TEST_F(Options, with_an_absurd_size_are_refused_unread) {
  wb_reader_options options = {};
  options.struct_size = SIZE_MAX;
  EXPECT_EQ(open_reader(options), WB_ERR_ARGUMENT);
}

TEST_F(Options, of_a_parameter_are_versioned_as_well) {
  LaterParameterOptions options = {};
  options.known.struct_size = sizeof options;
  options.known.type = WB_VALUE_F64;
  options.unknown[0] = 1;
  EXPECT_EQ(add_parameter(options), WB_ERR_ARGUMENT);
  options.unknown[0] = 0;
  options.known.struct_size = sizeof options.known - 1;
  EXPECT_EQ(add_parameter(options), WB_ERR_ARGUMENT) << "the first release had all of it";
  options.known.struct_size = sizeof options;
  EXPECT_EQ(add_parameter(options), WB_OK) << wb_error_message();
}

}  // namespace
