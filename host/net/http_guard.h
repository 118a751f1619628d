#pragma once
// The guard in front of the HTTP parser: decides from the raw bytes of a request head whether it
// may be parsed at all. It refuses everything RFC 9112 and RFC 9110 forbid, and what they leave to
// the recipient in a way two recipients could read differently (request smuggling). Pure
// functions, any thread.
#include <cstddef>
#include <string_view>

namespace patchbay::net {

struct GuardLimits {
  std::size_t max_head_bytes = std::size_t{16} << 10U;
  std::size_t max_headers = 100;
};

struct GuardVerdict {
  unsigned status = 0;      // 0: accepted; otherwise the HTTP status to answer before closing
  std::string_view reason;  // for the answer and the log; static text, nothing of the request
  [[nodiscard]] bool accepted() const { return status == 0; }
};

// `head` runs from the request line to the empty line, both included.
GuardVerdict check_request_head(std::string_view head, const GuardLimits& limits = {});

// Where the head ends in `received` (index after the empty line); npos when more bytes are needed.
// `searched` is what an earlier call has already looked through.
std::size_t find_head_end(std::string_view received, std::size_t searched = 0);

// What can be refused before the head is complete: bytes that can start no request line, a bare
// line feed, a head over the limit. Lets the server answer at once rather than wait for the
// deadline. `searched` as above.
GuardVerdict check_partial_head(std::string_view received, std::size_t searched = 0,
                                const GuardLimits& limits = {});

// host [":" port] as in RFC 3986, lower and upper case: a name of letters, digits, '-', '.', '_',
// an IPv4 address or a bracketed IPv6 address.
bool is_valid_host(std::string_view host);

}  // namespace patchbay::net
