#pragma once

#include <functional>
#include <string>

#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/router.h"
#include "service.h"

namespace patchbay::personio_sandbox {

/// A data call that passed the checks below. Its handler runs with the service locked.
struct Call {
  const sandbox::Request& request;
  Service& service;
  const Integration& integration;
  const Token& token;
};
using CallHandler = std::function<sandbox::Response(const Call&)>;

/// A route without token checks, run with the service locked.
void add_open(sandbox::Router& router, Service& service, const std::string& method,
              const std::string& pattern,
              std::function<sandbox::Response(const sandbox::Request&)> handler);

/// v1: bearer, rate limits, scope; then every answer carries the token back in `Authorization`.
void add_v1(sandbox::Router& router, Service& service, const std::string& method,
            const std::string& pattern, const std::string& scope, CallHandler handler);

/// What holds for a v2 route. Members of Options are named by pointer: they may change at any time.
struct V2Rule {
  std::string scope;
  std::int64_t Options::* calls_per_second;
  std::int64_t Options::* missing_right_status;
  std::string Options::* scope_option{nullptr};  ///< where the scope's name is not confirmed
  bool Options::* beta{nullptr};                 ///< while that is set: 404 without `Beta: true`
};
/// The rule of a v2 operation about which nothing special is known.
V2Rule v2_rule(std::string scope, bool Options::* beta = nullptr);
V2Rule v2_rule(std::string Options::* scope, bool Options::* beta = nullptr);
/// v2: bearer, token bucket, scope; every answer carries the bucket's four headers. What the
/// handler refuses as malformed (400, 415, 422) is noted as a violation.
void add_v2(sandbox::Router& router, Service& service, const std::string& method,
            const std::string& pattern, const V2Rule& rule, CallHandler handler);

}  // namespace patchbay::personio_sandbox
