#include "cli/service_manager.h"

#include <systemd/sd-daemon.h>

#include <chrono>
#include <ctime>
#include <string>

namespace patchbay::cli {
namespace {

net::Task<> nothing() {
  co_return;
}

net::Task<> visit_all(net::LoopPool& loops) {
  for (std::size_t i = 0; i < loops.size(); ++i) co_await net::run_on(loops.loop(i), nothing());
  ::sd_notify(0, "WATCHDOG=1");
}

// sd_notify(3): RELOADING comes with the time, so that a later READY is told apart.
std::string reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto us = (std::int64_t{now.tv_sec} * 1'000'000) + (now.tv_nsec / 1'000);
  return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us);
}

}  // namespace

Result<int> given_socket() {
  const int count = ::sd_listen_fds(1);
  if (count <= 0) return -1;
  if (count > 1)
    return make_error(
        ErrorCode::kConfiguration,
        "The hub was started with " + std::to_string(count) +
            " sockets, and listens on one: say ListenStream= once in the socket unit.");
  return SD_LISTEN_FDS_START;
}

void tell_service_manager(Word word) {
  switch (word) {
    case Word::kReady:
      ::sd_notify(0, "READY=1");
      break;
    case Word::kReloading:
      ::sd_notify(0, reloading().c_str());
      break;
    case Word::kStopping:
      ::sd_notify(0, "STOPPING=1");
      break;
  }
}

LifeSign::LifeSign(net::LoopPool& loops) {
  std::uint64_t within_us = 0;
  if (::sd_watchdog_enabled(0, &within_us) <= 0) return;
  const auto every = std::chrono::milliseconds(within_us / 3'000);
  ticker_ = std::make_unique<upkeep::Ticker>(loops, every, [&loops] { return visit_all(loops); });
}

void LifeSign::start() {
  if (ticker_) ticker_->start();
}

void LifeSign::stop() {
  if (ticker_) ticker_->stop();
}

}  // namespace patchbay::cli
