#pragma once
// Which URLs a provider's requests may go to. The manifest says so in `hosts`; a {placeholder} in a
// host is filled with what the person or operator entered and can't leave its label. A host that is
// nothing but a placeholder is the account's own: the provider told it, and it has to be of a shape
// that the manifest names.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/manifest.h"

namespace patchbay::manifest {

// Field ids, environment variables and told hosts with their values. Only those a host names are
// looked at.
using HostValues = std::map<std::string, std::string, std::less<>>;

// Letters, digits and inner hyphens, 1 to 63 of them.
[[nodiscard]] bool is_host_label(std::string_view text);

// The names in braces, in order.
[[nodiscard]] std::vector<std::string> host_placeholders(std::string_view host);

// "{instance}": the name in it. Nothing for every other host.
[[nodiscard]] std::optional<std::string> told_placeholder(std::string_view host);

// "*.example.com": one label to be told, in front of two labels or more that are written out.
[[nodiscard]] bool is_told_pattern(std::string_view pattern);

// The bare host name that a provider told, in lower case, when it is one of the rule's `within`.
// Nothing for all else: other domains, more or fewer labels, schemes, ports, user information,
// paths, closing dots, characters that no host name has.
[[nodiscard]] std::optional<std::string> told_host(const HostRule& rule, std::string_view text);

// "{company}.jobs.example.com" with company=acme gives "acme.jobs.example.com". Nothing when a
// placeholder has no value or the value is more than letters, digits and inner hyphens, so a dot,
// slash, colon, percent sign or port can't come in. A host that is all placeholder gives its value,
// which has to be a host name; whether it may be that one is told_host's to say. The result is in
// lower case.
[[nodiscard]] std::optional<std::string> expand_host(std::string_view host,
                                                     const HostValues& values);

// Whether some account's values could make this host name of the rule: a placeholder or * stands
// for a label, or for a part of one.
[[nodiscard]] bool may_become(const HostRule& rule, std::string_view host);

// An absolute https URL taken apart; no fragment, no user information.
struct HttpsUrl {
  std::string host;  // lower case
  std::uint16_t port = 443;
  std::string path_and_query;  // starts with '/'
};
[[nodiscard]] std::optional<HttpsUrl> parse_https_url(std::string_view url);

// Whether a request with this method may go to this URL. Refuses anything that is not plain https,
// IP addresses, user information, fragments, control characters and unusual ports.
[[nodiscard]] bool host_allowed(const Manifest& manifest, std::string_view method,
                                std::string_view url, const HostValues& values);

// Whether a person may be sent to this URL to sign in: plain https, port 443, a host that the
// method names.
[[nodiscard]] bool sign_in_allowed(const AuthMethod& method, std::string_view url,
                                   const HostValues& values);

}  // namespace patchbay::manifest
