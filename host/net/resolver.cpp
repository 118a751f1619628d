#include "net/resolver.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace patchbay::net {
namespace {

using asio::ip::tcp;

// What a look-up leaves behind; outlives whoever stopped waiting for it.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& loop) : resolver(loop), answered(loop) {}
  tcp::resolver resolver;
  asio::steady_timer answered;
  bool done = false;
  boost::system::error_code error;
  std::vector<asio::ip::address> addresses;
};

class SystemResolver final : public Resolver {
 public:
  Task<Result<std::vector<asio::ip::address>>> resolve(
      std::string host, std::chrono::steady_clock::time_point deadline) override {
    auto lookup = std::make_shared<Lookup>(co_await asio::this_coro::executor);
    lookup->answered.expires_at(deadline);
    lookup->resolver.async_resolve(
        host, "", [lookup](const boost::system::error_code& error, const auto& results) {
          lookup->done = true;
          lookup->error = error;
          for (const auto& entry : results) {
            const auto address = entry.endpoint().address();
            auto& known = lookup->addresses;
            if (std::find(known.begin(), known.end(), address) == known.end()) {
              known.push_back(address);
            }
          }
          lookup->answered.cancel();
        });
    co_await lookup->answered.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!lookup->done) {
      lookup->resolver.cancel();
      const bool in_time = std::chrono::steady_clock::now() < deadline;
      co_return make_error(in_time ? ErrorCode::kCancelled : ErrorCode::kTimeout,
                           "The name " + host + " was not resolved in time.");
    }
    if (lookup->error || lookup->addresses.empty()) {
      co_return make_error(ErrorCode::kUnavailable,
                           "The name " + host + " could not be resolved (DNS).");
    }
    co_return std::move(lookup->addresses);
  }
};

}  // namespace

std::shared_ptr<Resolver> system_resolver() {
  return std::make_shared<SystemResolver>();
}

}  // namespace patchbay::net
