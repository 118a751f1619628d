#pragma once
// Accounts whose credentials came back from a backup, with the generation they had there. Their
// tokens are not served and a rotating one is not presented: the provider may have replaced or
// revoked them since. The next change of credentials moves the account past that generation, and
// with it past this mark.
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/accounts_table.h"
#include "store/database.h"

namespace patchbay::store::restored_accounts_table {

// Every account there is, at its generation.
Result<void> mark_all(Database& db);
Result<bool> holds(Database& db, std::string_view account_id, std::int64_t generation);
// Active accounts that still are at their restored generation, by id, after `after_id`.
Result<std::vector<Account>> list_active(Database& db, std::string_view after_id,
                                         std::int64_t limit);

}  // namespace patchbay::store::restored_accounts_table
