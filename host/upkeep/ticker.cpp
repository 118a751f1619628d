#include "upkeep/ticker.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace patchbay::upkeep {

namespace asio = net::asio;

struct Ticker::Impl {
  net::LoopPool& loops;
  std::chrono::milliseconds every;
  std::function<net::Task<>()> work;
  asio::steady_timer timer;
  bool running = false;  // loop 0

  static net::Task<> run(std::shared_ptr<Impl> self) {
    while (self->running) {
      co_await self->work();
      if (!self->running) break;
      self->timer.expires_after(self->every);
      (void)co_await self->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
};

Ticker::Ticker(net::LoopPool& loops, std::chrono::milliseconds every,
               std::function<net::Task<>()> work)
    : impl_(new Impl{loops, every, std::move(work), asio::steady_timer(loops.loop(0))}) {}

Ticker::~Ticker() = default;

void Ticker::start() {
  asio::post(impl_->loops.loop(0), [impl = impl_] {
    if (std::exchange(impl->running, true)) return;
    asio::co_spawn(impl->loops.loop(0), Impl::run(impl), asio::detached);
  });
}

void Ticker::stop() {
  asio::post(impl_->loops.loop(0), [impl = impl_] {
    impl->running = false;
    impl->timer.cancel();
  });
}

}  // namespace patchbay::upkeep
