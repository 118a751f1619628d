#pragma once
// The HTTP/1.1 parser: Beast's basic_parser writing into our own types. Beast is seen by
// http_parser.cpp alone. A parser takes one message and is then thrown away; what it hands out
// lands in the Request or ClientReply given to it, whose memory is wiped. Not thread safe.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "net/headers.h"

namespace patchbay::net {

enum class ParseState : std::uint8_t { kNeedMore, kHead, kDone, kTooLarge, kBad };

struct RequestHead {
  std::string method, target;
  bool http_1_0 = false;
};

class RequestParser {
 public:
  // The head must have passed check_request_head.
  RequestParser(RequestHead& head, Headers& headers, SecretString& body, std::size_t max_body);
  ~RequestParser();
  // Begins with another message, which goes where the one before went.
  void restart();
  // Takes bytes from the front of `data`, adding what it took to `used`; the rest must be given
  // again, with more behind it, unless done. kHead is reported once, when the head is complete;
  // kTooLarge in its place when the head tells a longer body than allowed.
  ParseState put(std::string_view data, std::size_t& used);
  // Of the body, as the head tells it; none for one that comes in chunks. After the head.
  [[nodiscard]] std::optional<std::uint64_t> length() const;
  // Another bound, right after the head: after kTooLarge in place of kHead, put() goes on.
  void allow(std::size_t max_body);
  [[nodiscard]] bool keep_alive() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class ResponseParser {
 public:
  // `no_body`: the answer to HEAD.
  ResponseParser(Headers& headers, SecretString& body, std::size_t max_body, bool no_body);
  ~ResponseParser();
  ParseState put(std::string_view data, std::size_t& used);
  // The peer has closed: kDone when that completes the answer, kBad when it cuts it.
  ParseState put_end();
  [[nodiscard]] std::optional<std::uint64_t> length() const;  // both as RequestParser's
  void allow(std::size_t max_body);
  [[nodiscard]] unsigned status() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool got_some() const;
  [[nodiscard]] bool ends_with_connection()
      const;  // no length: the body runs until the peer closes

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchbay::net
