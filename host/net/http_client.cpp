#include "net/http_client.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "net/client_pool.h"
#include "net/host_slots.h"
#include "net/http_parser.h"
#include "net/rate_deadline.h"
#include "net/stream.h"
#include "net/url.h"
#include "net/watchdog.h"

namespace patchbay::net {

using asio::ip::tcp;
using Clock = Watchdog::Clock;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadSize = std::size_t{16} << 10U;
constexpr std::size_t kPartSize = std::size_t{64} << 10U;  // of answers that are handed on
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
  if (request.body_parts && !request.body_length) {
    append(out, "Transfer-Encoding: chunked\r\n");
  } else if (request.body_parts) {
    append(out, "Content-Length: ");
    append(out, std::to_string(*request.body_length));
    append(out, "\r\n");
  } else if (!request.body.empty() || is_one_of(request.method, {"POST", "PUT", "PATCH"})) {
    append(out, "Content-Length: ");
    append(out, std::to_string(request.body.size()));
    append(out, "\r\n");
  }
  append(out, "\r\n");
}

// The part of a body that comes in chunks (RFC 9112 §7.1); the empty one is the last.
std::string chunk(std::string_view part) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", part.size());
  return std::string(size.data()).append(part).append("\r\n");
}

// One call of send(), and, when its answer is handed on, what comes after it: what is open, how far
// it got, when it must end.
struct Exchange {
  Exchange(ClientRequest given, std::chrono::milliseconds time)
      : request(std::move(given)), within(time), deadline(Clock::now() + time) {}
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
  bool fail_too_large() {
    return fail(NetError::kTooLarge, url.host + " answered more than the allowed " +
                                         std::to_string(longest) + " bytes.");
  }
  bool fail_not_http() {
    return fail(NetError::kProtocol, url.host + " answered something that is not HTTP.");
  }
  bool fail_ended() {
    return fail(NetError::kReset,
                url.host + (answer_began ? " ended the connection within its answer."
                                         : " ended the connection without an answer."));
  }

  void begin_answer() {
    reply.headers = Headers();
    reply.body = SecretString();
    parser.emplace(reply.headers, reply.body, request.max_answer_bytes, request.method == "HEAD");
  }
  // Takes in what was read.
  ParseState parse() {
    std::size_t used = 0;
    const ParseState state = parser->put({buffer.data(), filled}, used);
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(used),
              buffer.begin() + static_cast<std::ptrdiff_t>(filled), buffer.begin());
    filled -= used;
    return state;
  }
  Task<ErrorCondition> read_more(std::size_t room) {
    if (buffer.size() - filled < room / 2) buffer.resize(buffer.size() + room);
    const auto [error, count] =
        co_await stream->read_some(buffer.data() + filled, buffer.size() - filled);
    if (count > 0) answer_began = true;
    filled += count;
    came = count;
    co_return error;
  }
  // Whether the peer, by closing, ended an answer that has no other end.
  bool ends_so(const ErrorCondition& error) {
    return is_clean_end(error) && parser->ends_with_connection() && filled == 0 &&
           parser->put_end() == ParseState::kDone;
  }

  ClientRequest request;
  Url url;
  const std::chrono::milliseconds within;
  Clock::time_point deadline;
  std::shared_ptr<Watchdog> watchdog;
  std::optional<HostSlots::Slot> slot;
  std::string key;  // of slot and pool
  tcp::socket* connecting = nullptr;
  std::unique_ptr<Stream> stream;
  bool from_pool = false;
  bool bytes_went_out = false;
  bool written = false;    // all of the request
  bool broke_off = false;  // what the request's body came from
  bool answer_began = false;
  bool keep = false;  // the connection may serve another request
  bool handed_on = false;
  bool ended = false;  // what was handed on
  ClientReply reply;
  std::optional<ResponseParser> parser;
  std::size_t longest = 0;  // bytes that the answer may have
  Bytes buffer;
  std::size_t filled = 0;
  std::size_t came = 0;              // by the last read
  std::optional<RateDeadline> pace;  // of what is handed on
  Clock::time_point taken_at;        // its last part
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
  Task<bool> write_parts(Exchange& now);
  Task<bool> write_all(Exchange& now, std::string_view bytes);
  Task<bool> write_and_wait(Exchange& now);
  Task<bool> read(Exchange& now);
  Task<bool> write_and_read(Exchange& now);
  static Task<Result<std::optional<std::string>>> next_part(std::shared_ptr<Impl> impl,
                                                            std::shared_ptr<Exchange> exchange);
  Task<Result<std::optional<std::string>>> next_part(Exchange& now);
  BodyReader rest_of(std::unique_ptr<Exchange> exchange, const std::shared_ptr<Impl>& self) const;
  void finish(Exchange& now);

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
  co_return co_await write_all(now, {head.data(), head.size()}) && co_await write_all(now, body);
}

Task<bool> HttpClient::Impl::write_all(Exchange& now, std::string_view bytes) {
  while (!bytes.empty()) {
    now.bytes_went_out = true;
    const auto [error, count] = co_await now.stream->write_some(bytes);
    if (error) co_return false;
    bytes.remove_prefix(count);
  }
  co_return true;
}

// Only the provider's share of the time counts: whoever the parts come from has limits of their
// own.
Task<bool> HttpClient::Impl::write_parts(Exchange& now) {
  const bool chunked = !now.request.body_length;
  RateDeadline pace(now.request.pace.grace, now.request.pace.min_bytes_per_second);
  std::uint64_t left = now.request.body_length.value_or(0);
  for (bool more = true; more;) {
    now.watchdog->clear();
    const auto asked = Clock::now();
    auto part = co_await now.request.body_parts();
    pace.paused(Clock::now() - asked);
    more = part && *part;
    const std::size_t size = more ? (*part)->size() : 0;
    if (!part || (!chunked && (more ? size > left : left > 0))) {
      now.broke_off = true;
      co_return false;
    }
    left -= chunked ? 0 : size;
    if (!more && !chunked) break;
    const std::string bytes = chunked ? chunk(more ? **part : std::string()) : **std::move(part);
    now.watchdog->set(pace.at());
    if (!co_await write_all(now, bytes)) co_return false;
    pace.moved(bytes.size());
  }
  co_return true;
}

// Ends by itself only when the request can't be completed.
Task<bool> HttpClient::Impl::write_and_wait(Exchange& now) {
  now.written = co_await write(now) && co_await write_parts(now);
  if (now.broke_off) co_return false;
  now.deadline = Clock::now() + now.within;
  now.watchdog->set(now.deadline);
  asio::steady_timer never(loop, Clock::time_point::max());
  (void)co_await never.async_wait(kToken);
  co_return false;
}

Task<bool> HttpClient::Impl::read(Exchange& now) {
  now.begin_answer();
  now.longest = now.request.max_answer_bytes;
  int interim = 0;
  bool has_head = false;
  while (true) {
    ParseState state = now.parse();
    if (!has_head && (state == ParseState::kHead || state == ParseState::kTooLarge)) {
      has_head = true;
      const auto length = now.parser->length();
      if (now.request.hand_on && now.request.hand_on(now.parser->status(), length)) {
        now.handed_on = true;
        now.longest = now.request.pace.max_bytes;
        now.parser->allow(now.longest);
        if (length.value_or(0) > now.longest) co_return now.fail_too_large();
        break;
      }
      if (now.request.bound_answer) {
        now.longest = now.request.bound_answer(now.parser->status(), length);
        now.parser->allow(now.longest);
      }
      if (length.value_or(0) <= now.longest) continue;
      state = ParseState::kTooLarge;
    }
    if (state == ParseState::kTooLarge) co_return now.fail_too_large();
    if (state == ParseState::kBad) co_return now.fail_not_http();
    if (state == ParseState::kDone && now.parser->status() >= 200) {
      now.keep = now.parser->keep_alive() && now.filled == 0;
      break;
    }
    if (state == ParseState::kDone) {
      if (now.parser->status() == 101 || ++interim > kMaxInterimAnswers) {
        co_return now.fail(NetError::kProtocol, now.url.host + " answered with a protocol switch.");
      }
      now.begin_answer();
      continue;
    }
    const auto error = co_await now.read_more(kReadSize);
    if (!error) continue;
    if (now.ends_so(error)) break;
    co_return now.fail_ended();
  }
  now.reply.error = NetError::kNone;
  now.reply.message.clear();
  now.reply.status = now.parser->status();
  co_return true;
}

Task<bool> HttpClient::Impl::write_and_read(Exchange& now) {
  if (!now.request.body_parts) {
    now.written = co_await write(now);
    co_return co_await read(now);
  }
  using namespace asio::experimental::awaitable_operators;
  const auto first = co_await (read(now) || write_and_wait(now));
  if (first.index() == 0) co_return std::get<0>(first);
  co_return now.fail(NetError::kCancelled, "The body of the request broke off.");
}

// The connection may serve others, when all that belongs to this exchange has passed.
void HttpClient::Impl::finish(Exchange& now) {
  if (now.written && now.keep && !now.watchdog->fired()) pool->give(now.key, std::move(now.stream));
  now.stream.reset();
  now.slot.reset();
  now.watchdog->stop();
}

Task<> HttpClient::Impl::run(Exchange& now) {
  if (!check(now)) co_return;
  now.key = now.url.scheme + "://" + now.url.host_header();
  auto slot = co_await slots->take(now.key, now.deadline);
  if (!slot) {
    now.fail(NetError::kTimeout, "Too many requests to " + now.url.host + " are under way.");
    co_return;
  }
  now.slot.emplace(*std::move(slot));
  bool may_use_pool = !now.request.fresh_connection && !now.request.body_parts;
  while (true) {
    now.stream = may_use_pool ? pool->take(now.key) : nullptr;
    now.from_pool = now.stream != nullptr;
    if (!now.from_pool && !co_await open(now)) co_return;
    if (now.request.go_ahead && !now.request.go_ahead()) {
      now.fail(NetError::kCancelled, "The request was withdrawn before it was sent.");
      co_return;
    }
    if (co_await write_and_read(now)) {
      if (!now.handed_on) finish(now);
      co_return;
    }
    // A kept connection that had died meanwhile says nothing about the host.
    const bool stale = now.from_pool && !now.answer_began && now.reply.error == NetError::kReset;
    now.stream.reset();
    if (!stale || !is_repeatable(now.request) || now.watchdog->fired()) co_return;
    may_use_pool = false;
    now.reply = ClientReply();
    now.filled = 0;
  }
}

Task<Result<std::optional<std::string>>> HttpClient::Impl::next_part(
    std::shared_ptr<Impl> impl, std::shared_ptr<Exchange> exchange) {
  co_return co_await impl->next_part(*exchange);
}

Task<Result<std::optional<std::string>>> HttpClient::Impl::next_part(Exchange& now) {
  if (now.ended) co_return std::nullopt;
  if (!now.reply.ok() || !now.stream) co_return now.reply.as_error();
  now.pace->paused(Clock::now() - now.taken_at);
  bool whole = true;
  while (true) {
    const ParseState state = now.parse();
    if (state == ParseState::kTooLarge) whole = now.fail_too_large();
    if (state == ParseState::kBad) whole = now.fail_not_http();
    now.ended = now.ended || state == ParseState::kDone;
    if (now.ended || !whole || !now.reply.body.empty()) break;
    now.watchdog->set(now.pace->at());
    const auto error = co_await now.read_more(kPartSize);
    now.watchdog->clear();
    now.pace->moved(now.came);
    if (!error) continue;
    if (now.ends_so(error)) {
      now.ended = true;
      break;
    }
    whole = now.watchdog->fired()
                ? now.fail(NetError::kTimeout, now.url.host + " stopped within its answer.")
                : now.fail_ended();
    break;
  }
  now.keep = now.ended && now.parser->keep_alive() && now.filled == 0;
  if (now.ended || !whole) finish(now);
  if (!whole) co_return now.reply.as_error();
  std::string part(std::exchange(now.reply.body, SecretString()).reveal());
  now.taken_at = Clock::now();
  if (part.empty()) co_return std::nullopt;
  co_return part;
}

// What a part is asked for, and let go of, from other loops too: it ends on its own.
BodyReader HttpClient::Impl::rest_of(std::unique_ptr<Exchange> exchange,
                                     const std::shared_ptr<Impl>& self) const {
  exchange->watchdog->clear();
  exchange->pace.emplace(exchange->request.pace.grace, exchange->request.pace.min_bytes_per_second);
  exchange->taken_at = Clock::now();
  exchange->request.go_ahead = nullptr;
  exchange->request.hand_on = nullptr;
  exchange->request.bound_answer = nullptr;
  exchange->request.body_parts = nullptr;
  exchange->request.headers.clear();
  exchange->request.body = SecretString();
  const auto let_go = [self](Exchange* over) {
    std::unique_ptr<Exchange> last(over);
    // A loop that has stopped is nobody's.
    if (self->loop.get_executor().running_in_this_thread() || self->loop.stopped()) return;
    asio::post(self->loop, [self, last = std::move(last)] {});
  };
  std::shared_ptr<Exchange> shared(exchange.release(), let_go);
  return [self, shared = std::move(shared)] { return next_part(self, shared); };
}

HttpClient::HttpClient(asio::io_context& loop, std::shared_ptr<const EgressPolicy> policy,
                       ClientOptions options, std::shared_ptr<Resolver> resolver)
    : impl_(std::make_shared<Impl>(loop, std::move(policy), std::move(options),
                                   resolver ? std::move(resolver) : system_resolver())) {}
HttpClient::~HttpClient() = default;

Task<ClientReply> HttpClient::send(ClientRequest request, std::chrono::milliseconds within) {
  const std::shared_ptr<Impl> impl = impl_;
  auto exchange = std::make_unique<Exchange>(std::move(request), within);
  Exchange& now = *exchange;
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
  ClientReply reply = std::move(now.reply);
  if (reply.ok() && now.handed_on) {
    now.reply = ClientReply();
    now.reply.status = reply.status;
    reply.rest = impl->rest_of(std::move(exchange), impl);
  }
  co_return reply;
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
