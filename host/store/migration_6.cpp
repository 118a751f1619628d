// Webhooks: where events are sent, with which secrets, and what is still to be delivered.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    R"(CREATE TABLE webhook_endpoints (
      id TEXT NOT NULL PRIMARY KEY,
      project_id TEXT NOT NULL REFERENCES projects (id),
      url TEXT NOT NULL,
      description TEXT NOT NULL,
      events TEXT NOT NULL,
      active @int NOT NULL,
      created @int NOT NULL,
      next_attempt @int NOT NULL,
      claimed_until @int NOT NULL,
      failing_since @int NOT NULL,
      last_status @int NOT NULL,
      last_error TEXT NOT NULL
    ) @table)",

    R"(CREATE TABLE webhook_secrets (
      id TEXT NOT NULL PRIMARY KEY,
      endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
      project_id TEXT NOT NULL REFERENCES projects (id),
      sealed @bytes NOT NULL,
      data_key_id TEXT REFERENCES data_keys (id),
      created @int NOT NULL,
      expires @int NOT NULL
    ) @table)",
    "CREATE INDEX webhook_secrets_by_endpoint ON webhook_secrets (endpoint_id)",

    R"(CREATE TABLE webhook_deliveries (
      endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
      event_seq @int NOT NULL REFERENCES events (seq),
      queued @int NOT NULL,
      state @int NOT NULL,
      attempts @int NOT NULL,
      finished @int NOT NULL,
      last_status @int NOT NULL,
      last_error TEXT NOT NULL,
      PRIMARY KEY (endpoint_id, event_seq)
    ) @table)",
    "CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (state, endpoint_id, "
    "event_seq)",
});

}  // namespace

constinit const std::span<const std::string_view> migration_6 = kStatements;

}  // namespace patchbay::store
