#include "net/http_client.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "net/client_pool.h"
#include "net/host_slots.h"
#include "net/http_parser.h"
#include "net/stream.h"
#include "net/url.h"
#include "net/watchdog.h"

namespace patchbay::net {

using asio::ip::tcp;
using Clock = Watchdog::Clock;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadSize = std::size_t{16} << 10U;
constexpr int kMaxInterimAnswers = 8;
constexpr std::chrono::milliseconds kNextAddressAfter{2'500};

using Bytes = std::vector<char, WipingAllocator<char>>;

void append(Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view other) { return iequals(name, other); });
}

bool is_clients_own(std::string_view name) {
  return is_one_of(name, {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",
                          "TE", "Trailer", "Upgrade", "Expect", "Accept-Encoding"});
}

void write_head(Bytes& out, const ClientRequest& request, const Url& url,
                const std::string& user_agent) {
  append(out, request.method);
  append(out, " ");
  append(out, url.target);
  append(out, " HTTP/1.1\r\nHost: ");
  append(out, url.host_header());
  append(out, "\r\nAccept-Encoding: identity\r\n");
  if (!request.headers.has("User-Agent")) {
    append(out, "User-Agent: ");
    append(out, user_agent);
    append(out, "\r\n");
  }
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers.at(i);
    if (is_clients_own(name)) continue;
    append(out, name);
    append(out, ": ");
    append(out, value);
    append(out, "\r\n");
  }
  if (!request.body.empty() || is_one_of(request.method, {"POST", "PUT", "PATCH"})) {
    append(out, "Content-Length: ");
    append(out, std::to_string(request.body.size()));
    append(out, "\r\n");
  }
  append(out, "\r\n");
}

// One call of send(): what is open, how far it got, when it must end.
struct Exchange {
  Exchange(ClientRequest given, Clock::time_point at_latest)
      : request(std::move(given)), deadline(at_latest) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    if (watchdog) watchdog->stop();
    // Some providers want their key in the query.
    wipe(request.url.data(), request.url.size());
    wipe(url.target.data(), url.target.size());
  }

  void close() {
    if (connecting != nullptr) {
      ErrorCondition ignored;
      connecting->close(ignored);
    }
    if (stream) stream->close();
  }
  // False, so that a step can `co_return now.fail(...)`.
  bool fail(NetError error, std::string message) {
    reply.error = error;
    reply.message = std::move(message);
    return false;
  }

  ClientRequest request;
  Url url;
  Clock::time_point deadline;
  std::shared_ptr<Watchdog> watchdog;
  tcp::socket* connecting = nullptr;
  std::unique_ptr<Stream> stream;
  bool from_pool = false;
  bool bytes_went_out = false;
  bool answer_began = false;
  bool keep = false;  // the connection may serve another request
  ClientReply reply;
};

// Closes what is being connected when its share of the time is over.
class ConnectTime {
 public:
  ConnectTime(Exchange& now, asio::any_io_executor loop, Clock::duration share)
      : watchdog_(Watchdog::make(loop, [&now] { now.close(); })) {
    watchdog_->set(share);
  }
  ~ConnectTime() { watchdog_->stop(); }
  ConnectTime(const ConnectTime&) = delete;
  ConnectTime& operator=(const ConnectTime&) = delete;
  [[nodiscard]] bool over() const { return watchdog_->fired(); }

 private:
  std::shared_ptr<Watchdog> watchdog_;
};

}  // namespace

struct HttpClient::Impl {
  Impl(asio::io_context& io, std::shared_ptr<const EgressPolicy> egress, ClientOptions given,
       std::shared_ptr<Resolver> names)
      : loop(io),
        policy(std::move(egress)),
        options(std::move(given)),
        resolver(std::move(names)),
        pool(std::make_shared<ClientPool>(io, options)),
        slots(std::make_shared<HostSlots>(io, options.max_at_once_per_host)) {}

  Task<> run(Exchange& now);
  bool check(Exchange& now) const;
  Task<bool> open(Exchange& now);
  Task<bool> find_endpoints(Exchange& now, std::vector<tcp::endpoint>& endpoints);
  Task<bool> connect(Exchange& now, const std::vector<tcp::endpoint>& endpoints);
  Task<bool> secure(Exchange& now);
  Task<bool> write(Exchange& now);
  Task<bool> read(Exchange& now);

  asio::io_context& loop;
  std::shared_ptr<const EgressPolicy> policy;
  ClientOptions options;
  std::shared_ptr<Resolver> resolver;
  std::shared_ptr<ClientPool> pool;
  std::shared_ptr<HostSlots> slots;
};

bool HttpClient::Impl::check(Exchange& now) const {
  auto url = parse_url(now.request.url);
  if (!url) return now.fail(NetError::kPolicy, url.error().message);
  now.url = *std::move(url);
  if (!is_token(now.request.method) || is_one_of(now.request.method, {"CONNECT", "TRACE"})) {
    return now.fail(NetError::kPolicy, "The request's method is not allowed.");
  }
  const auto allowed = policy->check(now.url, now.request.allowed_hosts);
  if (!allowed) return now.fail(NetError::kPolicy, allowed.error().message);
  return true;
}

Task<bool> HttpClient::Impl::find_endpoints(Exchange& now, std::vector<tcp::endpoint>& endpoints) {
  const std::string& host = now.url.host;
  if (const EgressOverride* to = policy->override_for(host)) {
    endpoints.emplace_back(asio::ip::make_address(to->address), to->port);
    co_return true;
  }
  std::vector<asio::ip::address> addresses;
  if (now.url.is_ip) {
    addresses.push_back(asio::ip::make_address(host));
  } else {
    auto found = co_await resolver->resolve(host, now.deadline);
    if (!found) {
      const bool late = found.error().code == ErrorCode::kTimeout;
      co_return now.fail(late ? NetError::kTimeout : NetError::kDns, found.error().message);
    }
    addresses = *std::move(found);
  }
  for (const auto& address : addresses) {
    if (const auto allowed = policy->check(address)) {
      endpoints.emplace_back(address, now.url.port);
    } else {
      now.fail(NetError::kPolicy,
               host + " is not a place to connect to. " + allowed.error().message);
    }
  }
  if (endpoints.empty() && addresses.empty()) {
    now.fail(NetError::kDns, "The name " + host + " has no address.");
  }
  co_return !endpoints.empty();
}

Task<bool> HttpClient::Impl::connect(Exchange& now, const std::vector<tcp::endpoint>& endpoints) {
  for (std::size_t i = 0; i < endpoints.size() && !now.watchdog->fired(); ++i) {
    const auto left = static_cast<std::int64_t>(endpoints.size() - i);
    Clock::duration share = options.connect_time;
    if (left > 1) {
      share = std::min<Clock::duration>(
          {share, kNextAddressAfter, (now.deadline - Clock::now()) / left});
    }
    tcp::socket socket(loop);
    now.connecting = &socket;
    const ConnectTime time(now, socket.get_executor(), share);
    const auto [error] = co_await socket.async_connect(endpoints[i], kToken);
    now.connecting = nullptr;
    if (!error) {
      ErrorCondition ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      if (now.url.scheme == "http") {
        now.stream = make_plain_stream(std::move(socket));
        co_return true;
      }
      const auto tls = policy->tls_for(now.url.host);
      if (!tls) co_return now.fail(NetError::kTls, tls.error().message);
      now.stream = make_client_tls_stream(std::move(socket), **tls, now.url.host, now.url.is_ip);
      co_return true;
    }
    now.fail(NetError::kConnect,
             time.over() ? now.url.host + " does not answer (connecting)."
                         : "Can't connect to " + now.url.host + ": " + error.message() + ".");
  }
  co_return false;
}

Task<bool> HttpClient::Impl::secure(Exchange& now) {
  const ConnectTime time(now, now.stream->socket().get_executor(), options.connect_time);
  const auto [error] = co_await now.stream->handshake();
  if (!error) co_return true;
  const std::string why = time.over() ? "it does not answer" : now.stream->handshake_problem(error);
  const bool refused = !time.over() && now.stream->certificate_refused();
  now.stream.reset();
  co_return now.fail(refused ? NetError::kTlsCertificate : NetError::kTls,
                     "No trusted connection to " + now.url.host + " (TLS): " + why + ".");
}

Task<bool> HttpClient::Impl::open(Exchange& now) {
  std::vector<tcp::endpoint> endpoints;
  if (!co_await find_endpoints(now, endpoints)) co_return false;
  if (!co_await connect(now, endpoints)) co_return false;
  const bool secured = co_await secure(now);
  if (secured) now.reply = ClientReply();  // forget what other addresses answered
  co_return secured;
}

// A failed write is not yet the end: the peer may have answered before it stopped reading.
Task<bool> HttpClient::Impl::write(Exchange& now) {
  Bytes head;
  head.reserve(1024);
  write_head(head, now.request, now.url, options.user_agent);
  std::string_view body = now.request.body.reveal();
  if (body.size() <= kReadSize) append(head, std::exchange(body, std::string_view()));
  for (std::string_view part : {std::string_view(head.data(), head.size()), body}) {
    while (!part.empty()) {
      now.bytes_went_out = true;
      const auto [error, count] = co_await now.stream->write_some(part);
      if (error) co_return false;
      part.remove_prefix(count);
    }
  }
  co_return true;
}

Task<bool> HttpClient::Impl::read(Exchange& now) {
  ClientReply& reply = now.reply;
  const std::string& host = now.url.host;
  std::optional<ResponseParser> parser;
  const auto begin = [&] {
    reply.headers = Headers();
    reply.body = SecretString();
    parser.emplace(reply.headers, reply.body, now.request.max_answer_bytes,
                   now.request.method == "HEAD");
  };
  begin();
  std::size_t longest = now.request.max_answer_bytes;
  Bytes buffer(kReadSize);
  std::size_t filled = 0;
  int interim = 0;
  bool has_head = false;
  while (true) {
    std::size_t used = 0;
    ParseState state = parser->put({buffer.data(), filled}, used);
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(used),
              buffer.begin() + static_cast<std::ptrdiff_t>(filled), buffer.begin());
    filled -= used;
    if (!has_head && (state == ParseState::kHead || state == ParseState::kTooLarge)) {
      has_head = true;
      if (now.request.bound_answer) {
        longest = now.request.bound_answer(parser->status(), parser->length());
        parser->allow(longest);
      }
      if (parser->length().value_or(0) <= longest) continue;
      state = ParseState::kTooLarge;
    }
    if (state == ParseState::kTooLarge) {
      co_return now.fail(NetError::kTooLarge, host + " answered more than the allowed " +
                                                  std::to_string(longest) + " bytes.");
    }
    if (state == ParseState::kBad) {
      co_return now.fail(NetError::kProtocol, host + " answered something that is not HTTP.");
    }
    if (state == ParseState::kDone && parser->status() >= 200) {
      now.keep = parser->keep_alive() && filled == 0;
      break;
    }
    if (state == ParseState::kDone) {
      if (parser->status() == 101 || ++interim > kMaxInterimAnswers) {
        co_return now.fail(NetError::kProtocol, host + " answered with a protocol switch.");
      }
      begin();
      continue;
    }

    if (buffer.size() - filled < kReadSize / 2) buffer.resize(buffer.size() + kReadSize);
    const auto [error, count] =
        co_await now.stream->read_some(buffer.data() + filled, buffer.size() - filled);
    if (count > 0) now.answer_began = true;
    filled += count;
    if (!error) continue;
    if (is_clean_end(error) && parser->ends_with_connection() && filled == 0 &&
        parser->put_end() == ParseState::kDone) {
      break;
    }
    co_return now.fail(NetError::kReset,
                       host + (now.answer_began ? " ended the connection within its answer."
                                                : " ended the connection without an answer."));
  }
  reply.error = NetError::kNone;
  reply.message.clear();
  reply.status = parser->status();
  co_return true;
}

Task<> HttpClient::Impl::run(Exchange& now) {
  if (!check(now)) co_return;
  const std::string key = now.url.scheme + "://" + now.url.host_header();
  const auto slot = co_await slots->take(key, now.deadline);
  if (!slot) {
    now.fail(NetError::kTimeout, "Too many requests to " + now.url.host + " are under way.");
    co_return;
  }
  bool may_use_pool = !now.request.fresh_connection;
  while (true) {
    now.stream = may_use_pool ? pool->take(key) : nullptr;
    now.from_pool = now.stream != nullptr;
    if (!now.from_pool && !co_await open(now)) co_return;
    if (now.request.go_ahead && !now.request.go_ahead()) {
      now.fail(NetError::kCancelled, "The request was withdrawn before it was sent.");
      co_return;
    }
    const bool written = co_await write(now);
    if (co_await read(now)) {
      if (written && now.keep && !now.watchdog->fired()) pool->give(key, std::move(now.stream));
      co_return;
    }
    // A kept connection that had died meanwhile says nothing about the host.
    const bool stale = now.from_pool && !now.answer_began && now.reply.error == NetError::kReset;
    now.stream.reset();
    if (!stale || !is_repeatable(now.request) || now.watchdog->fired()) co_return;
    may_use_pool = false;
    now.reply = ClientReply();
  }
}

HttpClient::HttpClient(asio::io_context& loop, std::shared_ptr<const EgressPolicy> policy,
                       ClientOptions options, std::shared_ptr<Resolver> resolver)
    : impl_(std::make_shared<Impl>(loop, std::move(policy), std::move(options),
                                   resolver ? std::move(resolver) : system_resolver())) {}
HttpClient::~HttpClient() = default;

Task<ClientReply> HttpClient::send(ClientRequest request, std::chrono::milliseconds within) {
  const std::shared_ptr<Impl> impl = impl_;
  Exchange now(std::move(request), Clock::now() + within);
  now.watchdog = Watchdog::make(impl->loop.get_executor(), [&now] { now.close(); });
  now.watchdog->set(now.deadline);
  bool cancelled = false;
  try {
    co_await impl->run(now);
  } catch (const boost::system::system_error&) {
    cancelled = true;
  } catch (const std::exception&) {
    now.fail(NetError::kProtocol, "The answer of " + now.url.host + " could not be taken in.");
  }
  const auto state = co_await asio::this_coro::cancellation_state;
  if (cancelled || (!now.reply.ok() && state.cancelled() != asio::cancellation_type::none)) {
    now.fail(NetError::kCancelled, "The request was cancelled.");
  } else if (!now.reply.ok() && now.watchdog->fired()) {
    now.fail(NetError::kTimeout,
             now.url.host + " took longer than " + std::to_string(within.count()) + " ms.");
  }
  if (!now.reply.ok()) {
    now.reply.status = 0;
    now.reply.headers = Headers();
    now.reply.body = SecretString();
  }
  now.reply.maybe_processed = now.bytes_went_out;
  co_return std::move(now.reply);
}

void HttpClient::close_idle() {
  impl_->pool->clear();
}
std::size_t HttpClient::idle_connections() const {
  return impl_->pool->size();
}

bool is_repeatable(const ClientRequest& request) {
  return request.repeatable.value_or(
      is_one_of(request.method, {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}));
}

std::string_view to_string(NetError error) {
  switch (error) {
    case NetError::kNone:
      return "none";
    case NetError::kDns:
      return "dns";
    case NetError::kConnect:
      return "connect";
    case NetError::kTls:
      return "tls";
    case NetError::kTlsCertificate:
      return "tls_certificate";
    case NetError::kTimeout:
      return "timeout";
    case NetError::kReset:
      return "reset";
    case NetError::kTooLarge:
      return "too_large";
    case NetError::kPolicy:
      return "policy";
    case NetError::kProtocol:
      return "protocol";
    case NetError::kRateLimited:
      return "rate_limited";
    case NetError::kCircuitOpen:
      return "circuit_open";
    case NetError::kCancelled:
      break;
  }
  return "cancelled";
}

Error ClientReply::as_error() const {
  const auto held_back = [this](ErrorCode code) {
    Error out = make_error(code, message);
    out.retry_after_ms = retry_after_ms;
    return out;
  };
  switch (error) {
    case NetError::kTimeout:
      return make_error(ErrorCode::kTimeout, message);
    case NetError::kTooLarge:
      return make_error(ErrorCode::kTooLarge, message);
    case NetError::kProtocol:
      return make_error(ErrorCode::kProtocol, message);
    case NetError::kPolicy:
      return make_error(ErrorCode::kConfiguration, message);
    case NetError::kCancelled:
      return make_error(ErrorCode::kCancelled, message);
    case NetError::kRateLimited:
      return held_back(ErrorCode::kRateLimited);
    default:
      return held_back(ErrorCode::kUnavailable);
  }
}

}  // namespace patchbay::net
