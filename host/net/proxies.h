#pragma once
// The reverse proxies whose word counts for where a request came from. Only what the named header
// says is read, and only from them: a proxy that sets one header passes on the other as its client
// sent it. Immutable, any thread.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/headers.h"

namespace patchbay::net {

enum class ForwardedHeader : std::uint8_t { kXForwardedFor, kForwarded };  // the latter: RFC 7239

class Proxies {
 public:
  Proxies() = default;  // none
  // Addresses and networks ("10.0.0.0/8", "fd00::/8", "192.0.2.7"). kConfiguration, naming the one
  // that is neither.
  static Result<Proxies> parse(const std::vector<std::string>& networks, ForwardedHeader header);

  // Whether a peer is one of them; `address` as sockets give it.
  [[nodiscard]] bool contains(std::string_view address) const;
  // Whom a request comes from: the last address in the header that is none of these proxies; `peer`
  // when that is no proxy, or the header names nobody.
  [[nodiscard]] std::string client_of(const std::string& peer, const Headers& headers) const;

 private:
  struct Network {
    std::string bytes;  // 16, IPv4 mapped into IPv6
    unsigned bits = 0;
  };
  std::vector<Network> networks_;
  ForwardedHeader header_ = ForwardedHeader::kXForwardedFor;
};

}  // namespace patchbay::net
