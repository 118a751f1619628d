#include "cli/reload_signal.h"

#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "cli/service_manager.h"

namespace patchbay::cli {

namespace asio = net::asio;

struct ReloadSignal::Impl {
  net::LoopPool& loops;
  std::function<void()> reload;
  asio::signal_set signals;

  static net::Task<> run(std::shared_ptr<Impl> self) {
    while (true) {
      const auto [error, number] =
          co_await self->signals.async_wait(asio::as_tuple(asio::use_awaitable));
      if (error) break;
      tell_service_manager(Word::kReloading);
      self->reload();
      tell_service_manager(Word::kReady);
    }
  }
};

ReloadSignal::ReloadSignal(net::LoopPool& loops, std::function<void()> reload)
    : impl_(new Impl{loops, std::move(reload), asio::signal_set(loops.loop(0))}) {}

void ReloadSignal::start() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::isatty(fd) != 0) return;
  impl_->signals.add(SIGHUP);
  asio::co_spawn(impl_->loops.loop(0), Impl::run(impl_), asio::detached);
}

void ReloadSignal::stop() {
  asio::post(impl_->loops.loop(0), [impl = impl_] { impl->signals.cancel(); });
}

}  // namespace patchbay::cli
