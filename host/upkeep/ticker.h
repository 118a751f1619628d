#pragma once
// Does a piece of work now and again, each time after it was done, until stopped. On loop 0.
#include <chrono>
#include <functional>
#include <memory>

#include "net/asio.h"
#include "net/loops.h"

namespace patchbay::upkeep {

class Ticker {
 public:
  // The pool outlives it; what `work` refers to outlives the loops.
  Ticker(net::LoopPool& loops, std::chrono::milliseconds every, std::function<net::Task<>()> work);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // Any thread. Work under way at stop() is finished.
  void start();
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::upkeep
