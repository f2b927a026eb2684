// Shared arrays and their lock, as one process sees them. Elements and every type: tests/api/array_test.cpp,
// tests/vectors. What deaths and stops do: tests/faults/array_death_test.cpp.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "layout/array.hpp"
#include "support/frames.hpp"

namespace {

using namespace wbtest;
using wingbeat::layout::ArrayHeader;
using wingbeat::layout::LockBlock;

class SharedArray : public Streams {
 protected:
  ~SharedArray() override { wb_array_remove(array_name().c_str()); }

  // An object as another program would make it.
  static void write_object(const void* content, std::size_t bytes, std::size_t object_bytes) {
    const int descriptor = ::shm_open(array_name().c_str(), O_RDWR | O_CREAT, 0600);
    ASSERT_GE(descriptor, 0);
    ASSERT_EQ(::ftruncate(descriptor, static_cast<off_t>(object_bytes)), 0);
    ASSERT_EQ(::pwrite(descriptor, content, bytes, 0), static_cast<ssize_t>(bytes));
    ::close(descriptor);
  }
  static std::size_t object_bytes() {
    const int descriptor = ::shm_open(array_name().c_str(), O_RDONLY, 0);
    struct stat status {};
    ::fstat(descriptor, &status);
    ::close(descriptor);
    return static_cast<std::size_t>(status.st_size);
  }
  static std::pair<Array, Array> both() {
    std::pair<Array, Array> handles;
    EXPECT_OK(create_array(handles.first));
    EXPECT_OK(attach_array(handles.second));
    return handles;
  }
  static int attach_to(const ArrayHeader& header, std::size_t object_bytes) {
    write_object(&header, sizeof header, object_bytes);
    Array array;
    return attach_array(array);
  }
  static LockBlock* lock_block(const Array& array) {
    wb_array_info info;
    EXPECT_OK(wb_array_get_info(array.get(), &info));
    auto* first = static_cast<std::uint8_t*>(wb_array_data(array.get()));
    const std::uint64_t offset = (64 + info.size_bytes + 127) / 128 * 128;
    return reinterpret_cast<LockBlock*>(first - 64 + offset);
  }
};

// A vector of three doubles, as InterProcessCommunication.jl writes it.
constexpr ArrayHeader kThree = {0x57412d31, 10, 1, 64, {3}};

double* doubles(const Array& array) { return static_cast<double*>(wb_array_data(array.get())); }

TEST_F(SharedArray, a_new_one_is_zero_and_has_type_shape_and_lock) {
  Array array;
  ASSERT_OK(create_array(array, {3, 4, 5}, WB_F32));
  wb_array_info info;
  ASSERT_OK(wb_array_get_info(array.get(), &info));
  EXPECT_EQ(info.type, std::uint32_t{WB_F32});
  EXPECT_EQ(info.dimensions, 3u);
  EXPECT_EQ(info.shape[0], 3u);
  EXPECT_EQ(info.shape[2], 5u);
  EXPECT_EQ(info.shape[3], 1u);
  EXPECT_EQ(info.size_bytes, 240u);
  EXPECT_EQ(info.has_lock, 1u);
  EXPECT_EQ(object_bytes(), 384u + sizeof(LockBlock)) << "header, numbers, lock";
  const auto* numbers = static_cast<float*>(wb_array_data(array.get()));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers) % 64, 0u);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(numbers[i], 0.0f);
}

TEST_F(SharedArray, creating_it_again_is_refused_and_changes_nothing) {
  Array one, two;
  ASSERT_OK(create_array(one));
  doubles(one)[0] = 7;
  EXPECT_EQ(create_array(two), WB_ERR_EXISTS);
  EXPECT_TRUE(message_has("f64 (3)"));
  EXPECT_EQ(doubles(one)[0], 7);
}

TEST_F(SharedArray, it_outlives_its_handles_and_collection) {
  Array array;
  ASSERT_OK(create_array(array));
  doubles(array)[1] = 3;
  array.reset();
  ASSERT_OK(wb_collect(nullptr, nullptr));
  ASSERT_OK(attach_array(array));
  EXPECT_EQ(doubles(array)[1], 3);
}

TEST_F(SharedArray, removing_it_frees_the_name_and_leaves_the_memory_of_those_attached) {
  Array old, made;
  ASSERT_OK(create_array(old));
  ASSERT_OK(wb_array_lock(old.get(), 0));
  ASSERT_OK(wb_array_remove(array_name().c_str()));
  EXPECT_EQ(wb_array_remove(array_name().c_str()), WB_NOT_READY);
  ASSERT_OK(create_array(made));
  doubles(old)[0] = 1;
  EXPECT_EQ(doubles(made)[0], 0);
  EXPECT_OK(wb_array_lock(made.get(), 0)) << "the lock of the new one is another";
}

TEST_F(SharedArray, attaching_says_what_does_not_fit) {
  Array array;
  ASSERT_OK(create_array(array, {3, 4}, WB_F32));
  Array other;
  EXPECT_EQ(attach_array(other, 0, {3, 4}, WB_F64), WB_ERR_TYPE);
  EXPECT_TRUE(message_has("f32 (3, 4), not f64 (3, 4)"));
  EXPECT_EACH(WB_ERR_TYPE, attach_array(other, 0, {4, 3}, WB_F32), attach_array(other, 0, {12}, WB_F32));
  EXPECT_EQ(attach_array(other, 0, {3, 4}, 0), WB_OK);
}

TEST_F(SharedArray, attaching_before_creating_waits_as_long_as_it_is_told) {
  Array early;
  EXPECT_EQ(attach_array(early, 10 * kMillisecond), WB_NOT_READY);
  Array array;
  const Later creator(50, [&] { EXPECT_OK(create_array(array)); });
  EXPECT_OK(attach_array(early, kLong));
}

TEST_F(SharedArray, names_and_shapes_are_checked) {
  wb_array* array = nullptr;
  const std::uint64_t three = 3;
  const auto create = [&](const char* name, std::vector<std::uint64_t> shape, int type = WB_F32) {
    return wb_array_create(name, type, static_cast<std::uint32_t>(shape.size()), shape.data(), &array);
  };
  const std::string long_name = "/" + std::string(300, 'x');
  for (const char* name : {"", "/", "flock", "/a/b", "/.", "/..", "/wb-mine", long_name.c_str()})
    EXPECT_EQ(create(name, {3}), WB_ERR_NAME) << name;
  EXPECT_EACH(WB_ERR_ARGUMENT, create("/x", {0}), create("/x", {3}, 13), create(nullptr, {3}));
  EXPECT_EACH(WB_ERR_LIMIT, wb_array_create("/x", WB_F32, 0, &three, &array), create("/x", {1, 1, 1, 1, 1, 1, 1, 1, 1}),
              create("/x", {std::uint64_t{1} << 33, std::uint64_t{1} << 33}));
}

TEST_F(SharedArray, one_of_another_program_can_be_attached_to_and_has_no_lock) {
  write_object(&kThree, sizeof kThree, 64 + 24);
  const double seven = 7;
  const int descriptor = ::shm_open(array_name().c_str(), O_RDWR, 0);
  ASSERT_EQ(::pwrite(descriptor, &seven, sizeof seven, 64 + 8), 8);
  ::close(descriptor);
  Array array;
  ASSERT_OK(attach_array(array, 0, {3}, WB_F64));
  EXPECT_EQ(doubles(array)[1], 7);
  wb_array_info info;
  ASSERT_OK(wb_array_get_info(array.get(), &info));
  EXPECT_EQ(info.has_lock, 0u);
  EXPECT_EQ(wb_array_lock(array.get(), 0), WB_ERR_NOT_FOUND);
  EXPECT_EQ(create_array(array), WB_ERR_EXISTS);
}

TEST_F(SharedArray, one_that_is_not_finished_is_not_ready_and_attaching_changes_nothing) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{10}, std::size_t{4096}}) {
    write_object("", 0, bytes);
    Array array;
    EXPECT_EQ(attach_array(array, 5 * kMillisecond), WB_NOT_READY);
    EXPECT_EQ(object_bytes(), bytes);
    EXPECT_EQ(create_array(array), WB_ERR_EXISTS) << "another program may be making it";
    EXPECT_EQ(object_bytes(), bytes);
  }
  ArrayHeader no_shape = kThree;
  no_shape.shape[0] = 0;
  EXPECT_EQ(attach_to(no_shape, 4096), WB_NOT_READY);
  EXPECT_OK(wb_array_remove(array_name().c_str()));
}

TEST_F(SharedArray, one_that_is_smaller_than_it_says_is_refused_and_never_touched) {
  EXPECT_EQ(attach_to(kThree, 64 + 23), WB_ERR_CORRUPT);
  ArrayHeader large = kThree;
  large.shape[0] = 1 << 30;
  EXPECT_EQ(attach_to(large, 4096), WB_ERR_CORRUPT);
  EXPECT_TRUE(message_has("smaller"));
  EXPECT_EQ(object_bytes(), 4096u);
}

TEST_F(SharedArray, headers_that_lie_are_refused) {
  const auto with = [](auto change) {
    ArrayHeader header = kThree;
    change(header);
    return attach_to(header, 4096);
  };
  EXPECT_EQ(with([](auto& h) { h.magic = 0x12345678; }), WB_ERR_CORRUPT);
  EXPECT_EQ(wb_array_remove(array_name().c_str()), WB_ERR_CORRUPT) << "it is something else's";
  EXPECT_EACH(WB_ERR_CORRUPT, with([](auto& h) { h.type = 0; }), with([](auto& h) { h.type = 13; }),
              with([](auto& h) { h.offset = 128; }), with([](auto& h) { h.offset = -1; }),
              with([](auto& h) { h.shape[0] = -1; }), with([](auto& h) { h.shape[0] = INT64_MAX; }));
  EXPECT_EQ(with([](auto& h) { h.dimensions = 0; }), WB_ERR_INCOMPATIBLE);
  EXPECT_EQ(with([](auto& h) { h.dimensions = 65535; }), WB_NOT_READY) << "a dimension is zero: not finished";
}

TEST_F(SharedArray, one_holds_the_lock_at_a_time) {
  const auto [one, two] = both();
  ASSERT_OK(wb_array_lock(one.get(), 0));
  EXPECT_EQ(wb_array_lock(two.get(), 0), WB_LOCKED);
  const std::uint64_t start = wb_now_ns();
  EXPECT_EQ(wb_array_lock(two.get(), 60 * kMillisecond), WB_LOCKED);
  EXPECT_GE(wb_now_ns() - start, static_cast<std::uint64_t>(60 * kMillisecond));
  EXPECT_EQ(wb_array_lock(one.get(), 0), WB_ERR_STATE);
  EXPECT_EQ(wb_array_unlock(two.get()), WB_ERR_STATE);
  ASSERT_OK(wb_array_unlock(one.get()));
  EXPECT_EQ(wb_array_unlock(one.get()), WB_ERR_STATE);
  EXPECT_OK(wb_array_lock(two.get(), 0));
}

TEST_F(SharedArray, who_waits_for_the_lock_gets_it) {
  Array one, two;
  ASSERT_OK(create_array(one));
  ASSERT_OK(attach_array(two));
  ASSERT_OK(wb_array_lock(one.get(), 0));
  std::thread waiter([&] { EXPECT_OK(wb_array_lock(two.get(), kLong)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_OK(wb_array_unlock(one.get()));
  waiter.join();
}

TEST_F(SharedArray, threads_with_a_handle_each_lose_no_addition) {
  constexpr int kThreads = 4, kTurns = 5000;
  Array array;
  ASSERT_OK(create_array(array));
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([] {
      Array own;
      ASSERT_OK(attach_array(own));
      for (int k = 0; k < kTurns; ++k) {
        ASSERT_OK(wb_array_lock(own.get(), kLong));
        doubles(own)[0] += 1;
        ASSERT_OK(wb_array_unlock(own.get()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(doubles(array)[0], kThreads * kTurns);
}

TEST_F(SharedArray, another_runtime_directory_or_backend_is_refused) {
  Array array;
  ASSERT_OK(create_array(array));
  LockBlock* block = lock_block(array);
  block->directory += 1;
  EXPECT_EQ(wb_array_lock(array.get(), 0), WB_ERR_INCOMPATIBLE);
  block->directory -= 1;
  block->backend[0] = 'x';
  EXPECT_EQ(wb_array_lock(array.get(), 0), WB_ERR_INCOMPATIBLE);
  block->version = 2;
  EXPECT_EQ(wb_array_lock(array.get(), 0), WB_ERR_INCOMPATIBLE);
}

TEST_F(SharedArray, a_lock_word_that_was_scribbled_over_is_recovered) {
  Array array;
  ASSERT_OK(create_array(array));
  for (const std::uint64_t garbage : {~std::uint64_t{0}, std::uint64_t{0xfff0}, std::uint64_t{5}}) {
    lock_block(array)->holder = garbage;
    EXPECT_EQ(wb_array_lock(array.get(), kLong), WB_ABANDONED);
    EXPECT_OK(wb_array_unlock(array.get()));
  }
  ASSERT_OK(wb_array_lock(array.get(), 0));
  lock_block(array)->holder = 0;
  EXPECT_OK(wb_array_unlock(array.get()));
  EXPECT_OK(wb_array_lock(array.get(), 0));
}

TEST_F(SharedArray, a_scribbler_at_full_speed_costs_turns_and_no_more) {
  const auto [array, other] = both();
  LockBlock* block = lock_block(array);
  std::atomic<bool> stop{false};
  std::thread scribbler([&] {
    auto& holder = reinterpret_cast<std::atomic<std::uint64_t>&>(block->holder);
    auto& bell = reinterpret_cast<std::atomic<std::uint32_t>&>(block->bell);
    for (std::uint64_t garbage = 1; !stop; garbage = garbage * 6364136223846793005 + 1442695040888963407) {
      holder = garbage;
      bell = static_cast<std::uint32_t>(garbage >> 32);
    }
  });
  for (int i = 0; i < 100; ++i) {
    wb_array* const handle = i % 2 == 0 ? array.get() : other.get();
    const int code = wb_array_lock(handle, 2 * kMillisecond);
    ASSERT_TRUE(code == WB_OK || code == WB_ABANDONED || code == WB_LOCKED) << code;
    if (code != WB_LOCKED) {
      ASSERT_OK(wb_array_unlock(handle));
    }
  }
  stop = true;
  scribbler.join();
}

TEST_F(SharedArray, arguments_that_are_null_are_refused) {
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_array_attach(nullptr, 0, 0, nullptr, 0, nullptr), wb_array_remove(nullptr),
              wb_array_lock(nullptr, 0), wb_array_unlock(nullptr), wb_array_get_info(nullptr, nullptr));
  EXPECT_EQ(wb_array_data(nullptr), nullptr);
  wb_array_close(nullptr);
}

TEST_F(SharedArray, a_new_one_takes_away_lock_files_of_the_dead_alone) {
  directory.write("array-00000000000000ff.party0", "");
  Array first, second;
  ASSERT_OK(create_array(first));
  EXPECT_TRUE(directory.files().empty());
  ASSERT_OK(wb_array_lock(first.get(), 0));
  ASSERT_EQ(directory.files().size(), 1u);
  const std::string living = directory.files()[0];
  ASSERT_OK(wb_array_remove(array_name().c_str()));
  directory.write("array-00000000000000ff.party1", "");
  ASSERT_OK(create_array(second));
  EXPECT_EQ(directory.files(), std::vector<std::string>{living});
}

}  // namespace
