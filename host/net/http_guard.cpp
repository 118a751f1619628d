#include "net/http_guard.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "net/headers.h"

namespace patchbay::net {
namespace {

constexpr GuardVerdict kAccepted{};

constexpr GuardVerdict bad(std::string_view reason) {
  return {400, reason};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

GuardVerdict check_line_ends(std::string_view bytes, bool complete) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\r') {
      const bool last = i + 1 == bytes.size();
      if (last ? complete : bytes[i + 1] != '\n') return bad("bare carriage return");
      if (!last) ++i;
    } else if (c == '\n') {
      return bad("bare line feed");
    } else if (is_control(c) && c != '\t') {
      return bad("control character");
    }
  }
  return kAccepted;
}

// RFC 9110 §9.1: methods are case-sensitive, and 501 is for those we do not know.
GuardVerdict check_method(std::string_view method) {
  static constexpr std::array<std::string_view, 7> kKnown{"GET",   "HEAD",   "POST",   "PUT",
                                                          "PATCH", "DELETE", "OPTIONS"};
  if (!is_token(method)) return bad("malformed method");
  if (std::find(kKnown.begin(), kKnown.end(), method) == kKnown.end()) {
    return {501, "method not implemented"};
  }
  return kAccepted;
}

// RFC 9112 §3.2. `authority` is set when the target is in absolute form.
GuardVerdict check_target(std::string_view target, std::string_view& authority) {
  for (const char c : target) {
    if (c <= 0x20 || c >= 0x7f || std::string_view("#\\\"<>").find(c) != std::string_view::npos) {
      return bad("character not allowed in the target");
    }
  }
  if (target.starts_with('/')) return kAccepted;
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos ||
      !(iequals(target.substr(0, scheme), "http") || iequals(target.substr(0, scheme), "https"))) {
    return bad("target is neither a path nor an http address");
  }
  target.remove_prefix(scheme + 3);
  authority = target.substr(0, target.find_first_of("/?"));
  return is_valid_host(authority) ? kAccepted : bad("malformed address in the target");
}

GuardVerdict check_version(std::string_view version) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return kAccepted;
  if (version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
      version[6] == '.' && is_digit(version[7])) {
    return {505, "HTTP version not supported"};
  }
  return bad("malformed HTTP version");
}

GuardVerdict check_length(std::string_view value) {
  if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), is_digit)) {
    return bad("malformed Content-Length");
  }
  return kAccepted;
}

// RFC 9112 §6.1. The one coding we take is chunked, once and last.
GuardVerdict check_coding(std::string_view value) {
  if (iequals(value, "chunked")) return kAccepted;
  if (value.empty()) return bad("empty Transfer-Encoding");
  std::string_view last;
  std::size_t chunked = 0;
  for (std::string_view rest = value;;) {
    const std::size_t comma = rest.find(',');
    last = trim(rest.substr(0, comma));
    if (iequals(last, "chunked")) ++chunked;
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (chunked > 1) return bad("chunked twice");
  if (chunked == 1 && !iequals(last, "chunked")) return bad("chunked is not the last coding");
  return {501, "transfer coding not implemented"};
}

// Fields whose meaning depends on there being one of them.
class Singletons {
 public:
  GuardVerdict note(std::string_view name, std::string_view value) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (!iequals(name, kNames[i])) continue;
      if (seen_[i]) return bad("field repeated that may come once");
      seen_[i] = true;
      values_[i] = value;
      return kAccepted;
    }
    return kAccepted;
  }
  enum Which : std::size_t {
    kHost,
    kLength,
    kCoding,
    kExpect,
    kEncoding,
    kType,
    kAuthorization,
    kOrigin,
    kCount
  };
  [[nodiscard]] bool has(Which which) const { return seen_[which]; }
  [[nodiscard]] std::string_view value(Which which) const { return values_[which]; }

 private:
  static constexpr std::array<std::string_view, kCount> kNames{"Host",
                                                               "Content-Length",
                                                               "Transfer-Encoding",
                                                               "Expect",
                                                               "Content-Encoding",
                                                               "Content-Type",
                                                               "Authorization",
                                                               "Origin"};
  std::array<bool, kCount> seen_{};
  std::array<std::string_view, kCount> values_{};
};

GuardVerdict check_framing(const Singletons& fields, bool http_1_0, std::string_view authority) {
  using S = Singletons;
  if (!fields.has(S::kHost)) return bad("Host is missing");
  if (!is_valid_host(fields.value(S::kHost))) return bad("malformed Host");
  if (!authority.empty() && !iequals(authority, fields.value(S::kHost))) {
    return bad("Host and target disagree");
  }
  if (fields.has(S::kLength)) {
    if (const auto verdict = check_length(fields.value(S::kLength)); !verdict.accepted()) {
      return verdict;
    }
  }
  if (fields.has(S::kCoding)) {
    if (fields.has(S::kLength)) return bad("Content-Length beside Transfer-Encoding");
    if (http_1_0) return bad("Transfer-Encoding in HTTP/1.0");
    if (const auto verdict = check_coding(fields.value(S::kCoding)); !verdict.accepted()) {
      return verdict;
    }
  }
  if (fields.has(S::kExpect) && !iequals(fields.value(S::kExpect), "100-continue")) {
    return {417, "expectation not supported"};
  }
  if (fields.has(S::kEncoding) && !iequals(fields.value(S::kEncoding), "identity")) {
    return {415, "compressed bodies are not supported"};
  }
  return kAccepted;
}

}  // namespace

bool is_valid_host(std::string_view host) {
  if (host.size() > 260) return false;
  std::size_t end = 0;
  if (host.starts_with('[')) {
    end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const std::string_view inside = host.substr(1, end - 1);
    if (!std::all_of(inside.begin(), inside.end(),
                     [](char c) { return is_hex(c) || c == ':' || c == '.'; })) {
      return false;
    }
    ++end;
  } else {
    while (end < host.size() && (is_alpha(host[end]) || is_digit(host[end]) || host[end] == '-' ||
                                 host[end] == '.' || host[end] == '_')) {
      ++end;
    }
    if (end == 0) return false;
  }
  std::string_view port = host.substr(end);
  if (port.empty()) return true;
  if (port[0] != ':') return false;
  port.remove_prefix(1);
  if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) {
    return false;
  }
  unsigned number = 0;
  for (const char c : port) number = number * 10 + static_cast<unsigned>(c - '0');
  return number >= 1 && number <= 65535;
}

std::size_t find_head_end(std::string_view received, std::size_t searched) {
  const std::size_t at = received.find("\r\n\r\n", searched < 3 ? 0 : searched - 3);
  return at == std::string_view::npos ? at : at + 4;
}

GuardVerdict check_partial_head(std::string_view received, std::size_t searched,
                                const GuardLimits& limits) {
  if (received.empty()) return kAccepted;
  if (!is_alpha(received[0])) return bad("no request line");
  if (searched <= 32 && received.size() > 32 &&
      received.substr(0, 32).find(' ') == std::string_view::npos) {
    return bad("no request line");
  }
  // A CR at the end of what was searched waits for its LF.
  const std::size_t from = searched > 0 && received[searched - 1] == '\r' ? searched - 1 : searched;
  if (const auto verdict = check_line_ends(received.substr(from), false); !verdict.accepted()) {
    return verdict;
  }
  if (received.size() >= limits.max_head_bytes) return {431, "request head too large"};
  return kAccepted;
}

GuardVerdict check_request_head(std::string_view head, const GuardLimits& limits) {
  if (head.size() > limits.max_head_bytes) return {431, "request head too large"};
  if (find_head_end(head) != head.size()) return bad("incomplete head");
  if (const auto verdict = check_line_ends(head, true); !verdict.accepted()) return verdict;

  const std::string_view line = head.substr(0, head.find("\r\n"));
  head.remove_prefix(line.size() + 2);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return bad("malformed request line");
  const std::size_t second = line.find(' ', space + 1);
  if (second == std::string_view::npos) return bad("malformed request line");
  const std::string_view version = line.substr(second + 1);
  std::string_view authority;
  for (const GuardVerdict& verdict :
       {check_version(version), check_method(line.substr(0, space)),
        check_target(line.substr(space + 1, second - space - 1), authority)}) {
    if (!verdict.accepted()) return verdict;
  }

  Singletons fields;
  std::size_t count = 0;
  while (head != "\r\n") {
    const std::string_view field = head.substr(0, head.find("\r\n"));
    head.remove_prefix(field.size() + 2);
    if (++count > limits.max_headers) return {431, "too many header fields"};
    if (field.front() == ' ' || field.front() == '\t') return bad("folded header field");
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) return bad("header field without a colon");
    const std::string_view name = field.substr(0, colon);
    if (!is_token(name)) return bad("malformed header field name");
    const auto verdict = fields.note(name, trim(field.substr(colon + 1)));
    if (!verdict.accepted()) return verdict;
  }
  return check_framing(fields, version == "HTTP/1.0", authority);
}

}  // namespace patchbay::net
