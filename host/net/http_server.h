#pragma once
// HttpServer: HTTP/1.1 on every loop of a pool, with or without TLS. It accepts, reads, checks
// (http_guard.h), asks the handler, writes. Each connection lives on one loop; its handler runs
// there. A handler that throws answers 500 without detail.
//
// Limits: every read and write has a deadline, bodies a minimum rate, connections a number in all
// and per peer. What is refused at the framing level is answered once and the connection closed.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "net/asio.h"
#include "net/http_types.h"
#include "net/loops.h"
#include "net/proxies.h"
#include "net/router.h"
#include "net/tls_files.h"

namespace patchbay::net {

struct ServerLimits {
  // The TLS handshake; until a new connection's first byte; and from there to the end of the head.
  std::chrono::milliseconds header_time{9'000};
  std::chrono::milliseconds idle_time{60'000};  // between requests of one connection
  // How long a peer may be slower than min_bytes_per_second, or silent, in a body.
  std::chrono::milliseconds body_grace{9'000};
  // The same for a peer that reads. Counted is what its side acknowledged: the kernel takes
  // megabytes for one that reads nothing.
  std::chrono::milliseconds write_grace{9'000};
  std::chrono::milliseconds linger_time{1'000};  // reading on after a refusal, so that it arrives
  std::size_t min_bytes_per_second = 1'024;
  std::size_t max_head_bytes = std::size_t{16} << 10U;
  std::size_t max_headers = 100;
  std::size_t max_body_bytes = std::size_t{1} << 20U;
  std::size_t max_connections = 10'000;
  std::size_t max_connections_per_peer = 1'000;  // not of a trusted proxy, who stands for many
};

// Room for a request's body that is longer than ServerLimits::max_body_bytes.
struct LargeBody {
  std::size_t max_bytes = 0;
  std::size_t min_bytes_per_second = 0;
  std::shared_ptr<void> room;  // held until the request is answered
  bool in_parts = false;       // it is not read beforehand: the handler does, Request::body_parts
};

// Asked with the head of a request that tells such a length, before any of its body is read; what
// else it answers is sent in place of the handler's answer, and the connection closed. Chunked
// bodies, which tell no length, are never larger than max_body_bytes, but where
// ServerOptions::admit_chunked says that this is asked about them, too. Runs on the connection's
// loop.
using AdmitBody = std::function<Task<std::variant<LargeBody, Response>>(
    const Request& head, std::optional<std::uint64_t> length)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  // One listening socket for each loop, the kernel spreads connections. Otherwise one socket,
  // whose connections go round the loops.
  bool reuse_port = false;
  // A listening socket that somebody else made, e.g. the service manager, which keeps it when we
  // go; taken over, address and port are its. Connections go round the loops. -1: none.
  int inherited_socket = -1;
  TlsFiles tls{};  // no certificate: no TLS
  // Answers over TLS say that this host is not to be visited without it (RFC 6797).
  bool strict_transport = false;
  Proxies proxies{};  // whose word counts for Request::peer_address
  // Host names we answer to ("hub.example.com", "localhost:8080"); an entry without a port also
  // matches the listening port. Empty: localhost, 127.0.0.1 and [::1]. Others get 421, which is
  // what stops DNS rebinding.
  std::vector<std::string> allowed_hosts{};
  ServerLimits limits{};
  // Body of answers the server makes itself for a well-formed request (500). Default: short text.
  std::function<Response(const Request&, unsigned status)> on_error{};
  AdmitBody admit_body{};                                    // default: none is
  std::function<bool(const Request& head)> admit_chunked{};  // default: none
  AtOnce at_once{};  // asked before the handler for requests without a body; default: nobody
};

class HttpServer {
 public:
  // Listens and begins to accept. The pool must outlive the server. Errors: kConfiguration (port
  // taken, address not ours, certificate unreadable), saying what to change.
  static Result<std::unique_ptr<HttpServer>> start(LoopPool& loops, ServerOptions options,
                                                   Handler handler);
  ~HttpServer();  // the server must have been stopped, or the pool
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;  // any thread

  // Reads certificate and key again, for connections that come from now on. When they can't be
  // used, or the certificate is not valid now, it says why (kConfiguration) and stays with those it
  // has. Any thread.
  Result<> reload_tls();

  // Stops accepting, closes idle connections, lets running requests finish for up to `drain`, and
  // new connections send the one they came for; then cancels the rest. True when nothing had to be
  // cancelled. Await it from any loop of the pool.
  Task<bool> stop(std::chrono::milliseconds drain);

 private:
  struct Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::net
