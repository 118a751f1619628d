#pragma once
// Accounts as table rows and as a page. Nothing here has seen a secret or a token.
#include <cstdint>
#include <string_view>
#include <vector>

#include "accounts/account_service.h"
#include "store/flows_table.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

// The earliest end of an account's tokens; 0 when none is known.
std::int64_t first_expiry(const std::vector<accounts::TokenInfo>& tokens);

// {iso, text, relative}; nothing when the time is 0.
View time_view(std::int64_t unix_ms, std::int64_t now_ms, const Language& language);

struct AccountRow {
  const store::Account& account;
  std::vector<accounts::PermissionLine> permissions;
  std::int64_t expires = 0;           // unix ms, 0: unknown
  connector::ConnectorPtr connector;  // null while it is missing
};
View account_row(const AccountRow& row, std::int64_t now_ms, const Language& language);

// Text that the filter box looks through, lower case.
std::string account_search_text(const AccountRow& row, const Language& language);

// What stands on top of each of an account's pages. `manifest`: null while the connector is
// missing.
View account_head(const store::Account& account, const manifest::Manifest* manifest,
                  const Language& language);

View account_page(const accounts::AccountDetail& detail, std::int64_t now_ms,
                  const Language& language);

// Adds the failed flows that were kept: the account's own, and those of its connector that are
// another's or of no account.
void put_kept_flows(View& view, const std::vector<store::Flow>& own,
                    const std::vector<store::Flow>& others, std::int64_t now_ms,
                    const Language& language);

}  // namespace patchbay::web
