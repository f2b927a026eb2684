// The sender writes frames in turn to the slots of a file. Numbers tell a reader that there is a new frame and that
// it was read whole. PEER_DISK: the file is on a disk, otherwise in the batch's folder on tmpfs.
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "peer.hpp"

namespace wingbeat::bench {
namespace {

constexpr bool kDisk = PEER_DISK;

void need(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("cannot " + what + ": " + std::strerror(errno));
}

std::string folder_of(const Setup& setup) {
  return kDisk ? (std::filesystem::temp_directory_path() / ("wingbeat-" + setup.name)).string() : setup.directory;
}

// The folder of the sender. On a disk it is created, and removed at the end.
class Folder {
 public:
  explicit Folder(const Setup& setup) : path_(folder_of(setup)) {
    if (!kDisk) return;
    need(::mkdir(path_.c_str(), 0700) == 0, "make " + path_);
    struct statfs system {};
    need(::statfs(path_.c_str(), &system) == 0, "look at " + path_);
    if (system.f_type != TMPFS_MAGIC) return;
    ::rmdir(path_.c_str());
    throw std::runtime_error(path_ + " is not on a disk; set TMPDIR");
  }
  Folder(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (kDisk) std::filesystem::remove_all(path_, ignored);
  }

 private:
  std::string path_;
};

class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  Descriptor(Descriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  int get() const { return file_; }

 private:
  int file_;
};

void write(const Descriptor& file, const void* data, std::size_t bytes, std::size_t at) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t count =
        ::pwrite(file.get(), static_cast<const char*>(data) + done, bytes - done, static_cast<off_t>(at + done));
    need(count > 0, "write a file");
    done += static_cast<std::size_t>(count);
  }
}

void read(const Descriptor& file, void* data, std::size_t bytes, std::size_t at) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t count =
        ::pread(file.get(), static_cast<char*>(data) + done, bytes - done, static_cast<off_t>(at + done));
    need(count > 0, "read a file");
    done += static_cast<std::size_t>(count);
  }
}

// Each slot of `frames` has the number of the frame that is being written there and, a page later, the frame.
// `number` has the number of the last whole frame. Receivers watch only `number`, so that they wake once per frame.
class Files {
 public:
  Files(const Setup& setup, int flags)
      : bytes_(setup.bytes),
        stride_(kPageBytes + (bytes_ + kPageBytes - 1) / kPageBytes * kPageBytes),
        slots_(setup.readers + 3),
        number_path_(folder_of(setup) + "/number"),
        number_(opened(number_path_, flags)),
        frames_(opened(folder_of(setup) + "/frames", flags)) {}

  std::uint64_t slots() const { return slots_; }
  const std::string& number_path() const { return number_path_; }

  void write_frame(std::uint64_t number, const void* data) const {
    write(frames_, &number, sizeof number, slot(number));
    write(frames_, data, bytes_, slot(number) + kPageBytes);
    write_number(number);
  }
  void write_number(std::uint64_t number) const { write(number_, &number, sizeof number, 0); }
  std::uint64_t read_number() const { return number_at(number_, 0); }
  // Returns false if the frame was overwritten during the read.
  bool read_frame(std::uint64_t number, void* data) const {
    read(frames_, data, bytes_, slot(number) + kPageBytes);
    return number_at(frames_, slot(number)) == number;
  }

 private:
  static constexpr std::uint64_t kPageBytes = 4096;

  static Descriptor opened(const std::string& path, int flags) {
    Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    need(file.get() >= 0, "open " + path);
    return file;
  }
  static std::uint64_t number_at(const Descriptor& file, std::size_t at) {
    std::uint64_t number = 0;
    read(file, &number, sizeof number, at);
    return number;
  }
  std::size_t slot(std::uint64_t number) const { return number % slots_ * stride_; }

  std::uint64_t bytes_, stride_, slots_;
  std::string number_path_;
  Descriptor number_, frames_;
};

class FileSender final : public Sender {
 public:
  explicit FileSender(const Setup& setup)
      : folder_(setup), files_(setup, O_RDWR | O_CREAT | O_EXCL), frame_(setup.bytes / 8) {
    files_.write_number(0);
  }
  std::byte* begin() override { return reinterpret_cast<std::byte*>(frame_.data()); }
  void send() override { files_.write_frame(++number_, frame_.data()); }

 private:
  Folder folder_;
  Files files_;
  std::vector<std::uint64_t> frame_;
  std::uint64_t number_ = 0;
};

class FileReceiver final : public Receiver {
 public:
  explicit FileReceiver(const Setup& setup)
      : files_(setup, O_RDONLY),
        wait_(setup.wait),
        frame_(setup.bytes / 8),
        changes_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
        number_(files_.read_number()) {
    if (wait_ == Wait::kSpin) return;
    need(::inotify_add_watch(changes_.get(), files_.number_path().c_str(), IN_MODIFY) >= 0, "watch a file");
  }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    for (unsigned i = 1; !reads_a_new_one(); ++i) {
      if (wait_ == Wait::kSleep) sleep(limit);
      if (wait_ == Wait::kSpin && i % 16 != 0) continue;
      if (now_ns() > end_ns) return nullptr;
    }
    return reinterpret_cast<const std::byte*>(frame_.data());
  }

 private:
  bool reads_a_new_one() {
    const std::uint64_t newest = files_.read_number();
    if (newest == number_) return false;
    const bool late = newest - number_ >= files_.slots() - 1;  // the next frame is or will soon be overwritten
    const std::uint64_t number = late ? newest : number_ + 1;
    if (!files_.read_frame(number, frame_.data())) return false;
    number_ = number;
    return true;
  }
  void sleep(std::chrono::nanoseconds limit) const {
    pollfd waited{changes_.get(), POLLIN, 0};
    const timespec time{limit.count() / 1'000'000'000, limit.count() % 1'000'000'000};
    ::ppoll(&waited, 1, &time, nullptr);
    alignas(inotify_event) char events[4096];
    while (::read(changes_.get(), events, sizeof events) > 0) {
    }
  }

  Files files_;
  Wait wait_;
  std::vector<std::uint64_t> frame_;
  Descriptor changes_;
  std::uint64_t number_;
};

}  // namespace

Peer peer() {
  return {kDisk ? "file-disk" : "file-tmpfs",
          "kernel",
          std::string(kDisk ? "in the system's temporary folder, through the page cache, without fsync" : "on tmpfs") +
              "; readers + 3 slots, pwrite to one between two numbers, pread; every frame in order, the newest if that "
              "was overwritten; spin: pread of the number, sleep: inotify",
          true,
          1ull << 30,
          [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<FileSender>(setup); },
          [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<FileReceiver>(setup); }};
}

}  // namespace wingbeat::bench
