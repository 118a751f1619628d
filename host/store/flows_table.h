#pragma once
// Flows under way: removed in the transaction that stores what came of them. What stays untouched
// for longer than a flow can take was interrupted; accounts/flow_recovery.h ends it.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

inline constexpr std::string_view kFlowsTable = "flows";

struct Flow {
  std::string id;
  std::string project_id;
  std::string kind;        // connect, refresh, failed, attempt (accounts/connection_attempts.h)
  std::string session_id;  // connect: the connect session; else empty
  std::string account_id;  // the account concerned, if there is one yet
  std::string connector_id;
  std::string state = "{}";  // JSON object, no secrets
  std::string sealed;  // transcript; place: kFlowsTable, project, id, "sealed", 0; empty: none
  std::int64_t created = 0;  // unix ms
  std::int64_t updated = 0;  // unix ms
};

namespace flows_table {

Result<void> insert(Database& db, const Flow& flow);
Result<std::optional<Flow>> find(Database& db, std::string_view id);
Result<std::vector<Flow>> list(Database& db);  // all projects, oldest first
Result<std::vector<Flow>> untouched_since(Database& db, std::int64_t updated_ms);  // oldest first
// State and sealed part. kNotFound.
Result<void> update(Database& db, std::string_view id, std::string_view state,
                    std::string_view sealed, std::int64_t now_ms);
// Of a connect session, newest first.
Result<std::vector<Flow>> of_session(Database& db, std::string_view session_id);
// Another state, if it is still this one: true for one caller only.
Result<bool> change_state(Database& db, std::string_view id, std::string_view from,
                          std::string_view to, std::int64_t now_ms);
// Removes it: true for one caller only.
Result<bool> take(Database& db, std::string_view id);
// The same, unless somebody went on with it since it was read so.
Result<bool> take_unchanged(Database& db, const Flow& seen);
// All of an account that are of this kind. Returns how many went.
Result<std::int64_t> remove_of_account(Database& db, std::string_view account_id,
                                       std::string_view kind);
// One that is gone is no error.
Result<void> remove(Database& db, std::string_view id);

}  // namespace flows_table
}  // namespace patchbay::store
