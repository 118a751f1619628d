#include "net/server_connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <charconv>
#include <ctime>
#include <optional>
#include <typeinfo>
#include <utility>

#include "base/log.h"
#include "base/log_setup.h"
#include "net/http_guard.h"
#include "net/http_parser.h"
#include "net/rate_deadline.h"
#include "net/trace_context.h"

namespace patchbay::net {
namespace {

constexpr std::size_t kFirstRead = std::size_t{4} << 10U;
constexpr std::size_t kUsualHead = std::size_t{2} << 10U;
constexpr std::size_t kBodyRead = std::size_t{16} << 10U;
constexpr std::size_t kPartRead = std::size_t{64} << 10U;
constexpr std::size_t kJoinedWrite = std::size_t{16} << 10U;
constexpr std::size_t kMostDiscarded = std::size_t{1} << 20U;
// Within write_grace: a peer that took much at first and then nothing is found at the second one.
constexpr int kLooks = 2;

using Bytes = std::vector<char, WipingAllocator<char>>;

void append(Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

// RFC 9110 §5.6.7, made once a second.
std::string_view http_date() {
  thread_local std::time_t made_at = -1;
  thread_local std::array<char, 32> text{};
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04u %02u:%02u:%02u GMT",
                  kDays[utc.tm_wday], static_cast<unsigned>(utc.tm_mday) % 100U,
                  kMonths[utc.tm_mon], static_cast<unsigned>(utc.tm_year + 1900) % 10000U,
                  static_cast<unsigned>(utc.tm_hour) % 100U,
                  static_cast<unsigned>(utc.tm_min) % 100U,
                  static_cast<unsigned>(utc.tm_sec) % 100U);
    made_at = now;
  }
  return text.data();
}

bool is_servers_own(std::string_view name) {
  for (const char* own : {"Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date",
                          "X-Request-Id"}) {
    if (iequals(name, own)) return true;
  }
  return false;
}

// HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
void write_framing(Bytes& out, const Response& response, bool chunked) {
  if (response.status == 204 || response.status == 304) return;
  if (!response.parts || response.length) {
    append(out, "\r\nContent-Length: ");
    append(out, std::to_string(response.length.value_or(response.body.size())));
  } else if (chunked) {
    append(out, "\r\nTransfer-Encoding: chunked");
  }
}

// RFC 9112 §7.1; the empty one is the last.
std::string chunk(std::string_view part) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", part.size());
  return std::string(size.data()).append(part).append("\r\n");
}

void write_head(Bytes& out, const Response& response, std::string_view request_id, bool close,
                bool chunked, bool strict_transport) {
  append(out, "HTTP/1.1 ");
  append(out, std::to_string(response.status));
  append(out, " ");
  append(out, status_text(response.status));
  append(out, "\r\nDate: ");
  append(out, http_date());
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    const auto [name, value] = response.headers.at(i);
    if (is_servers_own(name)) continue;
    append(out, "\r\n");
    append(out, name);
    append(out, ": ");
    append(out, value);
  }
  if (!request_id.empty()) {
    append(out, "\r\nX-Request-Id: ");
    append(out, request_id);
  }
  if (strict_transport) append(out, "\r\nStrict-Transport-Security: max-age=31536000");
  write_framing(out, response, chunked);
  append(out, close ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
}

// RFC 9112 §3.2.2: the guard has compared the authority with Host; only the path matters.
void write_origin_form(std::string_view target, std::string& into) {
  into.clear();
  if (!target.starts_with('/')) {
    target.remove_prefix(std::min(target.size(), target.find("://") + 3));
    target.remove_prefix(std::min(target.size(), target.find_first_of("/?")));
    if (!target.starts_with('/')) into = "/";
  }
  into.append(target);
}

void write_lower(std::string_view text, std::string& into) {
  into.assign(text);
  for (char& c : into) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
}

}  // namespace

bool ConnectionCounts::enter(const std::string& peer, const ServerLimits& limits, bool is_proxy) {
  const std::lock_guard lock(mutex_);
  if (total_.load() >= limits.max_connections) return false;
  std::size_t& here = by_peer_[peer];
  if (!is_proxy && here >= limits.max_connections_per_peer) return false;
  ++here;
  ++total_;
  return true;
}

void ConnectionCounts::leave(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  const auto found = by_peer_.find(peer);
  if (--found->second == 0) by_peer_.erase(found);
  --total_;
}

void ServerShared::write_next_request_id(std::string& into) {
  std::array<char, 24> number{};
  const auto end = std::to_chars(number.data(), number.data() + number.size(), ++requests).ptr;
  into.assign(id_prefix).append(number.data(), end);
}

std::shared_ptr<const TlsContext> ServerShared::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

void ServerShared::use(std::shared_ptr<const TlsContext> tls) {
  const std::lock_guard lock(mutex_);
  tls_ = std::move(tls);
}

struct Connection::Writing {
  std::string_view method;
  std::string_view request_id;
  bool close = false;
  bool http_1_0 = false;

  [[nodiscard]] bool has_body(const Response& response) const {
    return method != "HEAD" && response.status != 204 && response.status != 304;
  }
  [[nodiscard]] std::string_view body_of(const Response& response) const {
    return has_body(response) && !response.parts ? std::string_view(response.body)
                                                 : std::string_view();
  }
};

// One request and its answer, and then the next one in the same memory.
struct Connection::Exchange {
  enum class Stage : std::uint8_t { kNew, kHeadTaken, kAnswered };

  explicit Exchange(std::size_t max_body) : parser(head, request.headers, request.body, max_body) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { wipe(head.target.data(), head.target.size()); }

  void reset() {
    stage = Stage::kNew;
    head_size = 0;
    request.reset();
    wipe(head.target.data(), head.target.size());
    head.method.clear();
    head.target.clear();
    head.http_1_0 = false;
    parser.restart();
    state = ParseState::kNeedMore;
    refusal = {};
    admitted = {};
    pace.reset();
    answer.reset();
    unsent = {};
  }
  [[nodiscard]] bool keep_alive() const { return parser.keep_alive() && !head.http_1_0; }
  [[nodiscard]] Writing writing(bool close) const {
    return {request.method, request.id, close, head.http_1_0};
  }

  Stage stage = Stage::kNew;
  std::size_t head_size = 0;
  Request request;
  RequestHead head;
  RequestParser parser;
  ParseState state = ParseState::kNeedMore;
  GuardVerdict refusal;
  LargeBody admitted;
  std::optional<RateDeadline> pace;       // of a body that is read by the handler
  Watchdog::Clock::time_point paused_at;  // after its last part
  Response answer;
  std::string_view unsent;  // of out_, once answered
};

Connection::Connection(ConnectionPlace place, asio::ip::tcp::socket socket,
                       std::shared_ptr<Registry> registry)
    : place_(std::move(place)),
      registry_(std::move(registry)),
      now_(std::make_unique<Exchange>(limits().max_body_bytes)) {
  ErrorCondition ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto loop = socket.get_executor();
  const auto tls = place_.server()->tls();
  is_tls_ = tls != nullptr;
  stream_ = is_tls_ ? make_server_tls_stream(std::move(socket), *tls)
                    : make_plain_stream(std::move(socket));
  // The watchdog is stopped before the stream goes.
  watchdog_ = Watchdog::make(loop, [this] { stream_->close(); });
  watchdog_->ask_first([this] { return look_at_writing(); });
  registry_->insert(this);
}

Connection::~Connection() {
  watchdog_->stop();
  registry_->erase(this);
}

void Connection::start() {
  asio::co_spawn(stream_->socket().get_executor(), run(),
                 asio::bind_cancellation_slot(
                     cancel_.slot(), [self = shared_from_this()](const std::exception_ptr&) {}));
}

void Connection::drain() {
  if (idle_ && !is_first_) stream_->close();
}

void Connection::abort() {
  const auto self = shared_from_this();
  cancel_.emit(asio::cancellation_type::terminal);
  stream_->close();
}

Task<> Connection::run() {
  watchdog_->set(limits().header_time);
  const auto [error] = co_await stream_->handshake();
  if (error) {
    log::debug("net", "handshake_failed",
               {{"peer", place_.peer()}, {"why", stream_->handshake_problem(error)}});
    if (stream_->met_plain_http(error)) co_await ask_for_tls();
    co_return;
  }
  while (true) {
    if (filled_ == 0) {
      if (!is_first_ && place_.server()->draining.load()) break;
      watchdog_->set(is_first_ ? limits().header_time : limits().idle_time);
      idle_ = true;
      if (is_tls_) {
        buffer_ = Bytes();
        co_await stream_->until_readable();
      }
      make_room(kFirstRead);
      // Not in a coroutine of its own, whose memory an idle connection would hold.
      const auto [failed, count] = co_await stream_->read_some(buffer_.data(), kFirstRead);
      idle_ = false;
      filled_ += count;
      if (failed || !stream_->socket().is_open()) break;  // drained at that moment
    }
    is_first_ = false;
    const bool goes_on = exchange_at_once() || co_await exchange();
    forget_exchange();
    if (!goes_on) break;
  }
  stream_->close();
}

// The memory that a long head took goes with it: an idle connection holds little.
void Connection::forget_exchange() {
  if (now_->head_size > kUsualHead) {
    now_ = std::make_unique<Exchange>(limits().max_body_bytes);
  } else {
    now_->reset();
  }
}

bool Connection::exchange_at_once() {
  Exchange& now = *now_;
  if (!answer_at_once(now)) return false;
  now.stage = Exchange::Stage::kAnswered;
  now.unsent = begin_response(now.answer, now.writing(false));
  if (!now.unsent.empty()) return false;
  wipe(out_.data(), out_.size());
  return true;
}

// Answers that are short, and do not end the connection.
bool Connection::answer_at_once(Exchange& now) {
  const ServerShared& server = *place_.server();
  pass_empty_line();
  const std::size_t size = find_head_end(received());
  if (!server.options.at_once || size == std::string_view::npos) return false;
  take_head(now, size);
  if (!now.refusal.accepted() || now.state != ParseState::kDone || !now.keep_alive() ||
      server.draining.load())
    return false;
  watchdog_->clear();
  const auto began = std::chrono::steady_clock::now();
  bool answered = false;
  try {
    answered = server.options.at_once(now.request, now.answer);
  } catch (const std::exception& failure) {
    log::error("net", "at_once_threw",
               {{"request", now.request.id}, {"type", typeid(failure).name()}});
  }
  auto* route = metrics::take_chosen_route();
  if (!answered || now.answer.parts || now.answer.close_connection ||
      now.answer.body.size() > kJoinedWrite) {
    now.answer.reset();
    return false;
  }
  note_answer(now.request, now.answer.status, route, std::chrono::steady_clock::now() - began);
  return true;
}

// True when the connection may carry another request.
Task<bool> Connection::exchange() {
  Exchange& now = *now_;
  if (now.stage == Exchange::Stage::kAnswered)
    co_return co_await finish_response(now.answer, now.writing(false), now.unsent);
  if (now.stage == Exchange::Stage::kNew && !co_await read_head(now)) co_return false;
  if (!now.refusal.accepted()) co_return co_await refuse(now.refusal.status, now.refusal.reason);
  if (wants_admission(now) && !co_await admit_body(now)) co_return false;
  if (now.admitted.in_parts)
    now.request.body_parts = [this, &now] { return read_part(now); };
  else if (now.state != ParseState::kDone && !co_await read_body(now))
    co_return false;
  watchdog_->clear();

  const auto began = std::chrono::steady_clock::now();
  metrics::RouteCounters* route = nullptr;
  Response response = co_await ask_handler(now.request, route);
  note_answer(now.request, response.status, route, std::chrono::steady_clock::now() - began);
  watchdog_->clear();
  // What the handler left of the body stands in the way of another request.
  const bool asked_to_keep = now.keep_alive() && now.state == ParseState::kDone;
  const bool close =
      !asked_to_keep || response.close_connection || place_.server()->draining.load();
  const bool written = co_await write_response(response, now.writing(close));
  if (written && close) co_await linger();
  co_return written && !close;
}

Task<bool> Connection::read_head(Exchange& now) {
  const GuardLimits guard{limits().max_head_bytes, limits().max_headers};
  watchdog_->set(limits().header_time);
  std::size_t searched = 0;
  std::size_t end = 0;
  while ((end = find_head_end(received(), searched)) == std::string_view::npos) {
    const GuardVerdict verdict = check_partial_head(received(), searched, guard);
    if (!verdict.accepted()) co_return co_await refuse(verdict.status, verdict.reason);
    searched = filled_;
    if (!co_await read_more(kFirstRead)) co_return false;
  }
  take_head(now, end);
  co_return true;
}

// RFC 9112 §2.2: one empty line in front of a request is let pass.
void Connection::pass_empty_line() {
  if (received().starts_with("\r\n")) consume(2);
}

void Connection::take_head(Exchange& now, std::size_t size) {
  now.refusal = check_head(now, size);
  now.stage = Exchange::Stage::kHeadTaken;
  now.head_size = size;
}

GuardVerdict Connection::check_head(Exchange& now, std::size_t size) {
  const GuardVerdict verdict = check_request_head(received().substr(0, size),
                                                  {limits().max_head_bytes, limits().max_headers});
  if (!verdict.accepted()) return verdict;
  Request& request = now.request;
  std::size_t used = 0;
  now.state = now.parser.put(received().substr(0, size), used);
  if (now.state != ParseState::kTooLarge && now.state != ParseState::kHead &&
      now.state != ParseState::kDone)
    return {400, "malformed header field"};
  consume(used);
  write_lower(request.header("Host"), request.host);
  if (!place_.server()->hosts.contains(request.host))
    return {421, "this host name is not served here"};
  request.method = now.head.method;
  write_origin_form(now.head.target, request.target);
  request.peer_address = place_.server()->options.proxies.client_of(place_.peer(), request.headers);
  request.is_tls = is_tls_;
  place_.server()->write_next_request_id(request.id);
  tidy_traceparent(request.headers);
  if (!decode_target(request.target, request)) return {400, "malformed path or query"};
  return {};
}

Task<> Connection::ask_for_tls() {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
      "44\r\n"
      "Connection: close\r\n\r\nThis port speaks TLS: use https:// instead.\n";
  watchdog_->set(limits().linger_time);
  co_await stream_->socket().async_write_some(asio::buffer(kAnswer.data(), kAnswer.size()),
                                              asio::as_tuple(asio::use_awaitable));
  ErrorCondition ignored;
  stream_->socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

bool Connection::wants_admission(const Exchange& now) const {
  const auto& options = place_.server()->options;
  return now.state == ParseState::kTooLarge ||
         (now.state == ParseState::kHead && !now.parser.length() && options.admit_body &&
          options.admit_chunked && options.admit_chunked(now.request));
}

Task<bool> Connection::admit_body(Exchange& now) {
  const auto length = now.parser.length();
  const auto& admit = place_.server()->options.admit_body;
  if (!admit) co_return co_await refuse_body(error_page(now.request, 413), now.request);
  watchdog_->clear();
  auto answer = co_await admit(now.request, length);
  if (const auto* refusal = std::get_if<Response>(&answer))
    co_return co_await refuse_body(*refusal, now.request);
  now.admitted = std::get<LargeBody>(std::move(answer));
  if (length.value_or(0) > now.admitted.max_bytes)
    co_return co_await refuse_body(error_page(now.request, 413), now.request);
  now.parser.allow(now.admitted.max_bytes);
  now.request.body_length = length;
  now.state = ParseState::kHead;
  co_return true;
}

Task<bool> Connection::tell_to_continue(const Exchange& now) {
  if (filled_ > 0 || now.head.http_1_0 || !now.request.headers.has("Expect")) co_return true;
  co_return co_await write_all("HTTP/1.1 100 Continue\r\n\r\n");
}

Task<Result<std::optional<std::string>>> Connection::read_part(Exchange& now) {
  const auto broke_off = [&] {
    return make_error(ErrorCode::kInvalidArgument, "The body of the request broke off.");
  };
  if (!now.pace) {
    if (!co_await tell_to_continue(now)) co_return broke_off();
    now.pace.emplace(limits().body_grace,
                     std::max(limits().min_bytes_per_second, now.admitted.min_bytes_per_second));
  } else {
    now.pace->paused(Watchdog::Clock::now() - now.paused_at);
  }
  while (now.state != ParseState::kDone) {
    std::size_t used = 0;
    now.state = now.parser.put(received(), used);
    consume(used);
    now.pace->moved(used);
    if (now.state == ParseState::kTooLarge)
      co_return make_error(ErrorCode::kTooLarge, "The body of the request is too large.");
    if (now.state == ParseState::kBad) co_return broke_off();
    if (now.state == ParseState::kDone || !now.request.body.empty()) break;
    watchdog_->set(now.pace->at());
    const bool came = co_await read_more(kPartRead);
    watchdog_->clear();
    if (!came) co_return broke_off();
  }
  now.paused_at = Watchdog::Clock::now();
  if (now.request.body.empty()) co_return std::nullopt;
  co_return std::string(std::exchange(now.request.body, SecretString()).reveal());
}

Task<bool> Connection::read_body(Exchange& now) {
  if (!co_await tell_to_continue(now)) co_return false;
  RateDeadline deadline(limits().body_grace,
                        std::max(limits().min_bytes_per_second, now.admitted.min_bytes_per_second));
  while (true) {
    std::size_t used = 0;
    now.state = now.parser.put(received(), used);
    consume(used);
    deadline.moved(used);
    if (now.state == ParseState::kDone) co_return true;
    if (now.state == ParseState::kTooLarge)
      co_return co_await refuse_body(error_page(now.request, 413), now.request);
    if (now.state == ParseState::kBad) co_return co_await refuse(400, "malformed body");
    watchdog_->set(deadline.at());
    if (!co_await read_more(kBodyRead)) co_return false;
  }
}

Task<Response> Connection::ask_handler(Request& request, metrics::RouteCounters*& route) {
  try {
    auto answer = place_.server()->handler(request);
    route = metrics::take_chosen_route();
    co_return co_await std::move(answer);
  } catch (const std::exception& failure) {
    // The text of an exception may hold anything; its type does not.
    log::error("net", "handler_threw", {{"request", request.id}, {"type", typeid(failure).name()}});
  } catch (...) {
    log::error("net", "handler_threw", {{"request", request.id}, {"type", "unknown"}});
  }
  co_return error_page(request, 500);
}

// A path may hold a link token, so that the log says which route it was.
void Connection::note_answer(const Request& request, unsigned status, metrics::RouteCounters* route,
                             std::chrono::steady_clock::duration took) {
  auto& counters = route != nullptr ? *route : metrics::of_no_route();
  counters.answered(status, took);
  const auto level = status >= 500 ? log::Level::kInfo : log::Level::kDebug;
  if (!log::is_wanted(level, "http")) return;
  log::write(level, "http", "answered",
             {{"request", request.id},
              {"trace_id", trace_id_of(request.headers)},
              {"method", counters.method},
              {"route", counters.pattern},
              {"status", static_cast<int>(status)},
              {"us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
}

Response Connection::error_page(const Request& request, unsigned status) {
  const auto& on_error = place_.server()->options.on_error;
  if (on_error) {
    try {
      return on_error(request, status);
    } catch (const std::exception&) {
      log::error("net", "error_page_threw", {{"request", request.id}});
    }
  }
  return text(std::string(status_text(status)) + "\n", status);
}

Task<bool> Connection::refuse(unsigned status, std::string_view reason) {
  metrics::of_no_route().answered(status, {});
  log::debug("net", "request_refused",
             {{"peer", place_.peer()}, {"status", static_cast<int>(status)}, {"reason", reason}});
  const Response response =
      text(std::string(status_text(status)) + ": " + std::string(reason) + "\n", status)
          .with("X-Content-Type-Options", "nosniff");
  if (co_await write_response(response, {.method = "GET", .request_id = "", .close = true}))
    co_await linger();
  co_return false;
}

// The head was good, so that whoever answers errors knows how to say it to this client.
Task<bool> Connection::refuse_body(const Response& response, const Request& request) {
  note_answer(request, response.status, nullptr, {});
  if (co_await write_response(response,
                              {.method = request.method, .request_id = request.id, .close = true}))
    co_await linger();
  co_return false;
}

Task<bool> Connection::write_response(const Response& response, Writing how) {
  const std::string_view unsent = begin_response(response, how);
  co_return co_await finish_response(response, how, unsent);
}

std::string_view Connection::begin_response(const Response& response, const Writing& how) {
  out_.clear();
  write_head(out_, response, how.request_id, how.close, !how.http_1_0,
             is_tls_ && place_.server()->options.strict_transport);
  const std::string_view body = how.body_of(response);
  if (body.size() <= kJoinedWrite) append(out_, body);
  // Most answers fit into the socket's buffer; nobody's speed needs watching then.
  const std::size_t gone = stream_->write_at_once({out_.data(), out_.size()});
  written_ += static_cast<std::int64_t>(gone);
  return {out_.data() + gone, out_.size() - gone};
}

Task<bool> Connection::finish_response(const Response& response, Writing how,
                                       std::string_view unsent) {
  bool sent = unsent.empty() || co_await write_all(unsent);
  const std::string_view body = how.body_of(response);
  if (sent && response.parts && how.has_body(response)) {
    sent = co_await write_parts(response, !how.http_1_0 && !response.length);
  } else if (sent && body.size() > kJoinedWrite) {
    sent = co_await write_all(body);
  }
  wipe(out_.data(), out_.size());
  co_return sent;
}

Task<bool> Connection::write_parts(const Response& response, bool chunked) {
  std::uint64_t size = 0;
  for (bool more = true; more;) {
    std::optional<std::string> part;
    try {
      part = co_await response.parts();
    } catch (const BodyBrokeOff&) {
      co_return false;
    } catch (const std::exception& failure) {
      log::error("net", "body_broke_off", {{"type", typeid(failure).name()}});
      co_return false;
    }
    more = part.has_value();
    if (more && part->empty()) continue;
    size += more ? part->size() : 0;
    if (size > response.length.value_or(size)) co_return false;
    if (!more && !chunked) break;
    const std::string framed = chunked ? chunk(part.value_or("")) : *std::move(part);
    if (!co_await write_all(framed)) co_return false;
  }
  co_return size == response.length.value_or(size);
}

// Afterwards nothing is watched: whoever makes what comes next has deadlines of its own.
Task<bool> Connection::write_all(std::string_view bytes) {
  watch_writing();
  bool sent = true;
  while (sent && !bytes.empty()) {
    const auto [error, count] =
        co_await stream_->write_some(bytes.substr(0, std::size_t{64} << 10U));
    sent = !error;
    bytes.remove_prefix(count);
    written_ += static_cast<std::int64_t>(count);
  }
  acknowledged_.reset();
  watchdog_->clear();
  co_return sent;
}

void Connection::watch_writing() {
  acknowledged_ = acknowledged();
  watchdog_->set(limits().write_grace / kLooks);
}

Watchdog::Clock::time_point Connection::look_at_writing() {
  if (!acknowledged_) return Watchdog::Clock::time_point::min();
  const auto interval = limits().write_grace / kLooks;
  const auto before = std::exchange(acknowledged_, acknowledged());
  const auto least = static_cast<std::int64_t>(limits().min_bytes_per_second) * interval.count();
  if ((*acknowledged_ - *before) * 1000 < least) return Watchdog::Clock::time_point::min();
  return Watchdog::Clock::now() + interval;
}

std::int64_t Connection::acknowledged() {
  int waiting = 0;
  ::ioctl(stream_->socket().native_handle(), SIOCOUTQ, &waiting);
  return written_ - waiting;
}

Task<bool> Connection::read_more(std::size_t most) {
  make_room(most);
  const auto [error, count] = co_await stream_->read_some(buffer_.data() + filled_, most);
  filled_ += count;
  co_return !error;
}

void Connection::make_room(std::size_t most) {
  if (buffer_.size() < filled_ + most) buffer_.resize(filled_ + most);
}

// Reads on for a moment after the last answer: closing with bytes unread would make the kernel
// reset the connection and the peer lose the answer.
Task<> Connection::linger() {
  watchdog_->set(limits().linger_time);
  co_await stream_->finish_writing();
  std::array<char, 4096> discarded;
  std::size_t total = 0;
  while (total < kMostDiscarded && stream_->socket().is_open()) {
    const auto [error, count] = co_await stream_->socket().async_read_some(
        asio::buffer(discarded), asio::as_tuple(asio::use_awaitable));
    if (error) break;
    total += count;
  }
  wipe(discarded.data(), discarded.size());
}

void Connection::consume(std::size_t bytes) {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(bytes),
            buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
  wipe(buffer_.data() + filled_ - bytes, bytes);
  filled_ -= bytes;
}

}  // namespace patchbay::net
