#include "actions/account_access.h"

#include <algorithm>
#include <utility>

#include "accounts/integration_setup.h"
#include "accounts/needed_fields.h"
#include "accounts/told_hosts.h"
#include "connector/credential_key.h"

namespace patchbay::actions {
namespace {

// What the operator can do about it differs.
ActionError no_connector(const connector::Connectors& connectors, const std::string& id) {
  if (connector::awaits_approval(connectors, id))
    return {ErrorCode::kConfiguration, reason::kConnectorAwaitingApproval,
            "The connector \"" + id +
                "\" waits for approval. Look at what it asks for on the Connectors page, or run: "
                "patchbay connectors approve " +
                id};
  return {ErrorCode::kConfiguration, reason::kConnectorMissing,
          "The connector \"" + id +
              "\" is not there at the moment. Put its file back into the connectors folder."};
}

}  // namespace

Task<boost::system::result<UsableAccount, ActionError>> usable_account(
    const accounts::Services& services, FindConnector find_connector, std::string project_id,
    std::string account_id, std::int64_t allowed_at) {
  auto read = co_await services.store.read(
      [=](store::Database& db) { return accounts::read_account(db, project_id, account_id); });
  if (!read) co_return std::move(read).error();
  UsableAccount usable;
  usable.stored = *std::move(read);
  usable.read_at = std::min(usable.stored.read_at, allowed_at);
  const store::Account& account = usable.account();
  const store::Integration& integration = usable.stored.integration;
  if (integration.id.empty())
    co_return make_error(ErrorCode::kConfiguration,
                         "The account's integration is gone. Reconnect the account.");
  if (account.status == store::AccountStatus::kInactive)
    co_return ActionError(ErrorCode::kForbidden, reason::kAccountSuspended,
                          "The account is suspended. Resume it to use it again.");
  if (!integration.active)
    co_return ActionError(ErrorCode::kForbidden, reason::kIntegrationDisabled,
                          "The integration that this account belongs to is switched off.");
  const auto connector = find_connector(account.connector_id);
  if (!connector || !connector->manifest)
    co_return no_connector(services.registry, account.connector_id);
  usable.connector = connector;
  usable.manifest = connector->manifest;
  connector::FlowInput facts;
  facts.auth_method_id = account.auth_method;
  facts.environment_id = account.environment;
  facts.fields = accounts::fields_from_json(account.fields);
  facts.facts = accounts::facts_from_json(account.facts);
  PATCHBAY_CO_TRY(accounts::open_setup(services.vault, integration, facts));
  usable.host_values = accounts::host_values(*usable.manifest, facts);
  usable.credential = connector::credential_key(facts);
  co_return usable;
}

std::optional<ActionError> fields_missing(const UsableAccount& usable,
                                          const manifest::AuthMethod& method,
                                          std::string_view token) {
  const auto lacking = accounts::lacking_fields(
      method, token, accounts::filled_fields(usable.account(), usable.stored.secrets));
  if (lacking.empty()) return std::nullopt;
  ActionError error(
      ErrorCode::kPermissionMissing, reason::kFieldsMissing,
      "The account was connected without: " + accounts::field_labels(*usable.manifest, lacking) +
          ". Reconnect it and fill that in; nothing was sent.");
  error.field = lacking.front()->id;
  return error;
}

void name_fields(ActionError& refusal, const UsableAccount& usable,
                 const manifest::AuthMethod& method, std::string_view token) {
  const auto fields = method.optional_fields(token);
  if (refusal.code != ErrorCode::kPermissionMissing || fields.empty()) return;
  refusal.field = fields.front()->id;
  refusal.message += " It was authorised with these fields of the connect form: " +
                     accounts::field_labels(*usable.manifest, fields) +
                     ". Check them, and reconnect the account with what is right.";
}

ActionError access_changed() {
  return {ErrorCode::kUnavailable, reason::kAccessChanged,
          "Access to this account was changed at this moment, and nothing was sent. Try again."};
}

}  // namespace patchbay::actions
