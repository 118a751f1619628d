#include "net/proxies.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>

#include "net/headers.h"

namespace patchbay::net {
namespace {

using asio_address = boost::asio::ip::address;

constexpr unsigned kAllBits = 128;
constexpr unsigned kMappedBits = 96;   // in front of an IPv4 address
constexpr std::size_t kMostHops = 32;  // looked at, from the last one

std::optional<asio_address> parse_address(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.find('%') != std::string_view::npos)
    return std::nullopt;
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  return address;
}

std::string bytes_of(const asio_address& address) {
  const auto wide = address.is_v6() ? address.to_v6()
                                    : boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped,
                                                                       address.to_v4());
  const auto bytes = wide.to_bytes();
  return {bytes.begin(), bytes.end()};
}

bool agree(std::string_view one, std::string_view other, unsigned bits) {
  const auto whole = bits / 8;
  if (one.substr(0, whole) != other.substr(0, whole)) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<unsigned char>(0xff00U >> (bits % 8));
  return ((static_cast<unsigned char>(one[whole]) ^ static_cast<unsigned char>(other[whole])) &
          mask) == 0;
}

// The elements of all fields of that name, first to last. Commas in quotes separate nothing.
std::vector<std::string_view> elements(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> found;
  for (const auto field : headers.get_all(name)) {
    bool quoted = false;
    std::size_t from = 0;
    for (std::size_t at = 0; at <= field.size(); ++at) {
      if (at < field.size() && field[at] == '"') quoted = !quoted;
      if (at < field.size() && (field[at] != ',' || quoted)) continue;
      found.push_back(trim(field.substr(from, at - from)));
      from = at + 1;
    }
  }
  return found;
}

// "for" of RFC 7239 §4: for=192.0.2.43;proto=https, For="[2001:db8::17]:4711".
std::string_view for_of(std::string_view element) {
  while (!element.empty()) {
    const auto end = element.find(';');
    const auto pair = trim(element.substr(0, end));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && iequals(pair.substr(0, equals), "for")) {
      auto value = pair.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      return value;
    }
    element = end == std::string_view::npos ? std::string_view() : element.substr(end + 1);
  }
  return {};
}

// An address, with or without a port: 192.0.2.1:80, [2001:db8::1]:80, 2001:db8::1.
std::optional<asio_address> parse_node(std::string_view node) {
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    return end == std::string_view::npos ? std::nullopt : parse_address(node.substr(1, end - 1));
  }
  const auto colon = node.find(':');
  if (colon != std::string_view::npos && node.find(':', colon + 1) == std::string_view::npos)
    node = node.substr(0, colon);
  return parse_address(node);
}

}  // namespace

Result<Proxies> Proxies::parse(const std::vector<std::string>& networks, ForwardedHeader header) {
  Proxies proxies;
  proxies.header_ = header;
  proxies.networks_.reserve(networks.size());
  for (const auto& text : networks) {
    const auto slash = text.find('/');
    const auto address = parse_address(std::string_view(text).substr(0, slash));
    const unsigned most = address && address->is_v4() ? 32 : kAllBits;
    unsigned bits = most;
    bool is_right = address.has_value();
    if (is_right && slash != std::string::npos) {
      const auto* end = text.data() + text.size();
      const auto [stopped, error] = std::from_chars(text.data() + slash + 1, end, bits);
      is_right = error == std::errc() && stopped == end && bits <= most;
    }
    if (!is_right)
      return make_error(ErrorCode::kConfiguration,
                        "--trusted-proxy wants an address or a network like 10.0.0.0/8, not " +
                            text.substr(0, 100));
    proxies.networks_.push_back({bytes_of(*address), most == kAllBits ? bits : bits + kMappedBits});
  }
  return proxies;
}

bool Proxies::contains(std::string_view address) const {
  if (networks_.empty()) return false;
  const auto parsed = parse_address(address);
  if (!parsed) return false;
  const auto bytes = bytes_of(*parsed);
  return std::ranges::any_of(
      networks_, [&](const Network& network) { return agree(bytes, network.bytes, network.bits); });
}

std::string Proxies::client_of(const std::string& peer, const Headers& headers) const {
  if (!contains(peer)) return peer;
  const bool is_short = header_ == ForwardedHeader::kXForwardedFor;
  const auto hops = elements(headers, is_short ? "X-Forwarded-For" : "Forwarded");
  std::string client = peer;
  std::size_t looked_at = 0;
  for (auto hop = hops.rbegin(); hop != hops.rend() && looked_at < kMostHops; ++hop, ++looked_at) {
    // What stands further left was written by somebody who is not known.
    const auto address = parse_node(is_short ? *hop : for_of(*hop));
    if (!address) break;
    client = address->to_string();
    if (!contains(client)) break;
  }
  return client;
}

}  // namespace patchbay::net
