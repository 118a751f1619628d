#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "manifest/field.h"
#include "manifest/guide.h"
#include "manifest/texts.h"

namespace patchbay::manifest {

enum class GrantType {
  kClientCredentials,
  kAuthorizationCode,
  kApiKey,
  kBasic,
  kBearer,
  kCustom,
};

// What the host may do when a token runs out.
enum class Renewal {
  kMintAnew,      // the stored credentials mint a new token as often as one likes
  kRefreshToken,  // a lasting refresh token, presented any number of times
  kRotating,      // each use of the refresh token spends it
  kNever,         // the token does not run out or can't be renewed
};

// A token the connector hands back under this name, in ABI and actions alike.
struct Token {
  std::string name;
  std::uint32_t lifetime_s = 0;  // nominal; the token's own expiry wins. 0: does not run out
  bool revocable = false;        // the connector's revoke ends it at the provider
};

// Where a part of a request's authorisation comes from.
struct ValueSource {
  enum class Kind { kNone, kToken, kField };
  Kind kind = Kind::kNone;
  std::string name;  // token name, or id of an end-user or setup field
};

// A header that a request carries beside its credential, such as the number of a customer.
struct AuthHeader {
  std::string name;
  ValueSource value;
};

// How the host authorises an action's request that asks for `token`. Connectors never see this.
struct RequestAuth {
  enum class Kind { kBearer, kBasic, kHeader, kQuery };
  std::string token;  // what actions name in their `token`
  Kind kind = Kind::kBearer;
  std::string name;    // header or query parameter; empty for bearer and basic
  std::string prefix;  // put before the value in a header, e.g. "Token "
  ValueSource value;   // the token, or the password for basic
  ValueSource user;    // basic only
  std::vector<AuthHeader> headers = {};
};

// E.g. production and sandbox. Variables fill {placeholders} in hosts, as fields do.
struct Environment {
  std::string id;
  TextId label;
  std::map<std::string, std::string, std::less<>> variables;
};

// One way of connecting an account.
struct AuthMethod {
  std::string id;
  TextId label;
  TextId description;  // empty: none
  GrantType grant_type = GrantType::kCustom;
  Renewal renewal = Renewal::kNever;
  std::optional<std::uint32_t>
      rotation_grace_s;                   // kRotating only: a spent token still works so long
  std::vector<Field> fields;              // what the end user enters
  std::vector<Field> further_fields;      // what the connector may ask for while it connects
  Guide guide;                            // beside the end user's form
  std::vector<Field> setup_fields;        // what the operator enters once, per integration
  Guide setup_guide;                      // beside the operator's form
  std::vector<Environment> environments;  // never empty; the first is the usual one
  // Where people may be sent to sign in, over https; {placeholders} as in HostRule.
  std::vector<std::string> sign_in_hosts;
  std::vector<Token> tokens;
  std::vector<RequestAuth> authorization;  // one per token name that actions use

  [[nodiscard]] const Field* find_field(std::string_view field_id) const;  // end-user fields
  [[nodiscard]] const Field* find_further_field(std::string_view field_id) const;
  [[nodiscard]] const Field* find_setup_field(std::string_view field_id) const;
  [[nodiscard]] const Environment* find_environment(std::string_view environment_id) const;
  [[nodiscard]] const Token* find_token(std::string_view name) const;
  [[nodiscard]] const RequestAuth* find_authorization(std::string_view token) const;
  // Of the end user's fields that requests with this token are authorised with, those that may be
  // left empty: actions that want this token work only where they are filled in. Not those of
  // basic, where an empty user or password is one (RFC 7617).
  [[nodiscard]] std::vector<const Field*> optional_fields(std::string_view token) const;
};

}  // namespace patchbay::manifest
