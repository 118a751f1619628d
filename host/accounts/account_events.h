#pragma once
// Events of accounts, as the store keeps them and webhooks will send them.
#include <initializer_list>
#include <string_view>
#include <utility>

#include "store/accounts_table.h"
#include "store/events_table.h"

namespace patchbay::accounts {

// `kind`: account.created, account.updated, account.deleted, account.suspended, account.resumed,
// account.error, account.recovered. The payload names provider, owner and reason, and no secret;
// `more` is added to it.
using MoreFacts = std::initializer_list<std::pair<std::string_view, std::string_view>>;
store::Event account_event(const store::Account& account, std::string_view kind,
                           std::int64_t now_ms, MoreFacts more = {});

}  // namespace patchbay::accounts
