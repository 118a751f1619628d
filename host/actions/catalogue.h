#pragma once
// What can be run: for one account, by its integration's list and what its connector offers.
#include <memory>
#include <string>
#include <vector>

#include "accounts/services.h"
#include "actions/action_runner.h"
#include "store/accounts_table.h"

namespace patchbay::actions {

struct Catalogue {
  store::Account account;
  std::shared_ptr<const manifest::Manifest> manifest;
  std::vector<const manifest::Action*> actions;  // in the manifest, in its order
  // Allowed, but for optional fields that the account was connected without.
  std::vector<const manifest::Action*> lacking_fields;

  [[nodiscard]] const manifest::Action* find(std::string_view action_id) const;
  [[nodiscard]] const manifest::Action* find_lacking_fields(std::string_view action_id) const;
};

// kNotFound: no such account. Empty while the integration is switched off; kConfiguration while the
// connector is missing.
Task<Result<Catalogue>> catalogue_of(const accounts::Services& services, const ActionRunner& runner,
                                     std::string project_id, std::string account_id);

}  // namespace patchbay::actions
