#pragma once
// EgressPolicy: where the hub may connect to. https on port 443 to hosts the caller lists, never to
// an address inside the operator's network (SSRF): the address is checked after name resolution and
// the checked address is the one connected to. Immutable once made; any thread.
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/url.h"

namespace patchbay::net {

class TlsContext;  // net/stream.h

// Sends one host to another address, with SNI and certificate verification intact but against this
// CA alone: how the hub reaches a provider sandbox under the provider's real name.
struct EgressOverride {
  std::string host;     // exact, e.g. "api.personio.de"
  std::string address;  // an IP address, not a name
  std::uint16_t port = 443;
  std::string ca_file;  // PEM
};

struct EgressRules {
  bool allow_plain_http = false;
  bool allow_private_addresses = false;
  std::vector<std::uint16_t> extra_ports{};  // besides 443 (and 80 with allow_plain_http)
  std::vector<EgressOverride> overrides{};
  std::string ca_file{};  // instead of the system's store, for operators with their own CA
};

enum class AddressClass : std::uint8_t {
  kPublic,
  kUnspecified,    // 0.0.0.0/8, ::
  kLoopback,       // 127/8, ::1
  kPrivate,        // RFC 1918, fc00::/7, fec0::/10
  kLinkLocal,      // 169.254/16, fe80::/10
  kCloudMetadata,  // 169.254.169.254, fd00:ec2::254, 100.100.100.200, 168.63.129.16
  kSharedNat,      // 100.64/10
  kMulticast,
  kReserved,  // documentation, benchmarking, 240/4, translation prefixes and the like
};
// IPv4-mapped, 6to4 and NAT64 addresses are classed by the IPv4 address inside.
AddressClass classify(const boost::asio::ip::address& address);
std::string_view to_string(AddressClass address_class);

class EgressPolicy {
 public:
  // Loads the CA files. kConfiguration when one can't be read, an override's address is none, or a
  // host is listed twice.
  static Result<EgressPolicy> make(EgressRules rules);

  // Scheme, port and host of a request; `allowed_hosts` are exact names, and an empty list allows
  // none.
  [[nodiscard]] Result<> check(const Url& url, std::span<const std::string> allowed_hosts) const;
  [[nodiscard]] Result<> check(const boost::asio::ip::address& address) const;
  // Null when the host is not overridden. Lives as long as the policy.
  [[nodiscard]] const EgressOverride* override_for(std::string_view host) const;
  [[nodiscard]] const EgressRules& rules() const { return rules_; }
  // What a connection to this host is verified with; kConfiguration when the CAs can't be read.
  [[nodiscard]] Result<std::shared_ptr<const TlsContext>> tls_for(const std::string& host) const;

 private:
  explicit EgressPolicy(EgressRules rules);

  EgressRules rules_;
  struct SystemTls;  // read at first use: the system's store takes some 80 ms
  std::shared_ptr<SystemTls> system_tls_;
  std::map<std::string, std::shared_ptr<const TlsContext>> override_tls_;
};

}  // namespace patchbay::net
