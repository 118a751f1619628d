#pragma once
// The `next` that callers get: a page position, sealed with the vault for one project, account and
// action, so that it tells nothing and can't be forged or used elsewhere. It also holds a hash of
// the input: a list is read on with the input it was begun with.
#include <string>
#include <string_view>

#include "actions/pagination.h"
#include "base/result.h"
#include "vault/vault.h"

namespace patchbay::actions {

struct PageTokenPlace {
  std::string_view project_id;
  std::string_view account_id;
  std::string_view action_id;
  std::string_view input_hash;
};

Result<std::string> seal_page(const vault::Vault& vault, const PageTokenPlace& place,
                              const PagePosition& position);

// kInvalidArgument (field "next"): not one of ours, another action's, account's or input's, or made
// when the provider's lists were described differently.
Result<PagePosition> open_page(const vault::Vault& vault, const PageTokenPlace& place,
                               std::string_view token, const manifest::Pagination& pagination);

}  // namespace patchbay::actions
