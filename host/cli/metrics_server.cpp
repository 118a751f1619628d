#include "cli/metrics_server.h"

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "base/log.h"
#include "base/private_line.h"
#include "metrics/connector_counters.h"
#include "metrics/exposition.h"
#include "net/router.h"
#include "store/queue_sizes.h"

namespace patchbay::cli {
namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;

constexpr std::int64_t kReadEveryMs = 10'000;
constexpr std::int64_t kShareOfTheStore = 100;  // one part of
constexpr auto kLook = 5ms;
constexpr int kLooks = 200;
constexpr std::size_t kShortestKey = 16;
constexpr std::size_t kLongestKey = 512;

struct Place {
  std::string address;
  std::uint16_t port = 0;
  bool is_loopback = false;
};

Result<Place> parse_place(std::string_view text) {
  const auto wrong = [&] {
    return make_error(ErrorCode::kConfiguration,
                      "--metrics-address wants an IP address and a port, such as 127.0.0.1:9464, "
                      "not " +
                          std::string(text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto digits = text.substr(colon + 1);
  Place place{std::string(host)};
  const auto [end, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), place.port);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(place.address, error);
  if (error || fault != std::errc() || end != digits.data() + digits.size()) return wrong();
  place.is_loopback = address.is_loopback();
  return place;
}

// Empty when there is none.
Result<SecretString> read_key(const std::string& path) {
  if (path.empty()) return SecretString();
  PATCHBAY_TRY_ASSIGN(const auto line, read_private_line(path, "a key", "holds a key"));
  SecretString key(line.reveal().substr(0, line.reveal().find('\r')));
  if (key.size() < kShortestKey || key.size() > kLongestKey)
    return make_error(
        ErrorCode::kConfiguration,
        "the first line of " + path +
            " must be a key of 16 to 512 bytes, such as `openssl rand -hex 32` makes");
  return key;
}

double seconds_since(std::int64_t then_ms, std::int64_t now_ms) {
  return then_ms == 0 ? 0 : static_cast<double>(std::max<std::int64_t>(0, now_ms - then_ms)) / 1000;
}

using Groups = std::vector<metrics::Moment::Group>;

// Connectors that are gone keep their rows: the page stays short all the same.
template <class Rows, class Make>
Groups groups_of(const Rows& rows, Make make) {
  std::map<std::pair<std::string, std::string>, metrics::Moment::Group> found;
  std::map<std::string, int> names;
  for (const auto& row : rows) {
    metrics::Moment::Group group = make(row);
    names.try_emplace(group.connector_id);
    if (names.size() > metrics::kMostConnectors) {
      names.erase(group.connector_id);
      group.connector_id = metrics::kOtherConnectors;
    }
    auto& sum = found[{group.connector_id, group.state}];
    group.count += sum.count;
    group.oldest_seconds = std::max(group.oldest_seconds, sum.oldest_seconds);
    sum = std::move(group);
  }
  Groups out;
  out.reserve(found.size());
  for (auto& [key, group] : found) out.push_back(std::move(group));
  return out;
}

void add_queues(metrics::Moment& moment, const store::QueueSizes& sizes, std::int64_t now_ms) {
  moment.accounts = groups_of(sizes.accounts, [](const auto& row) {
    return metrics::Moment::Group{row.connector_id, row.status, row.count};
  });
  const auto queue = [now_ms](const store::QueueSizes::Queue& row) {
    return metrics::Moment::Group{
        row.connector_id, {}, row.count, seconds_since(row.oldest, now_ms)};
  };
  moment.refreshes_due = groups_of(sizes.refreshes, queue);
  moment.revocations = groups_of(sizes.revocations, queue);
  moment.deliveries = sizes.deliveries.count;
  moment.oldest_delivery_seconds = seconds_since(sizes.deliveries.oldest, now_ms);
}

void add_connectors(metrics::Moment& moment, const connector::Connectors& registry) {
  Groups workers;
  Groups states;
  for (const auto& connector : registry.list()) {
    states.push_back({{}, std::string(to_string(connector->state)), 1});
    if (connector->runtime)
      workers.push_back(
          {connector->id, std::string(to_string(connector->runtime->health().state)), 1});
  }
  const auto same = [](const metrics::Moment::Group& group) { return group; };
  moment.workers = groups_of(workers, same);
  moment.connectors = groups_of(states, same);
}

}  // namespace

void MetricsOptions::add_to(CLI::App& command) {
  command.add_option("--metrics-address", address,
                     "Address and port where a Prometheus server finds /metrics, e.g. "
                     "127.0.0.1:9464 (default: nowhere)");
  command
      .add_option("--metrics-key-file", key_file,
                  "File with the key it must present, in its first line; for nobody else to read "
                  "(chmod 600). Needed where the address is not this machine's own loopback")
      ->type_name("FILE");
  command.add_option("--metrics-host", hosts,
                     "Further host name by which it may ask; repeat it for more");
}

struct MetricsServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(Hub& h, SecretString k) : hub(h), key(std::move(k)) {}

  [[nodiscard]] bool may_ask(const net::Request& request) const {
    constexpr std::string_view kScheme = "Bearer ";
    if (key.empty()) return true;
    const auto sent = request.header("Authorization");
    return sent.starts_with(kScheme) &&
           constant_time_equal(sha256_hex(sent.substr(kScheme.size())), sha256_hex(key.reveal()));
  }

  net::Task<net::Response> answer(const net::Request& request) {
    if (!may_ask(request)) {
      co_return net::text("This needs the metrics key.\n", 401).with("WWW-Authenticate", "Bearer");
    }
    const auto moment = co_await net::run_on(hub.loops().loop(0), look(shared_from_this()));
    co_return net::text(metrics::expose(moment)).with("Content-Type", metrics::kContentType);
  }

  // The rest on loop 0.
  static net::Task<metrics::Moment> look(std::shared_ptr<Impl> self) {
    const auto now = self->hub.clock().uptime_ms();
    if (!self->reading && now >= self->read_again_at) {
      self->reading = true;
      asio::co_spawn(self->hub.loops().loop(0), read(self), asio::detached);
    }
    asio::steady_timer pause(co_await asio::this_coro::executor);
    for (int i = 0; i < kLooks && self->reading; ++i) {
      pause.expires_after(kLook);
      co_await pause.async_wait(asio::use_awaitable);
    }
    metrics::Moment moment;
    add_connectors(moment, self->hub.registry());
    if (self->sizes) add_queues(moment, *self->sizes, self->hub.clock().unix_ms());
    moment.queues_read_ms = self->read_ms;
    co_return moment;
  }

  static net::Task<> read(std::shared_ptr<Impl> self) {
    const auto& clock = self->hub.clock();
    const auto began = clock.uptime_ms();
    const auto now_ms = clock.unix_ms();
    auto sizes = co_await self->hub.store().read(
        [now_ms](store::Database& db) { return store::read_queue_sizes(db, now_ms); });
    if (sizes) {
      self->sizes = *std::move(sizes);
      self->read_ms = now_ms;
    } else {
      log::warning("metrics", "queues_not_read", {{"error", sizes.error().message}});
    }
    const auto ended = clock.uptime_ms();
    self->read_again_at = ended + std::max(kReadEveryMs, kShareOfTheStore * (ended - began));
    self->reading = false;
  }

  Hub& hub;
  const SecretString key;
  net::Router router;
  std::unique_ptr<net::HttpServer> server;

  bool reading = false;
  std::int64_t read_again_at = 0;
  std::int64_t read_ms = 0;
  std::optional<store::QueueSizes> sizes;
};

MetricsServer::MetricsServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsServer::~MetricsServer() = default;

Result<std::unique_ptr<MetricsServer>> MetricsServer::start(Hub& hub,
                                                            const MetricsOptions& options) {
  if (options.address.empty()) return nullptr;
  PATCHBAY_TRY_ASSIGN(auto place, parse_place(options.address));
  PATCHBAY_TRY_ASSIGN(auto key, read_key(options.key_file));
  if (!place.is_loopback && key.empty())
    return make_error(ErrorCode::kConfiguration,
                      "--metrics-address " + options.address +
                          " can be reached from other machines. Give it a key that Prometheus "
                          "presents: --metrics-key-file FILE; or listen on 127.0.0.1.");
  auto impl = std::make_shared<Impl>(hub, std::move(key));
  impl->router.add("GET", "/metrics",
                   [mine = impl.get()](net::Request& request) { return mine->answer(request); });
  net::ServerOptions server;
  server.allowed_hosts = options.hosts;
  const bool is_v6 = place.address.find(':') != std::string::npos;
  for (const std::string& name :
       {std::string("localhost"), std::string("127.0.0.1"), std::string("[::1]"),
        is_v6 ? "[" + place.address + "]" : place.address})
    server.allowed_hosts.push_back(name);
  server.address = std::move(place.address);
  server.port = place.port;
  server.limits.max_connections = 64;
  server.limits.max_connections_per_peer = 64;
  server.limits.max_body_bytes = 1'024;
  PATCHBAY_TRY_ASSIGN(impl->server,
                      net::HttpServer::start(hub.loops(), std::move(server),
                                             [mine = impl.get()](net::Request& request) {
                                               return mine->router.dispatch(request);
                                             }));
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

std::uint16_t MetricsServer::port() const {
  return impl_->server->port();
}

net::Task<> MetricsServer::stop() {
  (void)co_await impl_->server->stop(1s);
}

}  // namespace patchbay::cli
