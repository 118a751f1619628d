#pragma once
// An account for a terminal and for programs, without what is secret.
#include "base/json.h"
#include "store/accounts_table.h"

namespace patchbay::cli {

void write_account(json::Writer& out, const store::Account& account);

// On standard output: a line or two, or one line of JSON.
void print_account(const store::Account& account, bool as_json);

}  // namespace patchbay::cli
