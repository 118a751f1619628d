// Idempotency keys, and the log of what was asked of providers.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    R"(CREATE TABLE idempotency_records (
      id TEXT NOT NULL PRIMARY KEY,
      project_id TEXT NOT NULL REFERENCES projects (id),
      state @int NOT NULL,
      created @int NOT NULL,
      sealed @bytes NOT NULL,
      data_key_id TEXT REFERENCES data_keys (id)
    ) @table)",
    "CREATE INDEX idempotency_records_by_age ON idempotency_records (created)",

    R"(CREATE TABLE request_logs (
      seq @serial,
      id TEXT NOT NULL UNIQUE,
      project_id TEXT NOT NULL REFERENCES projects (id),
      request_id TEXT NOT NULL,
      source TEXT NOT NULL,
      api_key_id TEXT NOT NULL,
      source_ip TEXT NOT NULL,
      account_id TEXT NOT NULL,
      owner_id TEXT NOT NULL,
      connector_id TEXT NOT NULL,
      action_id TEXT NOT NULL,
      method TEXT NOT NULL,
      path TEXT NOT NULL,
      status @int NOT NULL,
      error TEXT NOT NULL,
      started @int NOT NULL,
      duration_ms @int NOT NULL
    ) @table)",
    "CREATE INDEX request_logs_by_project ON request_logs (project_id, seq)",
    "CREATE INDEX request_logs_by_account ON request_logs (account_id, seq)",
    "CREATE INDEX request_logs_by_request ON request_logs (request_id)",
    "CREATE INDEX request_logs_by_age ON request_logs (started)",

    R"(CREATE TABLE step_logs (
      id TEXT NOT NULL PRIMARY KEY,
      request_log_id TEXT NOT NULL REFERENCES request_logs (id) ON DELETE CASCADE,
      number @int NOT NULL,
      method TEXT NOT NULL,
      host TEXT NOT NULL,
      path TEXT NOT NULL,
      status @int NOT NULL,
      error TEXT NOT NULL,
      started @int NOT NULL,
      duration_ms @int NOT NULL
    ) @table)",
    "CREATE INDEX step_logs_by_request ON step_logs (request_log_id, number)",

    R"(CREATE TABLE logged_bodies (
      id TEXT NOT NULL PRIMARY KEY REFERENCES request_logs (id) ON DELETE CASCADE,
      project_id TEXT NOT NULL REFERENCES projects (id),
      sealed @bytes NOT NULL,
      data_key_id TEXT REFERENCES data_keys (id)
    ) @table)",
});

}  // namespace

constinit const std::span<const std::string_view> migration_7 = kStatements;

}  // namespace patchbay::store
