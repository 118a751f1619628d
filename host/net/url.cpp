#include "net/url.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace patchbay::net {
namespace {

Error bad(std::string message) {
  return make_error(ErrorCode::kInvalidArgument, std::move(message), "url");
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

// RFC 1123 names. A last label of digits would be an IPv4 address in disguise ("127.1", "0x7f.1").
bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  std::string_view label;
  while (true) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    label = host.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
      return false;
    }
    if (!std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; })) {
      return false;
    }
    if (dot == host.size()) break;
    host.remove_prefix(dot + 1);
  }
  return !(label.front() >= '0' && label.front() <= '9');
}

// RFC 3986 path and query characters, percent-encoding included.
bool is_target(std::string_view target) {
  for (std::size_t i = 0; i < target.size(); ++i) {
    const char c = target[i];
    if (c == '%') {
      const auto is_hex = [](char h) { return is_alnum(h) && lower(h) <= 'f'; };
      if (i + 2 >= target.size() || !is_hex(target[i + 1]) || !is_hex(target[i + 2])) return false;
      i += 2;
    } else if (!is_alnum(c) &&
               std::string_view("-._~!$&'()*+,;=:@/?[]").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string Url::host_header() const {
  const bool bracket = host.find(':') != std::string::npos;
  std::string value = bracket ? "[" + host + "]" : host;
  if (port != (scheme == "https" ? 443 : 80)) value += ":" + std::to_string(port);
  return value;
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  if (text.size() > 8192) return bad("The URL is too long.");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad("The URL is not absolute.");
  for (const char c : text.substr(0, colon)) url.scheme += lower(c);
  if (url.scheme != "https" && url.scheme != "http") return bad("The URL is not an http(s) one.");
  text.remove_prefix(colon + 3);

  const std::size_t authority_end = std::min(text.find_first_of("/?#\\"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  text.remove_prefix(authority_end);
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return bad("The URL's host is malformed.");
    url.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address_v6(url.host, failed);
    if (failed || address.scope_id() != 0) return bad("The URL's host is malformed.");
    url.host = address.to_string();
    url.is_ip = true;
    if (!authority.empty() && authority[0] != ':') return bad("The URL's host is malformed.");
    port = authority;
  } else {
    const std::size_t port_at = std::min(authority.find(':'), authority.size());
    port = authority.substr(port_at);
    for (const char c : authority.substr(0, port_at)) url.host += lower(c);
    boost::system::error_code not_ip;
    const auto address = boost::asio::ip::make_address_v4(url.host, not_ip);
    url.is_ip = !not_ip && address.to_string() == url.host;
    if (!url.is_ip && !is_host_name(url.host)) return bad("The URL's host is malformed.");
  }

  url.port = url.scheme == "https" ? 443 : 80;
  if (!port.empty()) {
    port.remove_prefix(1);
    const char* end = port.data() + port.size();
    const auto [stop, failed] = std::from_chars(port.data(), end, url.port);
    if (failed != std::errc() || stop != end || url.port == 0 || port[0] == '0') {
      return bad("The URL's port is malformed.");
    }
  }

  if (!is_target(text)) return bad("The URL's path holds characters that must be encoded.");
  url.target = text.starts_with('/') ? std::string(text) : "/" + std::string(text);
  return url;
}

}  // namespace patchbay::net
