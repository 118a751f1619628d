#pragma once
// Events of accounts, as the store keeps them and webhooks will send them.
#include <string_view>

#include "store/accounts_table.h"
#include "store/events_table.h"

namespace patchbay::accounts {

// `kind`: account.created, account.updated, account.deleted, account.suspended, account.resumed,
// account.error, account.recovered. The payload names provider, owner and reason, and no secret.
store::Event account_event(const store::Account& account, std::string_view kind,
                           std::int64_t now_ms);

}  // namespace patchbay::accounts
