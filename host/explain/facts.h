#pragma once
// What is known about an account that may tell why it does not work: out of the store, and of the
// connectors and providers as this process sees them. Nothing is asked of a provider, and nothing
// changes. No secrets.
#include <optional>
#include <string>
#include <vector>

#include "accounts/account_service.h"
#include "accounts/refresh_failure.h"
#include "accounts/services.h"
#include "manifest/auth_method.h"
#include "pacing/provider_table.h"
#include "store/request_logs_table.h"
#include "store/revocations_table.h"

namespace patchbay::explain {

using net::Task;

struct Facts {
  accounts::AccountDetail detail;  // its connector: null unless it is ready
  connector::ConnectorPtr file;    // of the connector's id, in whatever state; may be null
  connector::RuntimeHealth health;
  bool integration_on = true;
  bool restored = false;                            // the credentials are those of a backup
  std::int64_t restored_at = 0;                     // unix ms
  std::optional<accounts::RefreshFailure> failure;  // with these credentials
  std::int64_t retry_at = 0;                        // unix ms; 0: none planned
  bool renewing = false;                            // somebody has the turn just now
  std::string sealed_away;                          // why the secrets can't be opened
  std::vector<pacing::ProviderTable::Resting> resting;
  std::vector<store::Revocation> revocations;
  std::vector<store::StepOfRequest> exchanges;  // newest first

  [[nodiscard]] manifest::Renewal renewal() const;  // kNever while the connector is missing
};

inline constexpr std::int64_t kMostExchanges = 10;
inline constexpr std::int64_t kMostRevocations = 20;

// kNotFound. Any loop; `services` and `accounts` outlive it.
Task<Result<Facts>> gather(const accounts::Services& services, accounts::AccountService& accounts,
                           std::string project_id, std::string account_id);

}  // namespace patchbay::explain
