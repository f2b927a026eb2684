#include "shared_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <thread>

namespace wingbeat::bench {
namespace {

std::string path_of(const Setup& setup) { return setup.directory + "/memory"; }

}  // namespace

SharedFile::SharedFile(int file, std::uint64_t bytes) : bytes_(bytes) {
  void* memory = file < 0 ? MAP_FAILED : ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) ::close(file);
  if (memory == MAP_FAILED) throw std::runtime_error("cannot map the batch's memory");
  memory_ = static_cast<std::byte*>(memory);
}

SharedFile SharedFile::make(const Setup& setup, std::uint64_t bytes) {
  const std::string half_made = path_of(setup) + ".new";
  const int file = ::open(half_made.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0 && ::posix_fallocate(file, 0, static_cast<off_t>(bytes)) != 0)
    throw std::runtime_error("not enough memory for the batch");
  SharedFile made(file, bytes);
  std::filesystem::rename(half_made, path_of(setup));
  return made;
}

SharedFile SharedFile::open(const Setup& setup, std::uint64_t bytes) {
  for (auto left = kConnectLimit / std::chrono::milliseconds(1); left > 0 && !std::filesystem::exists(path_of(setup));
       --left)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return SharedFile(::open(path_of(setup).c_str(), O_RDWR | O_CLOEXEC), bytes);
}

SharedFile::~SharedFile() {
  if (memory_ != nullptr) ::munmap(memory_, bytes_);
}

}  // namespace wingbeat::bench
