#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/action.h"
#include "manifest/auth_method.h"
#include "manifest/failure_codes.h"
#include "manifest/field.h"
#include "manifest/guide.h"
#include "manifest/inbound_events.h"
#include "manifest/permission.h"
#include "manifest/texts.h"

namespace patchbay::manifest {

// An image that can do nothing but be looked at: SVG without scripts, references or events, or PNG.
// Serve it as its own resource with `media_type`, or put `data_uri()` into an <img>.
struct Logo {
  std::string media_type;  // "image/svg+xml" or "image/png"; empty: no logo
  std::string bytes;
  [[nodiscard]] std::string data_uri() const;
};

// A host that requests may go to, always over https. `host` may hold {placeholders}, each inside
// one label and filled from fields or environment variables (see hosts.h). Or it is one placeholder
// and nothing else, a fact: then it is the host where the account lives, which the provider tells
// when the account is connected, and which has to be one of `within`.
struct HostRule {
  std::string host;
  std::uint16_t port = 443;
  std::vector<std::string> methods;   // empty: any
  std::vector<std::string> within{};  // such as "*.acme.example", where * stands for one label

  [[nodiscard]] bool is_told() const { return !within.empty(); }
  // What it may come to, for people and for comparing: `within`, else `host`.
  [[nodiscard]] std::vector<std::string> patterns() const {
    return is_told() ? within : std::vector<std::string>{host};
  }
};

struct RateLimit {
  enum class Counts { kCredential, kAccount, kAddress };  // what the provider counts by
  std::string id;
  std::vector<std::string> paths;    // templates as in actions; a trailing * matches the rest
  std::vector<std::string> methods;  // empty: any
  Counts counts = Counts::kCredential;
  std::uint32_t requests = 0;     // so many ...
  std::uint32_t per_s = 0;        // ... in so many seconds
  std::uint32_t burst = 0;        // at most so many within one second; 0: no rule
  std::uint32_t cool_down_s = 0;  // wait so long after a 429
  bool confirmed = true;          // false: measured or told by others, not published
};

// Something a connector may tell about an account when it was linked ("company name"). Shown beside
// the account; never a secret.
struct Fact {
  std::string id;
  TextId label;
};

// A manifest that passed every check: everything in it is bounded, resolved and inert.
//
// A value type, immutable in use: share it as shared_ptr<const Manifest>, read it from any thread.
// It comes from parse_manifest (parse.h) alone. Every TextId is found in `texts`; "" means none.
struct Manifest {
  std::string id;
  std::string version;  // semantic version
  TextId name;
  TextId summary;
  std::vector<std::string> categories;
  std::string documentation;  // https link to the provider's own documentation, or empty
  Logo logo;
  std::vector<AuthMethod> auth_methods;  // never empty
  std::vector<Fact> facts;
  std::vector<Permission> permissions;
  std::vector<HostRule> hosts;
  std::vector<RateLimit> rate_limits;
  std::optional<InboundEvents> inbound_events;  // none: the provider sends none, or none we know
  std::optional<FailureCodes> failure_codes;    // none: an answer's own status says what it is
  std::vector<Action> actions;
  Texts texts;

  [[nodiscard]] const AuthMethod* find_auth_method(std::string_view method_id) const;
  [[nodiscard]] const Permission* find_permission(std::string_view permission_id) const;
  [[nodiscard]] const Action* find_action(std::string_view action_id) const;

  // Every box the provider offers, in the manifest's order.
  [[nodiscard]] std::vector<PermissionRef> all_permissions() const;
  // What a connection can't do without, in the manifest's order.
  [[nodiscard]] std::vector<PermissionRef> required_permissions() const;
  // Required ones and those that these actions need, in the manifest's order, each once.
  [[nodiscard]] std::vector<PermissionRef> needed_permissions(
      const std::vector<std::string>& action_ids) const;
};

}  // namespace patchbay::manifest
