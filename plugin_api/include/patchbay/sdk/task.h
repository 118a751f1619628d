// A coroutine that starts when it is awaited and gives back a value or an exception. Its frame is
// overwritten when it ends, because locals hold secrets. Moves only; one thread at a time.
//
// Compilers that get coroutines wrong are refused: GCC 12 (the default of Debian 12) compiles
// common forms of co_await into wrong code without a word, clang up to 16 keeps values in a frame
// that another thread may already have resumed (LLVM issue 56301).
#pragma once

#if defined(__apple_build_version__)
#if __clang_major__ < 16
#error \
    "Patchbay's coroutines need Apple clang 16 or newer; older ones miscompile them. Use the ready-made grants or derive from patchbay::sdk::Flow instead."
#endif
#elif defined(__clang__)
#if __clang_major__ < 17
#error \
    "Patchbay's coroutines need clang 17 or newer (Debian 12: clang-19); older ones miscompile them. Use the ready-made grants or derive from patchbay::sdk::Flow instead."
#endif
#elif defined(__GNUC__) && __GNUC__ < 13
#error \
    "Patchbay's coroutines need GCC 13 or newer; GCC 12 silently miscompiles them. Build with clang-19, or use the ready-made grants or derive from patchbay::sdk::Flow instead."
#endif

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "patchbay/sdk/wipe.h"

namespace patchbay::sdk {

class TaskPromiseBase {
 public:
  static void* operator new(std::size_t size) { return ::operator new(size); }
  static void operator delete(void* frame, std::size_t size) noexcept {
    wipe(frame, size);
    ::operator delete(frame);
  }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    [[gnu::noinline]] std::coroutine_handle<> await_suspend(
        std::coroutine_handle<Promise> ended) const noexcept {
      const std::coroutine_handle<> waiting = ended.promise().waiting_;
      return waiting ? waiting : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error_ = std::current_exception(); }
  void set_waiting(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::coroutine_handle<> waiting_;
  std::exception_ptr error_;
};

template <class T>
class TaskPromise;

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  [[gnu::noinline]] std::coroutine_handle<> await_suspend(
      std::coroutine_handle<> waiting) noexcept {
    handle_.promise().set_waiting(waiting);
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

  Handle handle() const { return handle_; }

 private:
  Handle handle_;
};

template <class T>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<T> get_return_object() {
    return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
  }
  template <class Value>
  void return_value(Value&& value) {
    value_.emplace(std::forward<Value>(value));
  }
  T take() {
    rethrow();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object() {
    return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
  }
  void return_void() const noexcept {}
  void take() const { rethrow(); }
};

}  // namespace patchbay::sdk
