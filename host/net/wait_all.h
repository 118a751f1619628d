#pragma once
// Runs tasks side by side on the caller's executor and waits for all of them. Their exceptions are
// the caller's fault and end up nowhere: tasks report through what they refer to. Not cancellable.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

#include "net/asio.h"

namespace patchbay::net {

inline Task<> wait_all(std::vector<Task<>> tasks) {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  asio::steady_timer all_done(executor, std::chrono::steady_clock::time_point::max());
  std::size_t open = tasks.size();
  for (auto& task : tasks)
    asio::co_spawn(executor, std::move(task), [&](const std::exception_ptr& /*thrown*/) {
      if (--open == 0) all_done.cancel();
    });
  while (open != 0) (void)co_await all_done.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace patchbay::net
