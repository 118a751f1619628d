#include "cli/stop_signal.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

namespace patchbay::cli {

net::Task<> until_stopped() {
  net::asio::signal_set signals(co_await net::asio::this_coro::executor, SIGINT, SIGTERM);
  (void)co_await signals.async_wait(net::asio::as_tuple(net::asio::use_awaitable));
}

}  // namespace patchbay::cli
