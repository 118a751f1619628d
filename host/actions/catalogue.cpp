#include "actions/catalogue.h"

#include <algorithm>

#include "accounts/needed_fields.h"
#include "accounts/permission_report.h"
#include "store/account_credentials.h"
#include "store/integrations_table.h"

namespace patchbay::actions {
namespace {

struct Stored {
  store::Account account;
  store::Integration integration;
  std::vector<store::AccountSecret> secrets;  // sealed
};

Result<Stored> read(store::Database& db, const std::string& project, const std::string& id) {
  PATCHBAY_TRY_ASSIGN(auto account, store::accounts_table::find(db, project, id));
  if (!account) return make_error(ErrorCode::kNotFound, "There is no such account.");
  PATCHBAY_TRY_ASSIGN(auto integration,
                      store::integrations_table::find(db, project, account->integration_id));
  if (!integration)
    return make_error(ErrorCode::kConfiguration,
                      "The account's integration is gone. Reconnect the account.");
  PATCHBAY_TRY_ASSIGN(auto secrets, store::account_credentials::secrets(db, account->id));
  return Stored{*std::move(account), *std::move(integration), std::move(secrets)};
}

const manifest::Action* find_in(const std::vector<const manifest::Action*>& actions,
                                std::string_view action_id) {
  const auto found = std::ranges::find(actions, action_id, &manifest::Action::id);
  return found == actions.end() ? nullptr : *found;
}

}  // namespace

const manifest::Action* Catalogue::find(std::string_view action_id) const {
  return find_in(actions, action_id);
}

const manifest::Action* Catalogue::find_lacking_fields(std::string_view action_id) const {
  return find_in(lacking_fields, action_id);
}

Task<Result<Catalogue>> catalogue_of(const accounts::Services& services, const ActionRunner& runner,
                                     std::string project_id, std::string account_id) {
  auto stored = co_await services.store.read(
      [=](store::Database& db) { return read(db, project_id, account_id); });
  if (!stored) co_return stored.error();
  const auto connector = runner.find_connector(stored->account.connector_id);
  if (!connector || !connector->manifest)
    co_return make_error(ErrorCode::kConfiguration,
                         "The connector \"" + stored->account.connector_id +
                             "\" is not there at the moment. Put its file back into the "
                             "connectors folder.");
  Catalogue catalogue;
  catalogue.account = std::move(stored->account);
  catalogue.manifest = connector->manifest;
  if (!stored->integration.active) co_return catalogue;
  const auto allowed =
      accounts::allowed_actions(*catalogue.manifest, stored->integration.allowed_actions);
  const auto* method = catalogue.manifest->find_auth_method(catalogue.account.auth_method);
  const auto filled = accounts::filled_fields(catalogue.account, stored->secrets);
  for (const auto& action : catalogue.manifest->actions) {
    if (std::ranges::find(allowed, action.id) == allowed.end()) continue;
    const bool lacks =
        method != nullptr && !accounts::lacking_fields(*method, action.token, filled).empty();
    (lacks ? catalogue.lacking_fields : catalogue.actions).push_back(&action);
  }
  co_return catalogue;
}

}  // namespace patchbay::actions
