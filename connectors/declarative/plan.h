// What a manifest says about connecting, read once and then only looked at. Owned texts; holds no
// secret. The host has checked the manifest (manifests/README.md); what is read here is bounded by
// that.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/connector.h"
#include "patchbay/sdk/oauth.h"
#include "patchbay/sdk/outcome.h"

namespace declarative {

enum class GrantType : std::uint8_t {
  kClientCredentials,
  kAuthorizationCode,
  kStatic,  // an API key, user and password, a bearer token: used as they are
};

// Where a part of a request's authorisation comes from.
struct ValueSource {
  bool is_token = false;  // else a field of the form or of the setup
  std::string name;       // empty: nowhere
};

struct AuthHeader {
  std::string name;
  ValueSource value;
};

struct Authorization {
  enum class Kind : std::uint8_t { kBearer, kBasic, kHeader };
  Kind kind = Kind::kBearer;
  std::string name;    // of the header
  std::string prefix;  // of its value
  ValueSource value;
  ValueSource user;
  std::vector<AuthHeader> headers;
};

struct ProbeFact {
  std::string id;
  std::string path;
};

struct Probe {
  std::string method;
  std::string url;
  std::string body;  // JSON; empty: none
  Authorization authorization;
  std::vector<ProbeFact> facts;
  std::vector<std::string> proves;
};

struct RefusalRule {
  std::vector<std::uint32_t> statuses;  // empty: any
  std::string error;                    // empty: any
  patchbay::sdk::Failure failure = patchbay::sdk::Failure::protocol;
  std::string message;
  std::string withdrawn;
  std::string field;
  std::string permission;
};

using Variables = std::map<std::string, std::string, std::less<>>;

struct Method {
  std::string id;
  GrantType type = GrantType::kStatic;
  bool is_rotating = false;
  std::map<std::string, Variables, std::less<>> environments;
  std::string token;  // name of the one that is minted
  std::int64_t lifetime_s = 0;
  std::string token_url, authorize_url, issuer, revoke_url;
  patchbay::sdk::ClientAuthentication client_authentication =
      patchbay::sdk::ClientAuthentication::form;
  std::string client_id = "client_id";  // ids of fields
  std::string client_secret = "client_secret";
  std::string scope;
  bool scope_per_permission = false;
  bool issuer_required = false;
  bool is_revoked_by_holder = false;
  std::optional<Probe> probe;
  std::vector<RefusalRule> refusals;
};

struct Plan {
  std::vector<Method> methods;
  std::map<std::string, std::string, std::less<>> scopes;  // of a permission such as "people:read"

  // Null: none of that id.
  const Method* find(std::string_view id) const;
};

// PATCHBAY_OK, and `plan` is filled; E_INVALID: not a manifest; E_UNSUPPORTED: it needs code.
patchbay_status read_plan(std::string_view manifest_json, Plan& plan);

}  // namespace declarative
