#include "accounts/handed_over.h"

#include "accounts/account_events.h"
#include "accounts/credentials.h"
#include "accounts/granted_permissions.h"
#include "accounts/keeper_options.h"
#include "accounts/told_hosts.h"
#include "store/account_credentials.h"
#include "store/events_table.h"

namespace patchbay::accounts {
namespace {

// The row as a connect would have written it.
Result<store::Account> account_of(const Services& services, HandedOver& handed) {
  const auto& manifest = *handed.connector->manifest;
  const bool renewable = !handed.secrets.empty();
  if (!renewable && handed.tokens.empty())
    return make_error(ErrorCode::kInvalidArgument, "there is no token to take over");
  PATCHBAY_TRY(settle_told_hosts(manifest, handed.facts, !renewable));
  auto granted = granted_permissions(manifest, handed.tokens, {}, services.scope_names);
  if (auto missing = missing_permission(manifest, granted)) {
    Error error = make_error(
        ErrorCode::kPermissionMissing,
        "The permission " + *missing + " is missing, which this connection can't do without.");
    error.permission = *std::move(missing);
    return error;
  }
  const auto now = services.clock.unix_ms();
  granted.connected = now;
  store::Account account = handed.account;
  account.project_id = handed.integration.project_id;
  account.integration_id = handed.integration.id;
  account.connector_id = handed.connector->id;
  account.connector_version = manifest.version;
  account.environment = handed.integration.environment;
  account.auth_method = handed.integration.auth_method;
  account.granted = to_json(granted);
  account.granted_known = granted.known;
  account.facts = facts_to_json(handed.facts);
  account.updated = now;
  account.next_refresh =
      plan_refresh(handed.tokens, now, KeeperOptions().refresh_share, services.random.unit());
  // Without a token there is nothing to serve until it is renewed.
  if (renewable && handed.tokens.empty()) account.next_refresh = now;
  if (account.id.empty()) {
    account.id = services.random.id("acc_");
    account.created = now;
    account.status_changed = now;
    account.generation = 1;
  }
  return account;
}

}  // namespace

Task<Result<store::Account>> take_over(const Services& services, TokenKeeper& keeper,
                                       HandedOver handed, audit::Asker who) {
  const bool replaces = !handed.account.id.empty();
  PATCHBAY_CO_TRY_ASSIGN(const auto account, account_of(services, handed));
  const auto generation = replaces ? account.generation + 1 : account.generation;
  const auto now = account.updated;
  PATCHBAY_CO_TRY_ASSIGN(const auto secrets,
                         seal_secrets(services.vault, account, generation, handed.secrets));
  PATCHBAY_CO_TRY_ASSIGN(const auto tokens,
                         seal_tokens(services.vault, account, generation, handed.tokens, now));
  PATCHBAY_CO_TRY(services.audit.append(
      audit::asked_by(who, {.kind = replaces ? "account.reconnected" : "account.linked",
                            .project_id = account.project_id,
                            .account_id = account.id,
                            .subject = told_hosts_of(*handed.connector->manifest, handed.facts),
                            .connector_id = account.connector_id})));
  auto stored = co_await services.store.transact(
      [&, multiple = handed.multiple](store::Database& db) -> Result<store::Account> {
        using namespace store;  // NOLINT(google-build-using-namespace)
        if (replaces) {
          PATCHBAY_TRY(
              account_credentials::replace(db, reconnect_change(account, secrets, tokens, now)));
        } else {
          PATCHBAY_TRY(accounts_table::insert(db, account, multiple));
          PATCHBAY_TRY(account_credentials::insert(db, account, secrets, tokens));
        }
        PATCHBAY_TRY_ASSIGN(auto row, accounts_table::find(db, account.project_id, account.id));
        if (!row) return make_error(ErrorCode::kInternal, "the account is gone again");
        PATCHBAY_TRY(events_table::append(
            db, account_event(*row, replaces ? "account.updated" : "account.created", now)));
        return *std::move(row);
      });
  if (!stored) {
    audit::append_or_complain(
        &services.audit,
        audit::asked_by(who, {.kind = "account.link_failed",
                              .project_id = account.project_id,
                              .account_id = account.id,
                              .subject = std::string(to_string(stored.error().code)),
                              .connector_id = account.connector_id}));
    co_return stored.error();
  }
  co_await keeper.forget(account.id);
  co_return *std::move(stored);
}

}  // namespace patchbay::accounts
