#include "net/egress.h"

#include <algorithm>
#include <mutex>

#include "net/stream.h"

namespace patchbay::net {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct Range4 {
  std::uint32_t first;
  int bits;
  AddressClass address_class;
};

constexpr std::uint32_t ip4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

// IANA's IPv4 special-purpose registry, and the metadata services of the large clouds. First match
// counts.
constexpr Range4 kRanges4[] = {
    {ip4(169, 254, 169, 254), 32, AddressClass::kCloudMetadata},
    {ip4(169, 254, 170, 2), 32, AddressClass::kCloudMetadata},
    {ip4(100, 100, 100, 200), 32, AddressClass::kCloudMetadata},
    {ip4(168, 63, 129, 16), 32, AddressClass::kCloudMetadata},
    {ip4(0, 0, 0, 0), 8, AddressClass::kUnspecified},
    {ip4(127, 0, 0, 0), 8, AddressClass::kLoopback},
    {ip4(10, 0, 0, 0), 8, AddressClass::kPrivate},
    {ip4(172, 16, 0, 0), 12, AddressClass::kPrivate},
    {ip4(192, 168, 0, 0), 16, AddressClass::kPrivate},
    {ip4(169, 254, 0, 0), 16, AddressClass::kLinkLocal},
    {ip4(100, 64, 0, 0), 10, AddressClass::kSharedNat},
    {ip4(224, 0, 0, 0), 4, AddressClass::kMulticast},
    {ip4(192, 0, 0, 0), 24, AddressClass::kReserved},
    {ip4(192, 0, 2, 0), 24, AddressClass::kReserved},
    {ip4(192, 88, 99, 0), 24, AddressClass::kReserved},
    {ip4(198, 18, 0, 0), 15, AddressClass::kReserved},
    {ip4(198, 51, 100, 0), 24, AddressClass::kReserved},
    {ip4(203, 0, 113, 0), 24, AddressClass::kReserved},
    {ip4(240, 0, 0, 0), 4, AddressClass::kReserved},
};

AddressClass classify4(std::uint32_t bits) {
  for (const Range4& range : kRanges4) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - range.bits);
    if ((bits & mask) == range.first) return range.address_class;
  }
  return AddressClass::kPublic;
}

std::uint32_t embedded4(const address_v6::bytes_type& b, std::size_t at) {
  return ip4(b[at], b[at + 1], b[at + 2], b[at + 3]);
}

bool starts_with(const address_v6::bytes_type& bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

AddressClass classify6(const address_v6& v6) {
  const address_v6::bytes_type b = v6.to_bytes();
  if (v6.is_unspecified()) return AddressClass::kUnspecified;
  if (v6.is_loopback()) return AddressClass::kLoopback;
  if (v6.is_v4_mapped()) return classify4(embedded4(b, 12));
  if (starts_with(b, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) return AddressClass::kReserved;
  if (starts_with(b, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) {
    return classify4(embedded4(b, 12));
  }
  if (starts_with(b, {0x00, 0x64, 0xff, 0x9b})) return AddressClass::kReserved;
  if (starts_with(b, {0x20, 0x02})) return classify4(embedded4(b, 2));
  if (starts_with(b, {0xfd, 0x00, 0x0e, 0xc2})) return AddressClass::kCloudMetadata;
  if ((b[0] & 0xfeU) == 0xfcU) return AddressClass::kPrivate;
  if (b[0] == 0xfe && (b[1] & 0xc0U) == 0xc0U) return AddressClass::kPrivate;
  if (b[0] == 0xfe && (b[1] & 0xc0U) == 0x80U) return AddressClass::kLinkLocal;
  if (b[0] == 0xff) return AddressClass::kMulticast;
  if (starts_with(b, {0x20, 0x01, 0x0d, 0xb8})) return AddressClass::kReserved;  // documentation
  if (starts_with(b, {0x3f, 0xff})) return AddressClass::kReserved;              // documentation
  if (starts_with(b, {0x20, 0x01}) && (b[2] & 0xfeU) == 0) {
    return AddressClass::kReserved;  // 2001::/23: Teredo, ORCHID, benchmarking
  }
  return (b[0] & 0xe0U) == 0x20U ? AddressClass::kPublic : AddressClass::kReserved;
}

Error refused(std::string message) {
  return make_error(ErrorCode::kConfiguration, std::move(message));
}

}  // namespace

AddressClass classify(const address& address) {
  return address.is_v4() ? classify4(address.to_v4().to_uint()) : classify6(address.to_v6());
}

std::string_view to_string(AddressClass address_class) {
  switch (address_class) {
    case AddressClass::kPublic:
      return "public";
    case AddressClass::kUnspecified:
      return "unspecified";
    case AddressClass::kLoopback:
      return "loopback";
    case AddressClass::kPrivate:
      return "private";
    case AddressClass::kLinkLocal:
      return "link-local";
    case AddressClass::kCloudMetadata:
      return "cloud metadata";
    case AddressClass::kSharedNat:
      return "shared NAT";
    case AddressClass::kMulticast:
      return "multicast";
    case AddressClass::kReserved:
      break;
  }
  return "reserved";
}

struct EgressPolicy::SystemTls {
  Result<std::shared_ptr<const TlsContext>> get(const std::string& ca_file) {
    std::call_once(once, [&] { made = TlsContext::for_client(ca_file); });
    return made;
  }
  std::once_flag once;
  Result<std::shared_ptr<const TlsContext>> made = std::shared_ptr<const TlsContext>();
};

EgressPolicy::EgressPolicy(EgressRules rules)
    : rules_(std::move(rules)), system_tls_(std::make_shared<SystemTls>()) {}

Result<EgressPolicy> EgressPolicy::make(EgressRules rules) {
  EgressPolicy policy(std::move(rules));
  if (!policy.rules_.ca_file.empty()) PATCHBAY_TRY(policy.system_tls_->get(policy.rules_.ca_file));
  for (const EgressOverride& entry : policy.rules_.overrides) {
    boost::system::error_code failed;
    boost::asio::ip::make_address(entry.address, failed);
    if (failed || entry.port == 0) {
      return refused("egress.override for " + entry.host +
                     ": the address must be an IP address and the port not 0.");
    }
    if (policy.override_tls_.contains(entry.host)) {
      return refused("egress.override names " + entry.host + " twice.");
    }
    if (entry.ca_file.empty()) {
      return refused("egress.override for " + entry.host +
                     " needs the CA file its certificate is verified against.");
    }
    PATCHBAY_TRY_ASSIGN(policy.override_tls_[entry.host], TlsContext::for_client(entry.ca_file));
  }
  return policy;
}

Result<> EgressPolicy::check(const Url& url, std::span<const std::string> allowed_hosts) const {
  if (std::find(allowed_hosts.begin(), allowed_hosts.end(), url.host) == allowed_hosts.end()) {
    return refused("The connector's manifest does not list the host " + url.host + ".");
  }
  const bool plain = url.scheme == "http";
  if (plain && !rules_.allow_plain_http) {
    return refused("Requests without TLS are not allowed (http://" + url.host + ").");
  }
  const auto& extra = rules_.extra_ports;
  if (url.port != (plain ? 80 : 443) &&
      std::find(extra.begin(), extra.end(), url.port) == extra.end()) {
    return refused("Port " + std::to_string(url.port) + " of " + url.host + " is not allowed.");
  }
  return {};
}

Result<> EgressPolicy::check(const address& address) const {
  const AddressClass found = classify(address);
  if (found == AddressClass::kPublic) return {};
  if (rules_.allow_private_addresses && found != AddressClass::kCloudMetadata &&
      found != AddressClass::kMulticast && found != AddressClass::kUnspecified) {
    return {};
  }
  return refused("The address " + address.to_string() + " is a " + std::string(to_string(found)) +
                 " one, and those are not allowed.");
}

const EgressOverride* EgressPolicy::override_for(std::string_view host) const {
  for (const EgressOverride& entry : rules_.overrides) {
    if (entry.host == host) return &entry;
  }
  return nullptr;
}

Result<std::shared_ptr<const TlsContext>> EgressPolicy::tls_for(const std::string& host) const {
  const auto own = override_tls_.find(host);
  if (own != override_tls_.end()) return own->second;
  return system_tls_->get(rules_.ca_file);
}

}  // namespace patchbay::net
