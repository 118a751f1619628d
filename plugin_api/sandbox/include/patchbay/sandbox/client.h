#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/json.h"

namespace patchbay::sandbox {

enum class NetError {
  none,
  connect,    ///< nobody listens
  tls,        ///< the handshake failed; `error_text` says why, e.g. an unverified certificate
  timeout,    ///< no complete answer in time
  truncated,  ///< the connection ended before or in the answer
  protocol,   ///< what came is not HTTP
};

struct Reply {
  NetError error{NetError::none};
  std::string error_text;
  int status{0};
  Headers headers;
  std::string body;

  bool ok() const { return error == NetError::none; }
  /// The body as JSON, null when it is not JSON.
  json::value json() const;
};

/// A blocking HTTPS client for tests: verified TLS 1.2/1.3, one kept-alive connection, the real
/// host name sent to a chosen address and port. One thread at a time.
class Client {
 public:
  struct Options {
    std::string host{"localhost"};     ///< SNI, certificate check and Host header
    std::string address{"127.0.0.1"};  ///< where to connect really
    std::uint16_t port{443};
    std::string ca_file{};
    std::chrono::milliseconds timeout{10'000};
  };

  explicit Client(Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Reply send(std::string_view method, std::string_view target, const Headers& headers = {},
             std::string_view body = {});
  Reply get(std::string_view target, const Headers& headers = {});
  Reply post_form(std::string_view target, const Fields& form, Headers headers = {});
  Reply post_json(std::string_view target, const json::value& body, Headers headers = {});
  /// Sends these bytes as they are and reads one answer.
  Reply send_raw(std::string_view bytes);
  /// How many TCP connections were opened so far.
  int connections() const;
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchbay::sandbox
