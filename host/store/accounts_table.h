#pragma once
// Linked accounts, without their secrets (account_credentials.h holds those and every change of
// credentials).
//
// One owner has one account per connector, unless a session asked for `multiple`: the first takes
// the slot '' and further ones a slot of their own, under one unique key, so that two racing
// connects cannot both become "the" account.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/account_enums.h"
#include "store/database.h"

namespace patchbay::store {

struct Account {
  std::string id;
  std::string project_id;
  std::string integration_id;
  std::string connector_id;
  std::string connector_version;
  std::string environment;
  std::string auth_method;
  std::string owner_id;
  std::string owner_name;
  std::string username;
  std::string label;
  std::string metadata = "{}";  // JSON object, the operator's own tags
  AccountType type = AccountType::kProduction;
  AccountStatus status = AccountStatus::kActive;
  std::string reason_code;  // empty while active
  std::string reason_text;
  std::int64_t status_changed = 0;  // unix ms, as all times here
  std::string fields = "{}";        // JSON object: what was typed, without secrets
  std::string granted = "[]";       // JSON array: permissions the provider granted
  bool granted_known = false;       // false: the provider does not tell
  std::string facts = "[]";         // JSON: what the connector found out, to show
  std::int64_t generation = 1;      // one more with every change of credentials
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t last_used = 0;     // 0: never
  std::int64_t next_refresh = 0;  // 0: none planned
};

// Empty lists do not restrict. At most kMaxFilterValues values altogether (kInvalidArgument).
struct AccountFilter {
  static constexpr std::size_t kMaxFilterValues = 500;
  static constexpr std::int64_t kMaxLimit = 1'000;
  std::string project_id;
  std::vector<std::string> owner_ids;
  std::vector<std::string> connector_ids;
  std::vector<std::string> account_ids;
  std::vector<AccountStatus> statuses;
  std::int64_t limit = 25;  // clamped to 1..kMaxLimit
  std::int64_t offset = 0;
};

// What PATCH may change; nullopt stays as it is.
struct AccountDetails {
  std::optional<std::string> owner_id;
  std::optional<std::string> owner_name;
  std::optional<std::string> username;
  std::optional<std::string> label;
  std::optional<std::string> metadata;
  std::optional<AccountType> type;
};

namespace accounts_table {

// The owner has one for this connector already and `multiple` is false: kConflict.
Result<void> insert(Database& db, const Account& account, bool multiple = false);

Result<std::optional<Account>> find(Database& db, std::string_view project_id, std::string_view id);
// Across projects, for the scheduler.
Result<std::optional<Account>> find_any(Database& db, std::string_view id);
// The one a new connect updates: the owner's first account with this connector.
Result<std::optional<Account>> find_by_owner(Database& db, std::string_view project_id,
                                             std::string_view connector_id,
                                             std::string_view owner_id);

// Oldest first.
Result<std::vector<Account>> list(Database& db, const AccountFilter& filter);
Result<std::int64_t> count(Database& db, const AccountFilter& filter);
// Takes active accounts of all projects whose refresh is due, the most overdue ones, in no order.
// They are not due again before `until_ms`: for nobody while the caller works on them, and for
// everybody if it never ends. Several instances at once get different ones.
Result<std::vector<Account>> claim_due(Database& db, std::int64_t now_ms, std::int64_t until_ms,
                                       std::int64_t limit);

// kNotFound. Moving it to an owner who has an account with that connector: kConflict.
Result<void> update_details(Database& db, std::string_view project_id, std::string_view id,
                            const AccountDetails& details, std::int64_t now_ms);

// Nobody else changes the account's row until the transaction ends.
Result<void> lock(Database& db, std::string_view id);

// Suspend: any status -> inactive. Resume: inactive -> active. Already there: no change.
// Both bump the change sequence. kNotFound.
Result<void> suspend(Database& db, std::string_view project_id, std::string_view id,
                     std::string_view reason_text, std::int64_t now_ms);
Result<void> resume(Database& db, std::string_view project_id, std::string_view id,
                    std::int64_t now_ms);

// All of an integration that are not inactive yet, or inactive for this reason; as they are then.
// Both bump the change sequence.
Result<std::vector<Account>> suspend_all(Database& db, std::string_view integration_id,
                                         std::string_view reason_code, std::string_view reason_text,
                                         std::int64_t now_ms);
Result<std::vector<Account>> resume_all(Database& db, std::string_view integration_id,
                                        std::string_view reason_code, std::int64_t now_ms);

// Marks the credentials of `generation` as not working. Returns false and changes nothing when it
// is known already, with this reason_code; when the credentials were replaced meanwhile; or when
// the account is suspended or gone.
Result<bool> set_error(Database& db, std::string_view id, std::int64_t generation,
                       std::string_view reason_code, std::string_view reason_text,
                       std::int64_t now_ms);

// What the account may do, in place of `before`. False, and nothing changed, when something else
// stands there by now, or the account is suspended or gone.
Result<bool> replace_granted(Database& db, std::string_view id, std::string_view before,
                             std::string_view after);

Result<void> set_next_refresh(Database& db, std::string_view id, std::int64_t next_refresh_ms);
// Never moves back; an account that is gone is no error.
Result<void> record_use(Database& db, std::string_view id, std::int64_t used_ms);

// With secrets and tokens; bumps the change sequence. kNotFound.
Result<void> remove(Database& db, std::string_view project_id, std::string_view id);

}  // namespace accounts_table
}  // namespace patchbay::store
