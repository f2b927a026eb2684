// Times each operation with Google Benchmark and accepts its options, such as --benchmark_filter=publish and
// --benchmark_out=FILE. The column Time is the result; the column CPU includes the preparation of the runs.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "operations.hpp"

namespace {

using Clock = std::chrono::steady_clock;

// Times the runs without their preparation. The clock is read once for each batch.
void measure(benchmark::State& state, const wingbeat::bench::NamedOperation& named) {
  const std::unique_ptr<wingbeat::bench::Operation> operation = named.make();
  const unsigned batch = operation->batch();
  while (state.KeepRunningBatch(batch)) {
    operation->prepare();
    const Clock::time_point start = Clock::now();
    for (unsigned i = 0; i < batch; ++i) operation->run();
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
  }
}

// A private runtime directory.
class RuntimeDirectory {
 public:
  RuntimeDirectory() {
    std::string path = (std::filesystem::temp_directory_path() / "wingbeat-micro.XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make " + path);
    ::setenv("WINGBEAT_DIR", path.c_str(), 1);
    path_ = path;
  }
  ~RuntimeDirectory() { std::filesystem::remove_all(path_); }

 private:
  std::filesystem::path path_;
};

}  // namespace

int main(int argc, char** argv) {
  const RuntimeDirectory directory;
  for (const auto& named : wingbeat::bench::operations())
    benchmark::RegisterBenchmark(named.name, measure, named)->UseManualTime()->Unit(benchmark::kNanosecond);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
