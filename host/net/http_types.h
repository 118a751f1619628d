#pragma once
// What a request handler gets and gives. A Request was checked by the guard (http_guard.h) before
// it came here: one Host that is ours, a path whose segments are decoded, no dot segments, no
// encoded slash, no control characters. Both types wipe what they hold when they end.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "net/asio.h"
#include "net/body_reader.h"
#include "net/headers.h"
#include "net/params.h"

namespace patchbay::net {

struct Request {
  Request() = default;
  Request(Request&&) noexcept = default;
  Request& operator=(Request&&) noexcept = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request();

  std::string method;                 // upper case as sent: "GET"
  std::string target;                 // raw, as sent: "/accounts/a%20b?x=1"; may hold a link token
  std::string path;                   // decoded: "/accounts/a b"
  std::vector<std::string> segments;  // decoded: {"accounts", "a b"}
  Params query;
  Params path_params;  // filled by the router
  Headers headers;
  SecretString body;  // wiped when freed, like every buffer it came through
  // Set: the body has not been read, and comes from here (LargeBody::in_parts); `body` is empty.
  // Asked on the connection's loop, while the handler runs.
  BodyReader body_parts;
  std::optional<std::uint64_t> body_length;  // of body_parts, when the head tells it
  std::string peer_address;
  std::string host;  // the Host field, lower case, e.g. "127.0.0.1:8080"
  std::string id;    // unique per process; also sent back as X-Request-Id
  bool is_tls = false;

  [[nodiscard]] std::string_view header(std::string_view name) const;  // "" when absent
  [[nodiscard]] std::string_view param(std::string_view name) const;   // path parameter or ""
  // The media type without parameters, lower case.
  [[nodiscard]] std::string content_type() const;
  // Decodes the body as application/x-www-form-urlencoded and wipes it; kInvalidArgument when the
  // content type is another.
  Result<Params> take_form(const ParamLimits& limits = {});
  // As new, and what it held is wiped; the memory stays for the next request.
  void reset();
};

// Splits and decodes a request target ("/a/b?c=d") into path, segments and query.
Result<> decode_target(std::string_view target, Request& request);

// A body that is made while it is sent: its next part, none after the last. Each is asked for when
// the one before was written, so that a slow reader holds up whoever makes them, and not again when
// the client has gone. The request lives as long. One that throws breaks the body off, which the
// client notices.
using BodyParts = std::function<Task<std::optional<std::string>>()>;

struct Response {
  Response() = default;
  explicit Response(unsigned status_code) : status(status_code) {}
  Response(Response&&) noexcept = default;
  Response& operator=(Response&&) noexcept = default;
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;
  ~Response();

  unsigned status = 200;
  Headers headers;
  std::string body;
  BodyParts parts;  // set: in place of `body`
  // Of `parts`, or of what an answer to HEAD leaves out, where it is known. Parts that come to
  // another length break the body off.
  std::optional<std::uint64_t> length;
  bool secret = false;            // wipe the body once it is written
  bool close_connection = false;  // end the connection after this answer

  // As new, and a secret body is wiped; the memory stays for the next answer.
  void reset();
  Response& with(std::string_view name, std::string_view value) & {
    headers.set(name, value);
    return *this;
  }
  Response&& with(std::string_view name, std::string_view value) && {
    headers.set(name, value);
    return std::move(*this);
  }
  Response& cookie(std::string_view set_cookie) & {
    headers.add("Set-Cookie", set_cookie);
    return *this;
  }
};

// All of these say Cache-Control: no-store; a handler that wants caching sets another.
Response html(std::string body, unsigned status = 200);
Response json(std::string body, unsigned status = 200);
Response problem_json(std::string body, unsigned status);  // RFC 9457
Response text(std::string body, unsigned status = 200);
Response redirect(std::string_view location);  // 303 See Other
Response empty(unsigned status = 204);

std::string_view status_text(unsigned status);  // "Not Found"; "" when unknown

}  // namespace patchbay::net
