#pragma once
// Why an account is as it is, for an operator or support: what is wrong, since when, what the
// provider said, who has to do what, and how it came about. Values without words and without
// secrets (words.h has the words); made by explain.h. Any thread.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/manifest.h"
#include "manifest/permission.h"
#include "store/account_enums.h"

namespace patchbay::explain {

// The most pressing first: what has to be settled before anything behind it can be.
enum class Finding : std::uint8_t {
  kSuspended,
  kIntegrationOff,
  kConnectorGone,
  kConnectorAwaitsApproval,
  kConnectorUnusable,
  kConnectorQuarantined,
  kConnectorRestarting,
  kKeyMissing,
  kCredentialsRefused,
  kRevoked,
  kPermissionRefused,   // the provider gives no token without it
  kRestoredTokenSpent,  // it came back from a backup
  kReconnectNeeded,
  kOtherError,  // a reason that this hub has no words for
  kProviderDown,
  kRateLimited,
  kProviderOdd,  // its answers make no sense
  kSetupWrong,
  kConnectorFailed,
  kRefreshFails,
  kTokenEnded,  // and nothing renews it
  kRenewing,
  kRestoredWaits,  // for a new token
  kRequestsRefused,
  kPermissionsLacking,
  kIdle,  // its tokens ended, and new ones are had on demand
  kFine,
};
inline constexpr std::size_t kFindings = static_cast<std::size_t>(Finding::kFine) + 1;
// "suspended", "connector_gone"; stable, part of the HTTP API.
std::string_view to_word(Finding finding);

// Whether somebody has to act.
enum class Urgency : std::uint8_t { kNone, kWaits, kAct };
std::string_view to_word(Urgency urgency);  // "none", "waits", "act"

enum class Who : std::uint8_t { kNobody, kOperator, kCustomer };
std::string_view to_word(Who who);  // "nobody", "operator", "customer"

struct Step {
  Who who = Who::kNobody;
  std::string id;       // "resume"; stable
  std::int64_t at = 0;  // unix ms, of what happens by itself; 0: unknown
};

struct Moment {
  std::int64_t at = 0;  // unix ms
  std::string id;       // "account.error", "refresh_failed"; stable
  bool bad = false;
  std::string code;    // of an error, or a reason; may be empty
  std::string detail;  // what was said or asked, as it was; may be empty
  std::int64_t count = 1;
};

struct Explanation {
  // Whom it is about.
  std::string account_id;
  std::string owner_name;
  std::string owner_id;
  std::string connector_id;
  store::AccountStatus status = store::AccountStatus::kActive;
  std::shared_ptr<const manifest::Manifest> manifest;  // null while the connector is missing

  std::int64_t made_at = 0;  // unix ms, as all times; 0 is unknown or never
  Finding finding = Finding::kFine;
  std::vector<Finding> also;  // what else was found
  Urgency urgency = Urgency::kNone;
  std::int64_t since = 0;
  std::string code;           // the reason's or the error's (docs/errors.md); may be empty
  std::string said;           // by hub or connector, in English; may be empty
  std::string provider_said;  // the provider's own words, without secrets; may be empty

  bool serves = false;            // applications get a token now
  std::int64_t serves_until = 0;  // 0: no end is known
  std::int64_t last_refresh = 0;
  std::int64_t last_try = 0;
  std::int64_t next_try = 0;
  std::int64_t failed_tries = 0;  // in a row
  std::int64_t revocations = 0;   // that the provider has not been told of yet
  std::vector<manifest::PermissionRef> missing;
  std::vector<Step> steps;       // in order
  std::vector<Moment> timeline;  // newest first
};

}  // namespace patchbay::explain
