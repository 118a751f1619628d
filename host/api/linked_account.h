#pragma once
// An account as StackOne's clients read it. Never holds credentials.
#include "base/json.h"
#include "connector/registry.h"
#include "store/accounts_table.h"

namespace patchbay::api {

// `connector` null: it is not installed at the moment; the provider's name is then null.
void write_linked_account(json::Writer& out, const store::Account& account,
                          const connector::Connector* connector);

}  // namespace patchbay::api
