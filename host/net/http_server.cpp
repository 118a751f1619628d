#include "net/http_server.h"

#include <sys/socket.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <ctime>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "net/server_connection.h"

namespace patchbay::net {

using asio::ip::tcp;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

Error cannot_listen(const ServerOptions& options, const ErrorCondition& error) {
  const std::string where = options.address + ":" + std::to_string(options.port);
  std::string advice = " (" + error.message() + ").";
  if (error == asio::error::address_in_use) {
    advice = ": another program uses that port. Stop it, or choose another port.";
  } else if (error == asio::error::access_denied) {
    advice = ": ports below 1024 need a privilege. Choose another port.";
  } else if (error == ErrorCondition(EADDRNOTAVAIL, boost::system::system_category())) {
    advice = ": this machine has no such address. Choose another address.";
  }
  return make_error(ErrorCode::kConfiguration, "Can't listen on " + where + advice);
}

// SO_REUSEPORT would let two hubs share a port unnoticed, so the first socket is tried without.
Result<tcp::acceptor> listen(asio::io_context& loop, const ServerOptions& options,
                             std::uint16_t port, bool share) {
  ErrorCondition error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return make_error(ErrorCode::kConfiguration,
                      "The listening address " + options.address + " is not an IP address.");
  }
  const tcp::endpoint endpoint(address, port);
  tcp::acceptor acceptor(loop);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && share) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot_listen(options, error);
  return acceptor;
}

// Of somebody else: it listens already, or is told to.
Result<tcp::acceptor> take_over(asio::io_context& loop, int inherited) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  int kind = 0;
  socklen_t kind_size = sizeof kind;
  if (::getsockname(inherited, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      ::getsockopt(inherited, SOL_SOCKET, SO_TYPE, &kind, &kind_size) != 0 || kind != SOCK_STREAM ||
      (address.ss_family != AF_INET && address.ss_family != AF_INET6)) {
    return make_error(ErrorCode::kConfiguration,
                      "The socket that the hub was started with is not one of TCP. In the socket "
                      "unit, say ListenStream= with a port.");
  }
  tcp::acceptor acceptor(loop);
  ErrorCondition error;
  acceptor.assign(address.ss_family == AF_INET ? tcp::v4() : tcp::v6(), inherited, error);
  if (!error) acceptor.non_blocking(true, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return make_error(
        ErrorCode::kConfiguration,
        "The socket that the hub was started with can't be used: " + error.message() + ".");
  }
  return acceptor;
}

// Both are right, belong together, and hold now.
Result<std::shared_ptr<const TlsContext>> usable_tls(const TlsFiles& files) {
  PATCHBAY_TRY_ASSIGN(auto context, TlsContext::for_server(files.certificate, files.key));
  PATCHBAY_TRY(check_key_file(files.key));
  return context;
}

std::set<std::string, std::less<>> served_hosts(const ServerOptions& options, std::uint16_t port) {
  std::vector<std::string> names = options.allowed_hosts;
  if (names.empty()) names = {"localhost", "127.0.0.1", "[::1]"};
  std::set<std::string, std::less<>> served;
  for (std::string& name : names) {
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    const bool has_port =
        name.find(':', name.starts_with('[') ? name.find(']') : 0) != std::string::npos;
    if (!has_port) served.insert(name + ":" + std::to_string(port));
    served.insert(std::move(name));
  }
  return served;
}

}  // namespace

struct HttpServer::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(LoopPool& pool) : loops(pool), per_loop(pool.size()) {
    for (PerLoop& entry : per_loop) entry.registry = std::make_shared<Connection::Registry>();
  }

  struct PerLoop {  // touched on its loop only, once the server has started
    tcp::acceptor* acceptor = nullptr;
    std::shared_ptr<Connection::Registry> registry;
  };

  Result<> listen_everywhere(std::vector<tcp::acceptor>& acceptors);
  Result<> listen_on_one_port(std::vector<tcp::acceptor>& acceptors);
  Task<> accept_all(std::size_t index, tcp::acceptor acceptor);
  void adopt(std::size_t index, tcp::socket socket);
  Task<> close_idle(std::size_t index);
  Task<> abort_all(std::size_t index);
  Task<bool> wait_until_empty(std::chrono::milliseconds at_most);

  LoopPool& loops;
  std::shared_ptr<ServerShared> shared = std::make_shared<ServerShared>();
  std::vector<PerLoop> per_loop;
  std::atomic<std::size_t> accepting = 0;
  std::uint16_t port = 0;
};

// A free port may be somebody else's before every loop listens on it: then another one.
Result<> HttpServer::Impl::listen_everywhere(std::vector<tcp::acceptor>& acceptors) {
  const bool is_any = shared->options.port == 0 && shared->options.inherited_socket < 0;
  for (int more_tries = is_any ? 9 : 0;; --more_tries) {
    acceptors.clear();
    auto done = listen_on_one_port(acceptors);
    if (done || more_tries == 0) return done;
  }
}

Result<> HttpServer::Impl::listen_on_one_port(std::vector<tcp::acceptor>& acceptors) {
  const ServerOptions& options = shared->options;
  if (options.inherited_socket >= 0) {
    shared->options.reuse_port = false;
    PATCHBAY_TRY_ASSIGN(tcp::acceptor only, take_over(loops.loop(0), options.inherited_socket));
    port = only.local_endpoint().port();
    acceptors.push_back(std::move(only));
    return {};
  }
  {
    PATCHBAY_TRY_ASSIGN(tcp::acceptor first, listen(loops.loop(0), options, options.port, false));
    port = first.local_endpoint().port();
    if (!options.reuse_port) acceptors.push_back(std::move(first));
  }
  if (!options.reuse_port) return {};
  for (std::size_t i = 0; i < loops.size(); ++i) {
    PATCHBAY_TRY_ASSIGN(tcp::acceptor next, listen(loops.loop(i), options, port, true));
    acceptors.push_back(std::move(next));
  }
  return {};
}

Task<> HttpServer::Impl::accept_all(std::size_t index, tcp::acceptor acceptor) {
  const auto self = shared_from_this();
  per_loop[index].acceptor = &acceptor;
  asio::steady_timer pause(co_await asio::this_coro::executor);
  std::size_t target = index;
  while (!shared->draining.load()) {
    auto [error, socket] = co_await acceptor.async_accept(loops.loop(target), kToken);
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) break;
    if (error) {
      // Out of descriptors: waiting is all that helps.
      log::warning("net", "accept_failed", {{"why", error.message()}});
      pause.expires_after(std::chrono::milliseconds(50));
      co_await pause.async_wait(kToken);
      continue;
    }
    adopt(target, std::move(socket));
    if (!shared->options.reuse_port) target = (target + 1) % loops.size();
  }
  per_loop[index].acceptor = nullptr;
  --accepting;
}

void HttpServer::Impl::adopt(std::size_t index, tcp::socket socket) {
  ErrorCondition error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;
  std::string address = peer.address().to_string();
  const bool is_proxy = shared->options.proxies.contains(address);
  if (!shared->counts.enter(address, shared->options.limits, is_proxy)) {
    log::warning("net", "connection_limit", {{"peer", address}});
    return;
  }
  asio::post(loops.loop(index), [place = ConnectionPlace(shared, std::move(address)),
                                 socket = std::move(socket),
                                 registry = per_loop[index].registry]() mutable {
    std::make_shared<Connection>(std::move(place), std::move(socket), std::move(registry))->start();
  });
}

Task<> HttpServer::Impl::close_idle(std::size_t index) {
  if (tcp::acceptor* acceptor = per_loop[index].acceptor) {
    ErrorCondition ignored;
    acceptor->close(ignored);
  }
  for (Connection* connection : *per_loop[index].registry) connection->drain();
  co_return;
}

Task<> HttpServer::Impl::abort_all(std::size_t index) {
  // A cancelled connection may end inside abort() and leave the registry.
  const Connection::Registry now = *per_loop[index].registry;
  for (Connection* connection : now) {
    if (per_loop[index].registry->contains(connection)) connection->abort();
  }
  co_return;
}

Task<bool> HttpServer::Impl::wait_until_empty(std::chrono::milliseconds at_most) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (shared->counts.total() > 0 || accepting.load() > 0) {
    if (std::chrono::steady_clock::now() >= deadline) co_return false;
    pause.expires_after(std::chrono::milliseconds(2));
    co_await pause.async_wait(asio::use_awaitable);
  }
  co_return true;
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(LoopPool& loops, ServerOptions options,
                                                      Handler handler) {
  auto impl = std::make_shared<Impl>(loops);
  ServerShared& shared = *impl->shared;
  shared.options = std::move(options);
  shared.handler = std::move(handler);
  shared.id_prefix = OsRandom().id("req_").substr(0, 14) + "-";
  if (!shared.options.tls.certificate.empty()) {
    PATCHBAY_TRY_ASSIGN(auto tls, usable_tls(shared.options.tls));
    shared.use(std::move(tls));
  }
  std::vector<tcp::acceptor> acceptors;
  PATCHBAY_TRY(impl->listen_everywhere(acceptors));
  shared.hosts = served_hosts(shared.options, impl->port);
  impl->accepting = acceptors.size();
  for (std::size_t i = 0; i < acceptors.size(); ++i) {
    asio::co_spawn(loops.loop(i), impl->accept_all(i, std::move(acceptors[i])),
                   [impl](const std::exception_ptr&) {});
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const {
  return impl_->port;
}
std::size_t HttpServer::connections() const {
  return impl_->shared->counts.total();
}

Result<> HttpServer::reload_tls() {
  const TlsFiles& files = impl_->shared->options.tls;
  PATCHBAY_TRY_ASSIGN(auto tls, usable_tls(files));
  PATCHBAY_TRY_ASSIGN(const auto validity, read_validity(files.certificate));
  const auto now = std::int64_t{std::time(nullptr)} * 1000;
  if (now < validity.from || now >= validity.until)
    return make_error(ErrorCode::kConfiguration, "The TLS certificate in " + files.certificate +
                                                     " is not valid now: look at its dates.");
  impl_->shared->use(std::move(tls));
  return {};
}

Task<bool> HttpServer::stop(std::chrono::milliseconds drain) {
  const auto impl = impl_;
  impl->shared->draining = true;
  for (std::size_t i = 0; i < impl->loops.size(); ++i) {
    co_await run_on(impl->loops.loop(i), impl->close_idle(i));
  }
  if (co_await impl->wait_until_empty(drain)) co_return true;
  for (std::size_t i = 0; i < impl->loops.size(); ++i) {
    co_await run_on(impl->loops.loop(i), impl->abort_all(i));
  }
  co_await impl->wait_until_empty(std::chrono::seconds(1));
  co_return false;
}

}  // namespace patchbay::net
