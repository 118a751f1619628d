#pragma once
// An absolute http(s) URL in the one strict form the hub sends requests to: ASCII, no user
// information, no fragment, no backslash, a host of plain letters, digits, dots and hyphens (or an
// IP address). What a lenient reader could take for another host is refused, not repaired.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace patchbay::net {

struct Url {
  std::string scheme;  // "https" or "http"
  std::string host;    // lower case; IPv6 without brackets
  std::uint16_t port = 0;
  std::string target;  // path and query as they go on the wire, at least "/"
  bool is_ip = false;  // host is an address, not a name

  [[nodiscard]] std::string host_header() const;  // with the port unless it is the scheme's own
};

Result<Url> parse_url(std::string_view text);

}  // namespace patchbay::net
