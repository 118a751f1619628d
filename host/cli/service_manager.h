#pragma once
// What a service manager (systemd) and the hub tell each other: sockets that it listens on for us,
// when we are ready, that we are alive. Without one nothing happens. sd_listen_fds(3),
// sd_notify(3).
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "net/loops.h"
#include "upkeep/ticker.h"

namespace patchbay::cli {

// The one socket we were started with; -1: none. Before any thread, and once: it is ours then.
// kConfiguration: there are several.
Result<int> given_socket();

enum class Word : std::uint8_t { kReady, kReloading, kStopping };
void tell_service_manager(Word word);

// Tells the service manager that we are alive, as often as it asked for, each time after every loop
// has answered: a loop that hangs lets it restart us. On loop 0.
class LifeSign {
 public:
  explicit LifeSign(net::LoopPool& loops);  // which outlives it
  void start();
  void stop();

 private:
  std::unique_ptr<upkeep::Ticker> ticker_;  // null: nobody asked
};

}  // namespace patchbay::cli
