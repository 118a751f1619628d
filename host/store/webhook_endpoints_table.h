#pragma once
// Where a project's events are sent, and the secrets that sign what is sent.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

inline constexpr std::string_view kWebhookSecretsTable = "webhook_secrets";

struct WebhookEndpoint {
  std::string id;
  std::string project_id;
  std::string url;
  std::string description;
  std::string events = "[]";  // JSON array of kinds; none: all of them
  bool active = true;
  std::int64_t created = 0;        // unix ms
  std::int64_t next_attempt = 0;   // unix ms; not before it
  std::int64_t claimed_until = 0;  // unix ms; somebody delivers to it. Also the claim's name
  std::int64_t failing_since = 0;  // unix ms; 0: the last attempt went well
  std::int64_t last_status = 0;    // HTTP; 0: there was no answer
  std::string last_error;
};

struct WebhookSecret {
  std::string id;
  std::string endpoint_id;
  std::string project_id;
  std::string sealed;        // place: kWebhookSecretsTable, project, id, "secret", 0
  std::int64_t created = 0;  // unix ms
  std::int64_t expires = 0;  // unix ms; 0: the current one
};

namespace webhook_endpoints_table {

Result<void> insert(Database& db, const WebhookEndpoint& endpoint);
Result<std::optional<WebhookEndpoint>> find(Database& db, std::string_view project_id,
                                            std::string_view id);
// Oldest first.
Result<std::vector<WebhookEndpoint>> list(Database& db, std::string_view project_id);
// URL, description, events, active; and it is tried again at once. kNotFound.
Result<void> change(Database& db, const WebhookEndpoint& endpoint);
// With its secrets and what was to be delivered. kNotFound.
Result<void> remove(Database& db, std::string_view project_id, std::string_view id);

// Endpoints that something waits for, for whoever asks until `until_ms`; several instances at once
// get different ones. `until_ms` names the claim.
Result<std::vector<WebhookEndpoint>> claim_due(Database& db, std::int64_t now_ms,
                                               std::int64_t until_ms, std::int64_t limit);
// False: the claim is somebody else's by now, and nothing was changed.
Result<bool> renew_claim(Database& db, std::string_view id, std::int64_t claim,
                         std::int64_t until_ms);
// Ends the claim and keeps what came of it: next_attempt, failing_since, last_*, active.
Result<bool> end_claim(Database& db, const WebhookEndpoint& endpoint, std::int64_t claim);

Result<void> insert_secret(Database& db, const WebhookSecret& secret);
// The current one, then the one before it, and so on; none that is over.
Result<std::vector<WebhookSecret>> secrets(Database& db, std::string_view endpoint_id,
                                           std::int64_t now_ms);
// The current one is good until then, and what is over goes.
Result<void> retire_secrets(Database& db, std::string_view endpoint_id, std::int64_t now_ms,
                            std::int64_t expires_ms);

}  // namespace webhook_endpoints_table
}  // namespace patchbay::store
