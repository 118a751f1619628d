#pragma once
// Tokens the provider still has to be told to forget. A job outlives its account: it holds all it
// needs, sealed, until the provider agreed or the token's own life is over.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

inline constexpr std::string_view kRevocationsTable = "revocations";

struct Revocation {
  std::string id;
  std::string project_id;
  std::string account_id;  // may be gone, or never have existed (failed connect)
  std::string connector_id;
  std::string environment;
  std::string auth_method;
  std::string sealed_payload;  // place: kRevocationsTable, project, id, "payload", 0
  std::string reason;          // unlink, reconnect, connect_failed, ...
  std::int64_t attempts = 0;
  std::int64_t next_attempt = 0;  // unix ms
  std::int64_t give_up_at = 0;    // unix ms
  std::int64_t created = 0;       // unix ms
  std::string last_error;
};

namespace revocations_table {

Result<void> enqueue(Database& db, const Revocation& revocation);
// Next attempt reached, most overdue first. Jobs past give_up_at come too, to be finished.
Result<std::vector<Revocation>> due(Database& db, std::int64_t now_ms, std::int64_t limit);
// The same, in no order, and not due again before `until_ms`: for nobody while the caller works on
// them, and for everybody if it never ends. Several instances at once get different ones.
Result<std::vector<Revocation>> claim_due(Database& db, std::int64_t now_ms, std::int64_t until_ms,
                                          std::int64_t limit);
// When the next one is due; nullopt: nothing to do.
Result<std::optional<std::int64_t>> next_due(Database& db);
Result<std::optional<Revocation>> find(Database& db, std::string_view id);
// Without their sealed payloads; oldest first.
Result<std::vector<Revocation>> list_of_account(Database& db, std::string_view project_id,
                                                std::string_view account_id, std::int64_t limit);
// Counts the attempt. A job that is gone is no error.
Result<void> reschedule(Database& db, std::string_view id, std::int64_t next_attempt_ms,
                        std::string_view last_error);
// Done or given up: the sealed payload goes with the row.
Result<void> finish(Database& db, std::string_view id);

}  // namespace revocations_table
}  // namespace patchbay::store
