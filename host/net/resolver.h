#pragma once
// Name resolution behind a seam, so that tests decide what a name means. SystemResolver asks
// getaddrinfo on Asio's helper thread; a deadline or cancellation ends the wait at once, even
// though the look-up itself can't be stopped.
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/asio.h"

namespace patchbay::net {

class Resolver {
 public:
  virtual ~Resolver() = default;
  // Errors: kUnavailable (no such name, no answer), kTimeout, kCancelled. Awaited on the loop it
  // belongs to; never throws.
  virtual Task<Result<std::vector<asio::ip::address>>> resolve(
      std::string host, std::chrono::steady_clock::time_point deadline) = 0;
};

std::shared_ptr<Resolver> system_resolver();

}  // namespace patchbay::net
