#pragma once
// Which accounts a page of a list holds, found in time that hardly grows with their number.
#include <string>
#include <vector>

#include "store/accounts_table.h"
#include "store/database.h"

namespace patchbay::store {

// A query; borrows from the filter it was made of.
struct AccountListing {
  std::string sql;
  std::vector<Param> params;
};

// The ids of the page, in no order. Too many values: kInvalidArgument.
Result<AccountListing> listing_of(const AccountFilter& filter);

// How many the whole list holds; likewise.
Result<AccountListing> account_count_of(const AccountFilter& filter);

}  // namespace patchbay::store
