// Events that providers send by themselves: where they are received, and what came.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    R"(CREATE TABLE inbound_urls (
      id TEXT NOT NULL PRIMARY KEY,
      project_id TEXT NOT NULL REFERENCES projects (id),
      account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      token_hash TEXT NOT NULL UNIQUE,
      secret_header TEXT NOT NULL,
      secret_hash TEXT NOT NULL,
      created @int NOT NULL,
      expires @int NOT NULL
    ) @table)",
    "CREATE INDEX inbound_urls_by_account ON inbound_urls (account_id)",

    R"(CREATE TABLE provider_events (
      seq @serial,
      id TEXT NOT NULL UNIQUE,
      project_id TEXT NOT NULL REFERENCES projects (id),
      account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      identity TEXT NOT NULL,
      type TEXT NOT NULL,
      received @int NOT NULL,
      event_seq @int NOT NULL,
      sealed @bytes NOT NULL,
      data_key_id TEXT REFERENCES data_keys (id),
      UNIQUE (account_id, identity)
    ) @table)",
    "CREATE INDEX provider_events_by_account ON provider_events (account_id, seq)",
    "CREATE INDEX provider_events_by_event ON provider_events (event_seq)",
    "CREATE INDEX provider_events_by_age ON provider_events (received)",
    "CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (event_seq)",
    "CREATE INDEX events_of_providers ON events (created) WHERE kind = 'account.provider_event'",
});

}  // namespace

constinit const std::span<const std::string_view> migration_9 = kStatements;

}  // namespace patchbay::store
