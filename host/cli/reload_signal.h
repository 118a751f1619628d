#pragma once
// SIGHUP: read the configuration again. Not where a terminal is: there it says that the terminal is
// gone, and ends the program as it always did.
#include <functional>
#include <memory>

#include "net/loops.h"

namespace patchbay::cli {

class ReloadSignal {
 public:
  // `reload` runs on loop 0, between a RELOADING and a READY to the service manager.
  ReloadSignal(net::LoopPool& loops, std::function<void()> reload);
  void start();
  void stop();  // any thread

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::cli
