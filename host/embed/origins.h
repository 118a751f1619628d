#pragma once
// Which pages may hold the connect component: the hub's own, and those of origins that the operator
// named. The component's requests cross origins there, so every answer carries the CORS fields that
// let the page read it, errors included. There is no wildcard: a session token is enough to link an
// account, and a page that got hold of one should not also be able to use it from anywhere.
//
// Immutable, any thread.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http_types.h"

namespace patchbay::embed {

class Origins {
 public:
  // Each "https://host" or "https://host:port", as browsers write it; http for localhost alone.
  // kInvalidArgument.
  static Result<Origins> parse(const std::vector<std::string>& origins);

  // Requests without an Origin come from programs, or from a page of ours.
  [[nodiscard]] bool allow(const net::Request& request) const;
  // The CORS fields of an answer; none where the request's origin is not allowed.
  void mark(const net::Request& request, net::Response& response) const;
  // The answer to OPTIONS.
  [[nodiscard]] net::Response preflight(const net::Request& request) const;

 private:
  std::vector<std::string> origins_;
};

}  // namespace patchbay::embed
