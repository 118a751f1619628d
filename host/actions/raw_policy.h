#pragma once
// Which requests a caller may put together by hand for an account (the proxy), and how they are
// authorised. Pure functions.
//
// A request that is an action's (method and path fit its template) is allowed when the integration
// allows the action. One that is no action's: reads (GET, HEAD) when the integration has no list of
// its own, that is, allows all reads; with a list, when a person put accounts::kRawReads or
// accounts::kRawWrites on it.
// Either way it goes to the manifest's hosts alone, and paths that two readers could take for
// different ones are refused.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actions/action_error.h"
#include "manifest/hosts.h"
#include "manifest/manifest.h"

namespace patchbay::actions {

struct RawTarget {
  std::string method = "GET";  // upper case
  std::string base{};          // "https://api.example.com[:port][/prefix]"; empty: the manifest's
                               // first host
  std::string path{};          // "/v2/persons?limit=1"; without a leading slash, one is added
};

struct RawRoute {
  std::string url;
  const manifest::RequestAuth* auth = nullptr;  // in the method; null: the method has none
  bool read_only = false;
};

// `allowed_json`: as store::Integration has it.
boost::system::result<RawRoute, ActionError> route_raw_request(
    const manifest::Manifest& manifest, const manifest::AuthMethod& method,
    const manifest::HostValues& host_values, const std::optional<std::string>& allowed_json,
    const RawTarget& target);

// The action that a request is, of several the one whose path has most letters in common; null when
// it is none's. `path` without its query.
const manifest::Action* action_at(const manifest::Manifest& manifest,
                                  const manifest::HostValues& host_values, std::string_view method,
                                  std::string_view host, std::string_view path);

}  // namespace patchbay::actions
