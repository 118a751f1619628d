#pragma once
// How many requests may be under way to one host at once: the rest waits in line, first come first
// served, so that neither a connector nor many accounts at once can flood a provider. One loop.
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "net/asio.h"

namespace patchbay::net {

class HostSlots : public std::enable_shared_from_this<HostSlots> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  HostSlots(asio::io_context& loop, std::size_t most) : loop_(loop), most_(most) {}

  // Held while a request is under way.
  class Slot {
   public:
    Slot(std::shared_ptr<HostSlots> slots, std::string host)
        : slots_(std::move(slots)), host_(std::move(host)) {}
    Slot(Slot&&) noexcept = default;
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (slots_) slots_->give_back(host_);
    }

   private:
    std::shared_ptr<HostSlots> slots_;
    std::string host_;
  };

  // None when the deadline passes first or the waiting coroutine is cancelled.
  Task<std::optional<Slot>> take(std::string host, Time deadline);
  [[nodiscard]] std::size_t under_way(const std::string& host) const;

 private:
  struct Waiter;
  struct Line {
    std::size_t taken = 0;
    std::deque<std::shared_ptr<Waiter>> waiting;
  };
  void give_back(const std::string& host);

  asio::io_context& loop_;
  const std::size_t most_;
  std::map<std::string, Line> lines_;
};

}  // namespace patchbay::net
