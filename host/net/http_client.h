#pragma once
// The hub's outgoing HTTP. HttpSender is the seam: callers hold a reference to it, tests and the
// simulator give their own. HttpClient is the real one: TLS 1.2/1.3 verified against the system's
// CA store with the host name checked, connections kept alive, every step under the egress policy.
// It follows no redirects, keeps no cookies, offers no compression.
//
// One HttpClient per loop, used from that loop only; it must end before its loop does. A request
// ends early when the awaiting coroutine is cancelled.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "net/asio.h"
#include "net/body_reader.h"
#include "net/egress.h"
#include "net/headers.h"
#include "net/resolver.h"

namespace patchbay::net {

// How slow the peer may be with a body that comes or goes in parts.
struct BodyPace {
  std::chrono::milliseconds grace{30'000};  // how long it may be slower than that, or silent
  std::size_t min_bytes_per_second = 1'024;
  std::uint64_t max_bytes = std::uint64_t{5} << 30U;  // of an answer
};

struct ClientRequest {
  std::string method = "GET";
  std::string url{};
  Headers headers{};    // Host, Content-Length, Connection and framing fields are the client's own
  SecretString body{};  // sent with Content-Length; none for an empty body of GET, HEAD, DELETE
  bool secret = false;  // body or answer hold secrets: for whoever logs or records
  std::size_t max_answer_bytes = std::size_t{1} << 20U;
  // Asked once the head of an answer has come, with the length it tells, if any: a bound in place
  // of max_answer_bytes. Empty: that one stays.
  std::function<std::size_t(unsigned status, std::optional<std::uint64_t> length)> bound_answer{};
  // Asked once with the head of an answer; true: it is handed out before its body has come, as
  // ClientReply::rest. The time that send() is given then ends with the head. Empty: never.
  std::function<bool(unsigned status, std::optional<std::uint64_t> length)> hand_on{};
  // Set: the body, in place of `body`; asked for on the client's loop. Nothing of it is sent twice.
  // The time that send() is given begins anew with its end. An answer that comes before it ends it.
  BodyReader body_parts{};
  std::optional<std::uint64_t> body_length{};  // of body_parts; none: it goes in chunks
  BodyPace pace{};
  bool fresh_connection = false;  // no pooled connection, so that maybe_processed is exact
  // Whether sending it twice is harmless, when the method alone does not say (a client-credentials
  // token request). GET, HEAD, OPTIONS, PUT and DELETE are repeatable by definition.
  std::optional<bool> repeatable{};
  std::vector<std::string> allowed_hosts{};  // exact; empty allows none
  // Asked on the loop right before the first byte goes out; false: nothing is sent, kCancelled.
  // Empty: always.
  std::function<bool()> go_ahead{};
};

enum class NetError : std::uint8_t {
  kNone,
  kDns,
  kConnect,
  kTls,             // the handshake failed, for a reason other than the certificate
  kTlsCertificate,  // the server's certificate does not verify: expired, another host's, unknown
                    // issuer
  kTimeout,         // the deadline passed, whatever step it was in
  kReset,           // the connection ended before the answer was complete
  kTooLarge,        // answer over max_answer_bytes
  kPolicy,          // egress policy refused host, port, scheme or address
  kProtocol,        // the answer is not HTTP
  kCancelled,
  kRateLimited,  // held back by the hub itself (pacing/pace.h): the provider's limit is used up
  kCircuitOpen,  // likewise: the provider fails most of the time
};
std::string_view to_string(NetError error);

struct ClientReply {
  NetError error = NetError::kNone;
  std::string message;  // for a person, when error is set; holds no secret
  // False when it is known that no byte of the request went out, so that a rotating grant may be
  // presented again.
  bool maybe_processed = false;
  unsigned status = 0;              // 0 when error is set
  std::int64_t retry_after_ms = 0;  // when the hub itself held the request back
  Headers headers;
  SecretString body;  // wiped when freed
  // In place of `body`, when it was handed on. Its failures: kTimeout (too slow), kTooLarge,
  // kProtocol, kUnavailable (the connection ended within it).
  BodyReader rest;

  [[nodiscard]] bool ok() const { return error == NetError::kNone; }
  // By the hub itself.
  [[nodiscard]] bool was_held_back() const {
    return error == NetError::kRateLimited || error == NetError::kCircuitOpen;
  }
  // The same as an Error: kTimeout, kTooLarge, kProtocol, kConfiguration (policy), kCancelled,
  // kRateLimited or kUnavailable. Only when error is set.
  [[nodiscard]] Error as_error() const;
};

// Whether it may be sent again when nobody knows whether it was carried out.
bool is_repeatable(const ClientRequest& request);

class HttpSender {
 public:
  virtual ~HttpSender() = default;
  // Never throws, except to unwind a destroyed loop.
  virtual Task<ClientReply> send(ClientRequest request, std::chrono::milliseconds within) = 0;
};

struct ClientOptions {
  std::chrono::milliseconds idle_time{30'000};  // how long a kept connection may wait
  std::chrono::milliseconds connect_time{10'000};
  std::size_t max_idle_per_host = 16;
  std::size_t max_idle = 256;
  std::size_t max_at_once_per_host = 64;  // more wait in line, within their time
  std::string user_agent = "Patchbay";
};

class HttpClient final : public HttpSender {
 public:
  // `policy` is shared by the clients of all loops. `resolver` null: the system's.
  HttpClient(asio::io_context& loop, std::shared_ptr<const EgressPolicy> policy,
             ClientOptions options = {}, std::shared_ptr<Resolver> resolver = nullptr);
  ~HttpClient() override;

  Task<ClientReply> send(ClientRequest request, std::chrono::milliseconds within) override;

  void close_idle();
  [[nodiscard]] std::size_t idle_connections() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::net
