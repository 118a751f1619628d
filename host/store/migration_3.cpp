// Keys that rotate while the hub serves, and the audit log's heads.
//
// Each sealed column gets the id of the data key its record was sealed with, as a foreign key: the
// database itself keeps a data key from being removed while a record needs it, whichever process
// writes that record and however late. Rows from before are without; the next rotation fills it in.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    "ALTER TABLE data_keys ADD COLUMN settled @int NOT NULL DEFAULT 0",

    "ALTER TABLE account_secrets ADD COLUMN data_key_id TEXT REFERENCES data_keys (id)",
    "CREATE INDEX account_secrets_by_data_key ON account_secrets (data_key_id)",
    "ALTER TABLE account_tokens ADD COLUMN data_key_id TEXT REFERENCES data_keys (id)",
    "CREATE INDEX account_tokens_by_data_key ON account_tokens (data_key_id)",
    "ALTER TABLE integrations ADD COLUMN data_key_id TEXT REFERENCES data_keys (id)",
    "CREATE INDEX integrations_by_data_key ON integrations (data_key_id)",
    "ALTER TABLE revocations ADD COLUMN data_key_id TEXT REFERENCES data_keys (id)",
    "CREATE INDEX revocations_by_data_key ON revocations (data_key_id)",
    "ALTER TABLE flows ADD COLUMN data_key_id TEXT REFERENCES data_keys (id)",
    "CREATE INDEX flows_by_data_key ON flows (data_key_id)",

    R"(CREATE TABLE audit_heads (
      file TEXT NOT NULL PRIMARY KEY,
      instance TEXT NOT NULL,
      lines @int NOT NULL,
      hash TEXT NOT NULL,
      recorded @int NOT NULL,
      closed @int NOT NULL CHECK (closed IN (0, 1))
    ) @table)",
    "CREATE INDEX audit_heads_by_instance ON audit_heads (instance)",
});

}  // namespace

constinit const std::span<const std::string_view> migration_3 = kStatements;

}  // namespace patchbay::store
