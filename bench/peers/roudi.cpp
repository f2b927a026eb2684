#include "roudi.hpp"

#include <iceoryx_hoofs/posix_wrapper/posix_access_rights.hpp>
#include <iceoryx_posh/iceoryx_posh_config.hpp>
#include <iceoryx_posh/roudi/iceoryx_roudi_app.hpp>
#include <stdexcept>

namespace wingbeat::bench {
namespace {

iox::RouDiConfig_t config(std::uint64_t chunk_bytes, std::uint64_t chunks) {
  iox::mepoo::MePooConfig pool;
  pool.addMemPool({static_cast<std::uint32_t>(chunk_bytes), static_cast<std::uint32_t>(chunks)});
  const auto group = iox::posix::PosixGroup::getGroupOfCurrentProcess().getName();
  iox::RouDiConfig_t config;
  config.m_sharedMemorySegments.push_back({group, group, pool});
  return config;
}

}  // namespace

void run_roudi(std::uint64_t chunk_bytes, std::uint64_t chunks) {
  iox::config::CmdLineArgs_t arguments;
  arguments.logLevel = iox::log::LogLevel::kError;
  // No process dies in a batch, and RouDi must not treat a process that waits for a core as dead.
  arguments.monitoringMode = iox::roudi::MonitoringMode::OFF;
  iox::roudi::IceOryxRouDiApp roudi(arguments, config(chunk_bytes, chunks));
  if (roudi.run() != 0) throw std::runtime_error("RouDi could not run");
}

}  // namespace wingbeat::bench
