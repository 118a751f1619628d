#pragma once
// Which pages in browsers may call what needs no cookie: the hub's own, and those of origins that
// the operator named. Requests of the latter cross origins, so every answer carries the CORS fields
// that let the page read it, errors included. There is no wildcard: a token that leaked should not
// also be of use from anywhere.
//
// Immutable, any thread.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http_types.h"

namespace patchbay::net {

class Origins {
 public:
  // Each "https://host" or "https://host:port", as browsers write it; http for localhost alone.
  // kInvalidArgument.
  static Result<Origins> parse(const std::vector<std::string>& origins);

  // Requests without an Origin come from programs, or from a page of ours.
  [[nodiscard]] bool allow(const Request& request) const;
  // Whether the page at this address is one of them.
  [[nodiscard]] bool allow_address(const Request& request, std::string_view address) const;
  // As the sources of a Content-Security-Policy directive, with spaces; "" when none was named.
  [[nodiscard]] std::string sources() const;
  // The CORS fields of an answer; none where the request's origin is not allowed.
  void mark(const Request& request, Response& response) const;
  // The answer to OPTIONS. `headers`: the request fields that are allowed, with commas.
  [[nodiscard]] Response preflight(const Request& request, std::string_view headers) const;

 private:
  [[nodiscard]] bool allow(const Request& request, std::string_view origin) const;

  std::vector<std::string> origins_;
};

}  // namespace patchbay::net
