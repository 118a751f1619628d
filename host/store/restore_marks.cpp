#include "store/restore_marks.h"

#include <algorithm>
#include <limits>

#include "store/accounts_table.h"
#include "store/api_keys_table.h"
#include "store/audit_heads_table.h"
#include "store/change_sequence_table.h"
#include "store/connector_approvals_table.h"
#include "store/data_keys_table.h"
#include "store/inbound_urls_table.h"
#include "store/projects_table.h"
#include "store/restored_accounts_table.h"
#include "store/revocations_table.h"
#include "store/row_helpers.h"
#include "store/store_epoch_table.h"
#include "vault/record_format.h"

namespace patchbay::store {
namespace {

Result<std::int64_t> unlink_again(Database& replaced, Database& restored) {
  PATCHBAY_TRY_ASSIGN(
      const auto deleted,
      replaced.query("SELECT DISTINCT account_id FROM events WHERE kind = 'account.deleted'"));
  std::int64_t count = 0;
  for (const auto& row : deleted) {
    PATCHBAY_TRY_ASSIGN(const auto removed,
                        restored.execute("DELETE FROM accounts WHERE id = ?", {row.text(0)}));
    count += removed;
  }
  return count;
}

Result<std::int64_t> suspend_again(Database& replaced, Database& restored, std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(const auto inactive,
                      replaced.query("SELECT id FROM accounts WHERE status = 'inactive'"));
  std::int64_t count = 0;
  for (const auto& row : inactive) {
    PATCHBAY_TRY_ASSIGN(const auto account, accounts_table::find_any(restored, row.text(0)));
    if (!account || account->status == AccountStatus::kInactive) continue;
    PATCHBAY_TRY(accounts_table::suspend(restored, account->project_id, account->id,
                                         "Suspended before a backup was restored.", now_ms));
    ++count;
  }
  return count;
}

Result<std::int64_t> withdraw_keys_again(Database& replaced, Database& restored) {
  PATCHBAY_TRY_ASSIGN(const auto keys, api_keys_table::list_all(replaced));
  std::int64_t count = 0;
  for (const auto& key : keys) {
    if (key.revoked == 0) continue;
    PATCHBAY_TRY_ASSIGN(const auto changed,
                        restored.execute("UPDATE api_keys SET revoked = ? WHERE id = ? AND "
                                         "revoked = 0",
                                         {key.revoked, key.id}));
    count += changed;
  }
  return count;
}

Result<std::int64_t> withdraw_approvals_again(Database& replaced, Database& restored) {
  PATCHBAY_TRY_ASSIGN(const bool has_approvals, replaced.has_table("connector_approvals"));
  if (!has_approvals) return 0;
  PATCHBAY_TRY_ASSIGN(const auto withdrawn,
                      replaced.query("SELECT sha256 FROM connector_approvals WHERE withdrawn = 1"));
  std::int64_t count = 0;
  for (const auto& row : withdrawn) {
    PATCHBAY_TRY_ASSIGN(const auto newer, connector_approvals_table::find(replaced, row.text(0)));
    PATCHBAY_TRY_ASSIGN(const auto older, connector_approvals_table::find(restored, row.text(0)));
    if (!newer || (older && (older->withdrawn || older->decided > newer->decided))) continue;
    PATCHBAY_TRY(connector_approvals_table::decide(restored, *newer));
    if (older) ++count;
  }
  return count;
}

// Data keys made since, for the jobs they sealed; only those that the same key-encryption key
// opens.
Result<std::vector<vault::WrappedDataKey>> take_data_keys(Database& replaced, Database& restored) {
  PATCHBAY_TRY_ASSIGN(auto known, data_keys_table::list(restored));
  PATCHBAY_TRY_ASSIGN(const auto others, data_keys_table::list(replaced));
  const auto any = [&](auto same) { return std::any_of(known.begin(), known.end(), same); };
  for (const auto& key : others) {
    if (any([&](const auto& has) { return has.id == key.id; })) continue;
    if (!any([&](const auto& has) { return has.kek_id == key.kek_id; })) continue;
    PATCHBAY_TRY(data_keys_table::insert(restored, key));
    known.push_back(key);
  }
  return known;
}

bool opens_with(const std::vector<vault::WrappedDataKey>& keys, const std::string& sealed) {
  const auto parts = vault::record::split(sealed);
  return parts && std::any_of(keys.begin(), keys.end(),
                              [&](const auto& key) { return key.id == parts->key_id; });
}

Result<std::int64_t> take_revocations(Database& replaced, Database& restored, std::int64_t now_ms) {
  constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();
  PATCHBAY_TRY_ASSIGN(const auto pending, revocations_table::due(replaced, kEver, kEver));
  if (pending.empty()) return 0;
  PATCHBAY_TRY_ASSIGN(const auto keys, take_data_keys(replaced, restored));
  std::int64_t count = 0;
  for (auto job : pending) {
    PATCHBAY_TRY_ASSIGN(const auto there, revocations_table::find(restored, job.id));
    PATCHBAY_TRY_ASSIGN(const auto project, projects_table::find(restored, job.project_id));
    if (there || !project || !opens_with(keys, job.sealed_payload)) continue;
    job.next_attempt = now_ms;
    PATCHBAY_TRY(revocations_table::enqueue(restored, job));
    ++count;
  }
  return count;
}

// How far the audit files are now, and which were removed because their time was over; unless the
// backup was told later.
Result<> take_audit_heads(Database& replaced, Database& restored) {
  PATCHBAY_TRY_ASSIGN(const auto told, audit_heads_table::last_recorded(replaced));
  PATCHBAY_TRY_ASSIGN(const auto told_backup, audit_heads_table::last_recorded(restored));
  if (told < told_backup) return {};
  PATCHBAY_TRY_ASSIGN(const auto heads, audit_heads_table::list(replaced, {}));
  return audit_heads_table::replace_all(restored, heads);
}

}  // namespace

Result<> mark_restored(Database& restored, std::int64_t now_ms) {
  PATCHBAY_TRY(store_epoch_table::begin_next(restored, now_ms));
  PATCHBAY_TRY(restored_accounts_table::mark_all(restored));
  for (const auto* ends :
       {"DELETE FROM operator_sessions", "DELETE FROM signin_links", "DELETE FROM instances",
        "UPDATE connect_sessions SET status = 'cancelled' WHERE status = 'open'"})
    PATCHBAY_TRY(restored.execute(ends));
  PATCHBAY_TRY(change_sequence_table::bump(restored));
  return {};
}

Result<CarriedOver> carry_over(Database& replaced, Database& restored, std::int64_t now_ms) {
  CarriedOver carried;
  PATCHBAY_TRY_ASSIGN(carried.unlinked, unlink_again(replaced, restored));
  PATCHBAY_TRY_ASSIGN(carried.suspended, suspend_again(replaced, restored, now_ms));
  PATCHBAY_TRY_ASSIGN(carried.withdrawn_keys, withdraw_keys_again(replaced, restored));
  PATCHBAY_TRY_ASSIGN(carried.withdrawn_approvals, withdraw_approvals_again(replaced, restored));
  PATCHBAY_TRY(inbound_urls_table::end_again(replaced, restored));
  PATCHBAY_TRY(take_audit_heads(replaced, restored));
  PATCHBAY_TRY_ASSIGN(carried.revocations, take_revocations(replaced, restored, now_ms));
  return carried;
}

Result<bool> same_installation(Database& one, Database& other) {
  PATCHBAY_TRY_ASSIGN(const auto projects, projects_table::list(one));
  for (const auto& project : projects) {
    PATCHBAY_TRY_ASSIGN(const auto found, projects_table::find(other, project.id));
    if (found) return true;
  }
  return false;
}

}  // namespace patchbay::store
