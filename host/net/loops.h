#pragma once
// LoopPool: the hub's event loops, one io_context and one thread each. Work that belongs together
// (one account, one connection) stays on one loop and needs no locks; to reach another loop, await
// run_on(). Coroutines never cross threads in any other way.
//
// Order of destruction: servers and clients first, then the pool, which destroys every coroutine
// that is still suspended.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "net/asio.h"

namespace patchbay::net {

namespace detail {
// co_spawn wants default-constructible results; an optional makes one of any type.
template <class T>
Task<std::optional<T>> boxed(Task<T> task) {
  std::optional<T> box(co_await std::move(task));
  co_return box;
}

// Passes the cancelling of a coroutine on to what it waits for on another loop. Boost 1.81 posts it
// there with a pointer to what may have ended by then; this one posts what owns it.
class PassedOnCancellation {
 public:
  PassedOnCancellation(asio::cancellation_slot from, asio::io_context& loop) : from_(from) {
    if (!from_.is_connected()) return;
    from_.assign([signal = signal_, &loop](asio::cancellation_type type) {
      asio::post(loop, [signal, type] { signal->emit(type); });
    });
  }
  PassedOnCancellation(const PassedOnCancellation&) = delete;
  PassedOnCancellation& operator=(const PassedOnCancellation&) = delete;
  [[nodiscard]] asio::cancellation_slot slot() const { return signal_->slot(); }
  // Once it is over. Not where the coroutine ends with its loop: `from` may have gone before.
  void end() {
    if (from_.is_connected()) from_.clear();
  }

 private:
  asio::cancellation_slot from_;
  std::shared_ptr<asio::cancellation_signal> signal_ =
      std::make_shared<asio::cancellation_signal>();
};
}  // namespace detail

// Runs `task` on `loop` and comes back to the caller's loop with its value or exception. Cancelling
// the awaiting coroutine cancels the task. Costs nothing when already there.
template <class T>
Task<T> run_on(asio::io_context& loop, Task<T> task) {
  if (loop.get_executor().running_in_this_thread()) co_return co_await std::move(task);
  const auto state = co_await asio::this_coro::cancellation_state;
  detail::PassedOnCancellation cancelling(state.slot(), loop);
  std::exception_ptr failure;
  std::conditional_t<std::is_void_v<T>, std::nullptr_t, std::optional<T>> box{};
  try {
    if constexpr (std::is_void_v<T>) {
      co_await asio::co_spawn(loop, std::move(task),
                              asio::bind_cancellation_slot(cancelling.slot(), asio::use_awaitable));
    } else {
      auto boxed = co_await asio::co_spawn(
          loop, detail::boxed(std::move(task)),
          asio::bind_cancellation_slot(cancelling.slot(), asio::use_awaitable));
      box.emplace(*std::move(boxed));
    }
  } catch (...) {
    failure = std::current_exception();
  }
  cancelling.end();
  if (failure) std::rethrow_exception(failure);
  if constexpr (!std::is_void_v<T>) co_return std::move(*box);
}

class LoopPool {
 public:
  explicit LoopPool(std::size_t loops);  // at least one
  ~LoopPool();
  LoopPool(const LoopPool&) = delete;
  LoopPool& operator=(const LoopPool&) = delete;

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] asio::io_context& loop(std::size_t index);
  // The same id gives the same loop in every process with as many loops.
  [[nodiscard]] asio::io_context& loop_for(std::string_view id);
  [[nodiscard]] std::size_t index_for(std::string_view id) const;

  // Starts one thread for each loop. A pool that is never started is driven by block_on (loop 0),
  // or by the caller running loop(0) itself: tests and the command line.
  void start();
  [[nodiscard]] bool started() const;

  // Lets the loops run out of work for up to `grace`, then stops them; returns when every thread
  // has ended. Call it from a thread that is not one of the loops. Harmless when repeated.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

  // Runs a task on loop 0 and waits for its value; never from inside a loop.
  template <class T>
  T block_on(Task<T> task) {
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> waiting = done->get_future();
    std::conditional_t<std::is_void_v<T>, std::nullptr_t, std::optional<T>> box{};
    asio::co_spawn(loop(0), keep(std::move(task), box), [done](const std::exception_ptr& failure) {
      if (failure) {
        done->set_exception(failure);
      } else {
        done->set_value();
      }
    });
    drive(waiting);
    waiting.get();
    if constexpr (!std::is_void_v<T>) return std::move(*box);
  }

 private:
  struct Impl;

  template <class T, class Box>
  static Task<> keep(Task<T> task, Box& box) {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
    } else {
      box.emplace(co_await std::move(task));
    }
  }
  void drive(std::future<void>& until);

  std::unique_ptr<Impl> impl_;
};

}  // namespace patchbay::net
