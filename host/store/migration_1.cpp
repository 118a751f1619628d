// The first schema: projects, integrations, accounts and their credentials, connect sessions,
// access, events, jobs.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    R"(CREATE TABLE projects (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      created @int NOT NULL
    ) @table)",

    R"(CREATE TABLE data_keys (
      id TEXT NOT NULL PRIMARY KEY,
      kek_id TEXT NOT NULL,
      wrapped @bytes NOT NULL,
      created @int NOT NULL,
      retired @int NOT NULL
    ) @table)",

    R"(CREATE TABLE integrations (
      id TEXT NOT NULL PRIMARY KEY,
      project_id TEXT NOT NULL REFERENCES projects (id),
      connector_id TEXT NOT NULL,
      name TEXT NOT NULL,
      auth_method TEXT NOT NULL,
      environment TEXT NOT NULL,
      sealed_setup @bytes NOT NULL,
      setup_generation @int NOT NULL,
      allowed_actions TEXT,
      is_default @int NOT NULL CHECK (is_default IN (0, 1)),
      active @int NOT NULL CHECK (active IN (0, 1)),
      created @int NOT NULL
    ) @table)",
    "CREATE INDEX integrations_by_project ON integrations (project_id, connector_id)",
    R"(CREATE UNIQUE INDEX integrations_one_default ON integrations (project_id, connector_id)
      WHERE is_default = 1)",

    R"(CREATE TABLE connect_sessions (
      number @serial,
      id TEXT NOT NULL UNIQUE,
      project_id TEXT NOT NULL REFERENCES projects (id),
      token_hash TEXT NOT NULL UNIQUE,
      owner_id TEXT NOT NULL,
      owner_name TEXT NOT NULL,
      username TEXT NOT NULL,
      connector_id TEXT NOT NULL,
      integration_id TEXT NOT NULL,
      account_id TEXT NOT NULL,
      multiple @int NOT NULL CHECK (multiple IN (0, 1)),
      type TEXT NOT NULL CHECK (type IN ('production', 'test')),
      label TEXT NOT NULL,
      metadata TEXT NOT NULL,
      categories TEXT NOT NULL,
      created @int NOT NULL,
      expires @int NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('open', 'used', 'cancelled')),
      result_account_id TEXT NOT NULL
    ) @table)",
    "CREATE INDEX connect_sessions_by_expiry ON connect_sessions (expires)",

    R"(CREATE TABLE accounts (
      id TEXT NOT NULL PRIMARY KEY,
      project_id TEXT NOT NULL REFERENCES projects (id),
      integration_id TEXT NOT NULL REFERENCES integrations (id),
      connector_id TEXT NOT NULL,
      connector_version TEXT NOT NULL,
      environment TEXT NOT NULL,
      auth_method TEXT NOT NULL,
      owner_id TEXT NOT NULL,
      slot TEXT NOT NULL,
      owner_name TEXT NOT NULL,
      username TEXT NOT NULL,
      label TEXT NOT NULL,
      metadata TEXT NOT NULL,
      type TEXT NOT NULL CHECK (type IN ('production', 'test')),
      status TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'error')),
      reason_code TEXT NOT NULL,
      reason_text TEXT NOT NULL,
      status_changed @int NOT NULL,
      fields TEXT NOT NULL,
      granted TEXT NOT NULL,
      granted_known @int NOT NULL CHECK (granted_known IN (0, 1)),
      facts TEXT NOT NULL,
      generation @int NOT NULL,
      created @int NOT NULL,
      updated @int NOT NULL,
      last_used @int NOT NULL,
      next_refresh @int NOT NULL,
      UNIQUE (project_id, connector_id, owner_id, slot)
    ) @table)",
    "CREATE INDEX accounts_by_age ON accounts (project_id, created, id)",
    "CREATE INDEX accounts_by_integration ON accounts (integration_id)",
    R"(CREATE INDEX accounts_by_refresh ON accounts (next_refresh)
      WHERE status = 'active' AND next_refresh > 0)",

    R"(CREATE TABLE account_secrets (
      account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      project_id TEXT NOT NULL REFERENCES projects (id),
      sealed @bytes NOT NULL,
      generation @int NOT NULL,
      PRIMARY KEY (account_id, name)
    ) @table)",

    R"(CREATE TABLE account_tokens (
      account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      project_id TEXT NOT NULL REFERENCES projects (id),
      sealed @bytes NOT NULL,
      token_type TEXT NOT NULL,
      scopes TEXT NOT NULL,
      minted @int NOT NULL,
      expires @int NOT NULL,
      generation @int NOT NULL,
      PRIMARY KEY (account_id, name)
    ) @table)",

    R"(CREATE TABLE revocations (
      id TEXT NOT NULL PRIMARY KEY,
      project_id TEXT NOT NULL REFERENCES projects (id),
      account_id TEXT NOT NULL,
      connector_id TEXT NOT NULL,
      environment TEXT NOT NULL,
      auth_method TEXT NOT NULL,
      sealed_payload @bytes NOT NULL,
      reason TEXT NOT NULL,
      attempts @int NOT NULL,
      next_attempt @int NOT NULL,
      give_up_at @int NOT NULL,
      created @int NOT NULL,
      last_error TEXT NOT NULL
    ) @table)",
    "CREATE INDEX revocations_by_next_attempt ON revocations (next_attempt)",

    R"(CREATE TABLE api_keys (
      id TEXT NOT NULL PRIMARY KEY,
      project_id TEXT NOT NULL REFERENCES projects (id),
      prefix TEXT NOT NULL UNIQUE,
      hash TEXT NOT NULL,
      name TEXT NOT NULL,
      scopes TEXT NOT NULL,
      created @int NOT NULL,
      last_used @int NOT NULL,
      revoked @int NOT NULL
    ) @table)",
    "CREATE INDEX api_keys_by_project ON api_keys (project_id)",

    R"(CREATE TABLE operator_sessions (
      hash TEXT NOT NULL PRIMARY KEY,
      created @int NOT NULL,
      expires @int NOT NULL,
      csrf TEXT NOT NULL
    ) @table)",
    R"(CREATE TABLE signin_links (
      hash TEXT NOT NULL PRIMARY KEY,
      created @int NOT NULL,
      expires @int NOT NULL,
      used @int NOT NULL
    ) @table)",

    R"(CREATE TABLE events (
      seq @serial,
      project_id TEXT NOT NULL REFERENCES projects (id),
      kind TEXT NOT NULL,
      account_id TEXT NOT NULL,
      payload TEXT NOT NULL,
      created @int NOT NULL
    ) @table)",
    "CREATE INDEX events_by_project ON events (project_id, seq)",
    "CREATE INDEX events_by_account ON events (account_id, seq)",

    R"(CREATE TABLE flows (
      id TEXT NOT NULL PRIMARY KEY,
      project_id TEXT NOT NULL REFERENCES projects (id),
      kind TEXT NOT NULL,
      session_id TEXT NOT NULL,
      account_id TEXT NOT NULL,
      connector_id TEXT NOT NULL,
      state TEXT NOT NULL,
      sealed @bytes NOT NULL,
      created @int NOT NULL,
      updated @int NOT NULL
    ) @table)",
    "CREATE INDEX flows_by_age ON flows (created)",

    R"(CREATE TABLE change_sequence (
      id @int PRIMARY KEY CHECK (id = 1),
      value @int NOT NULL
    ) @table)",
    "INSERT INTO change_sequence (id, value) VALUES (1, 1)",
});

}  // namespace

constinit const std::span<const std::string_view> migration_1 = kStatements;

}  // namespace patchbay::store
