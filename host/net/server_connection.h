#pragma once
// One accepted connection of an HttpServer, from handshake to close, on one loop. ServerShared is
// what all connections of a server have in common.
#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "metrics/route_counters.h"
#include "net/http_server.h"
#include "net/stream.h"
#include "net/watchdog.h"

namespace patchbay::net {

struct GuardVerdict;

// Connections in all and per peer address. Any thread.
class ConnectionCounts {
 public:
  // False, and nothing counted, when a limit is reached.
  bool enter(const std::string& peer, const ServerLimits& limits, bool is_proxy);
  void leave(const std::string& peer);
  [[nodiscard]] std::size_t total() const { return total_.load(); }

 private:
  std::mutex mutex_;
  std::map<std::string, std::size_t> by_peer_;
  std::atomic<std::size_t> total_ = 0;
};

struct ServerShared {
  ServerOptions options;
  Handler handler;
  std::set<std::string, std::less<>> hosts;
  std::string id_prefix;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<bool> draining = false;
  ConnectionCounts counts;

  void write_next_request_id(std::string& into);
  // What new connections take; null: no TLS. Any thread.
  [[nodiscard]] std::shared_ptr<const TlsContext> tls() const;
  void use(std::shared_ptr<const TlsContext> tls);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> tls_;
};

// Holds a place in the counts.
class ConnectionPlace {
 public:
  ConnectionPlace(std::shared_ptr<ServerShared> server, std::string peer)
      : server_(std::move(server)), peer_(std::move(peer)) {}
  ConnectionPlace(ConnectionPlace&&) noexcept = default;
  ConnectionPlace& operator=(ConnectionPlace&&) = delete;
  ConnectionPlace(const ConnectionPlace&) = delete;
  ConnectionPlace& operator=(const ConnectionPlace&) = delete;
  ~ConnectionPlace() {
    if (server_) server_->counts.leave(peer_);
  }
  [[nodiscard]] const std::shared_ptr<ServerShared>& server() const { return server_; }
  [[nodiscard]] const std::string& peer() const { return peer_; }

 private:
  std::shared_ptr<ServerShared> server_;
  std::string peer_;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Registry = std::set<Connection*>;  // of one loop, touched on that loop only

  Connection(ConnectionPlace place, asio::ip::tcp::socket socket,
             std::shared_ptr<Registry> registry);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins; the connection keeps itself alive until it is closed.
  void start();
  // Closes now when it waits for another request, else after the answer of this one.
  void drain();
  // Cancels the running handler and closes.
  void abort();

 private:
  struct Exchange;

  Task<> run();
  // True when a whole request was there and its answer has left, both without waiting, and the
  // connection may carry another. Else exchange() goes on from where this came to.
  bool exchange_at_once();
  bool answer_at_once(Exchange& now);
  void forget_exchange();
  Task<bool> exchange();
  Task<bool> read_head(Exchange& now);
  // Checks and parses the first `size` bytes; a refusal is left in `now`.
  void take_head(Exchange& now, std::size_t size);
  GuardVerdict check_head(Exchange& now, std::size_t size);
  void pass_empty_line();
  Task<bool> read_body(Exchange& now);
  // Of a body that is read by the handler.
  Task<Result<std::optional<std::string>>> read_part(Exchange& now);
  Task<bool> tell_to_continue(const Exchange& now);
  // Tells which route's handler it was; null: none.
  Task<Response> ask_handler(Request& request, metrics::RouteCounters*& route);
  // For the metrics, and for the log.
  static void note_answer(const Request& request, unsigned status, metrics::RouteCounters* route,
                          std::chrono::steady_clock::duration took);
  // What on_error makes of it, if there is one.
  Response error_page(const Request& request, unsigned status);
  Task<bool> refuse(unsigned status, std::string_view reason);
  // To somebody who speaks HTTP where TLS is spoken.
  Task<> ask_for_tls();
  // Whether somebody is to be asked about the body before it is read.
  [[nodiscard]] bool wants_admission(const Exchange& now) const;
  Task<bool> admit_body(Exchange& now);
  Task<bool> refuse_body(const Response& response, const Request& request);
  struct Writing;
  Task<bool> write_response(const Response& response, Writing how);
  // The two halves of it: what does not leave at once, of the head and what was joined to it; and
  // that and all else.
  std::string_view begin_response(const Response& response, const Writing& how);
  Task<bool> finish_response(const Response& response, Writing how, std::string_view unsent);
  // False as well when making them fails, or they are not what Response::length says.
  Task<bool> write_parts(const Response& response, bool chunked);
  Task<bool> write_all(std::string_view bytes);
  // Begins to watch how fast the peer takes what is written.
  void watch_writing();
  // A later time when it took enough since the last look, otherwise one that has passed.
  Watchdog::Clock::time_point look_at_writing();
  // How much the peer has, in bytes, as far as differences go.
  std::int64_t acknowledged();
  Task<bool> read_more(std::size_t most);
  Task<> linger();
  void consume(std::size_t bytes);
  void make_room(std::size_t most);
  [[nodiscard]] std::string_view received() const { return {buffer_.data(), filled_}; }
  [[nodiscard]] const ServerLimits& limits() const { return place_.server()->options.limits; }

  ConnectionPlace place_;
  std::shared_ptr<Registry> registry_;
  std::unique_ptr<Stream> stream_;
  std::shared_ptr<Watchdog> watchdog_;
  asio::cancellation_signal cancel_;
  std::vector<char, WipingAllocator<char>> buffer_;
  std::vector<char, WipingAllocator<char>> out_;
  std::unique_ptr<Exchange> now_;  // used again for each request, so that most need no memory
  std::size_t filled_ = 0;
  bool idle_ = true;
  bool is_first_ = true;  // request of this connection
  bool is_tls_ = false;
  std::int64_t written_ = 0;
  std::optional<std::int64_t> acknowledged_;  // at the last look; set while something is written
};

}  // namespace patchbay::net
