#include "net/loops.h"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace patchbay::net {
namespace {

// io_context whose suspended coroutines can be destroyed ahead of itself: a coroutine waiting on
// one loop may own sockets of another, so all loops drop their coroutines before any goes away.
class Loop : public asio::io_context {
 public:
  Loop() : asio::io_context(1) {}
  void drop_suspended() { shutdown(); }
};

}  // namespace

struct LoopPool::Impl {
  using Guard = asio::executor_work_guard<asio::io_context::executor_type>;

  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<Guard> guards;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t running = 0;
};

LoopPool::LoopPool(std::size_t loops) : impl_(std::make_unique<Impl>()) {
  if (loops == 0) throw std::logic_error("LoopPool needs at least one loop");
  for (std::size_t i = 0; i < loops; ++i) impl_->loops.push_back(std::make_unique<Loop>());
}

LoopPool::~LoopPool() {
  stop();
  for (auto& loop : impl_->loops) loop->drop_suspended();
}

std::size_t LoopPool::size() const {
  return impl_->loops.size();
}
asio::io_context& LoopPool::loop(std::size_t index) {
  return *impl_->loops.at(index);
}
asio::io_context& LoopPool::loop_for(std::string_view id) {
  return loop(index_for(id));
}

// FNV-1a with a final mix, since ids of one kind differ in their last characters.
std::size_t LoopPool::index_for(std::string_view id) const {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 33U;
  return static_cast<std::size_t>(hash % size());
}

void LoopPool::start() {
  if (started()) return;
  impl_->running = size();
  for (std::size_t i = 0; i < size(); ++i) {
    impl_->guards.push_back(asio::make_work_guard(loop(i)));
    impl_->threads.emplace_back([this, i] {
      char name[16];
      std::snprintf(name, sizeof name, "loop-%zu", i);
      pthread_setname_np(pthread_self(), name);
      loop(i).run();
      const std::lock_guard lock(impl_->mutex);
      --impl_->running;
      impl_->ended.notify_all();
    });
  }
}

bool LoopPool::started() const {
  return !impl_->threads.empty();
}

void LoopPool::stop(std::chrono::milliseconds grace) {
  for (auto& guard : impl_->guards) guard.reset();
  if (grace.count() > 0) {
    std::unique_lock lock(impl_->mutex);
    impl_->ended.wait_for(lock, grace, [this] { return impl_->running == 0; });
  }
  for (auto& loop : impl_->loops) loop->stop();
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  impl_->guards.clear();
}

void LoopPool::drive(std::future<void>& until) {
  if (started()) {
    until.wait();
    return;
  }
  asio::io_context& here = loop(0);
  here.restart();
  while (until.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    if (here.run_one() == 0) {
      throw std::logic_error("block_on: the task waits for something that nothing will do");
    }
  }
}

}  // namespace patchbay::net
