// Shared arrays in C++.
#include <unistd.h>

#include <complex>
#include <type_traits>

#include "support/own_directory.hpp"

namespace {

using wbtest::OwnDirectory;
using namespace std::chrono_literals;
using wingbeat::SharedArray;

class CppArray : public OwnDirectory {
 protected:
  ~CppArray() override { static_cast<void>(SharedArray<float>::remove(name)); }
  const std::string name = "/wbtest-cpp-" + std::to_string(getpid());
};

TEST_F(CppArray, what_one_writes_the_other_reads) {
  auto one = SharedArray<float>::create(name, {3, 4}).value();
  auto two = SharedArray<float>::attach(name, {3, 4}).value();
  ASSERT_EQ(one.span().size(), 12u);
  one.span()[11] = 2.5f;
  EXPECT_EQ(two.span()[11], 2.5f);
  EXPECT_EQ(two.shape(), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_TRUE(two.has_lock());
}

TEST_F(CppArray, complex_numbers_are_elements_too) {
  auto one = SharedArray<std::complex<double>>::create(name, {2}).value();
  one.span()[1] = {1, -1};
  auto two = SharedArray<std::complex<double>>::attach(name).value();
  EXPECT_EQ(two.span()[1], std::complex<double>(1, -1));
}

TEST_F(CppArray, errors_are_results) {
  EXPECT_EQ(SharedArray<float>::attach(name).error().code(), WB_NOT_READY);
  const auto one = SharedArray<float>::create(name, {3}).value();
  EXPECT_EQ(SharedArray<float>::create(name, {3}).error().code(), WB_ERR_EXISTS);
  EXPECT_EQ(SharedArray<double>::attach(name).error().code(), WB_ERR_TYPE);
  EXPECT_EQ(SharedArray<float>::create("no-slash", {3}).error().code(), WB_ERR_NAME);
  EXPECT_TRUE(SharedArray<float>::remove(name).has_value());
  EXPECT_EQ(SharedArray<float>::remove(name).error().code(), WB_NOT_READY);
}

TEST_F(CppArray, the_lock_is_given_back_at_the_end_of_its_block) {
  auto one = SharedArray<int>::create(name, {1}).value();
  auto two = SharedArray<int>::attach(name).value();
  {
    auto lock = one.lock().value();
    EXPECT_TRUE(lock);
    EXPECT_FALSE(lock.was_abandoned());
    EXPECT_FALSE(two.lock(0s).value()) << "the other holds it";
    EXPECT_EQ(one.lock(0s).error().code(), WB_ERR_STATE);
  }
  auto lock = two.lock(0s).value();
  EXPECT_TRUE(lock);
  lock.unlock();
  EXPECT_FALSE(lock);
  EXPECT_TRUE(one.lock(0s).value());
}

TEST_F(CppArray, a_lock_can_be_moved_and_is_given_back_once) {
  auto one = SharedArray<int>::create(name, {1}).value();
  auto two = SharedArray<int>::attach(name).value();
  auto lock = one.lock().value();
  auto moved = std::move(lock);
  EXPECT_TRUE(moved);
  EXPECT_FALSE(two.lock(0s).value());
  moved = two.lock(0s).value();  // first the old one is given back; the right-hand side came before that
  EXPECT_FALSE(moved);
  EXPECT_TRUE(two.lock(0s).value());
  static_assert(!std::is_copy_constructible_v<wingbeat::ArrayLock>);
}

TEST_F(CppArray, an_array_that_ends_before_its_lock_was_given_back_leaves_it_abandoned) {
  auto one = SharedArray<int>::create(name, {1}).value();
  {
    auto two = SharedArray<int>::attach(name).value();
    ASSERT_EQ(wb_array_lock(two.raw(), 0), WB_OK);
  }
  EXPECT_TRUE(one.lock(0s).value().was_abandoned());
  EXPECT_FALSE(one.lock(0s).value().was_abandoned());
}

}  // namespace
