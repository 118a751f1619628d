#include "accounts/linker.h"

#include <algorithm>

#include "accounts/account_events.h"
#include "accounts/credentials.h"
#include "accounts/permission_report.h"
#include "accounts/revoker.h"
#include "accounts/stored_journal.h"
#include "accounts/token_keeper.h"
#include "base/json.h"
#include "base/log.h"
#include "store/accounts_table.h"
#include "store/events_table.h"
#include "store/flows_table.h"

namespace patchbay::accounts {
namespace {

using connector::FlowInput;
using manifest::AuthMethod;

manifest::FormView form_values(const FormInput& form) {
  manifest::FormView values;
  for (const auto& field : form.values) values[field.name] = field.value;
  for (const auto& field : form.secrets) values[field.name] = field.value.reveal();
  return values;
}

LinkOutcome failed(Error error) {
  LinkOutcome outcome;
  outcome.error = std::move(error);
  return outcome;
}

std::string facts_json(const std::vector<connector::NamedValue>& facts) {
  json::Writer out;
  out.begin_array();
  for (const auto& fact : facts)
    out.begin_object().member("id", fact.name).member("value", fact.value).end_object();
  return out.end_array().take();
}

// The manifest's required boxes that the provider says were not granted.
std::optional<std::string> missing_permission(const manifest::Manifest& manifest,
                                              const GrantedPermissions& granted) {
  for (const auto& required : manifest.required_permissions()) {
    const auto name = required.to_string();
    if (std::find(granted.denied.begin(), granted.denied.end(), name) != granted.denied.end())
      return name;
  }
  return std::nullopt;
}

}  // namespace

FormInput split_form(const AuthMethod& method, std::vector<connector::NamedSecret> posted) {
  FormInput form;
  for (auto& value : posted) {
    const auto* field = method.find_field(value.name);
    if (field != nullptr && field->secret) {
      form.secrets.push_back(std::move(value));
    } else {
      form.values.push_back({value.name, std::string(value.value.reveal())});
    }
  }
  return form;
}

// One run of link(), from the flow's end to the stored account.
struct Linker::Attempt {
  store::ConnectSession session;
  connector::ConnectorPtr connector;
  store::Integration integration;
  const AuthMethod* method = nullptr;
  std::string flow_id;
  FlowInput input;  // what was entered; connect's kept secrets are merged in
  std::vector<connector::Token> tokens;
  GrantedPermissions granted;
  std::string facts;
  bool was_there_before = false;
};

Task<Result<store::Integration>> Linker::integration_for(const store::ConnectSession& session,
                                                         const connector::Connector& connector) {
  if (connector.manifest == nullptr || connector.manifest->auth_methods.empty())
    co_return make_error(ErrorCode::kConnector, "the connector has no way of connecting");
  const auto& method = connector.manifest->auth_methods.front();
  store::Integration fresh;
  fresh.id = services_.random.id("int_");
  fresh.project_id = session.project_id;
  fresh.connector_id = connector.id;
  fresh.name = connector.id;
  fresh.auth_method = method.id;
  fresh.environment = method.environments.front().id;
  fresh.is_default = true;
  fresh.created = services_.clock.unix_ms();
  co_return co_await services_.store.transact(
      [fresh, named = session.integration_id](store::Database& db) -> Result<store::Integration> {
        using namespace store;  // NOLINT(google-build-using-namespace)
        auto found = named.empty() ? integrations_table::find_default(db, fresh.project_id,
                                                                      fresh.connector_id)
                                   : integrations_table::find(db, fresh.project_id, named);
        if (!found) return found.error();
        if (*found) return **found;
        if (!named.empty())
          return make_error(ErrorCode::kNotFound, "There is no such integration.");
        PATCHBAY_TRY(integrations_table::insert(db, fresh));
        return fresh;
      });
}

Task<LinkOutcome> Linker::link(LinkRequest request) {
  const auto session_id = request.session.id;
  const auto connector_id = request.connector_id;
  auto outcome = co_await run(std::move(request));
  if (outcome.account) {
    log::info(
        "link", outcome.was_there_before ? "reconnected" : "linked",
        {{"session", session_id}, {"connector", connector_id}, {"account", outcome.account->id}});
  } else {
    log::warning("link", "failed",
                 {{"session", session_id},
                  {"connector", connector_id},
                  {"code", to_string(outcome.error.code)},
                  {"message_id", outcome.message.id}});
  }
  co_return outcome;
}

Task<LinkOutcome> Linker::run(LinkRequest request) {
  Attempt attempt;
  attempt.session = std::move(request.session);
  attempt.connector = services_.registry.find(request.connector_id);
  if (!attempt.connector)
    co_return failed(make_error(ErrorCode::kUnavailable,
                                "This provider can't be linked at the moment: its connector is not "
                                "installed or not ready. Try again later."));
  const auto& manifest = *attempt.connector->manifest;
  auto integration = co_await integration_for(attempt.session, *attempt.connector);
  if (!integration) co_return failed(integration.error());
  attempt.integration = std::move(*integration);
  if (!attempt.integration.active)
    co_return failed(make_error(ErrorCode::kForbidden, "This integration is switched off."));
  attempt.method = manifest.find_auth_method(attempt.integration.auth_method);
  if (attempt.method == nullptr)
    co_return failed(make_error(ErrorCode::kConfiguration,
                                "The integration uses a way of connecting that the connector no "
                                "longer has."));
  LinkOutcome outcome;
  outcome.field_problems = manifest::check_form(attempt.method->fields, form_values(request.form));
  if (!outcome.field_problems.empty()) {
    outcome.error = make_error(ErrorCode::kInvalidArgument, "Some fields need another look.",
                               outcome.field_problems.front().field);
    co_return outcome;
  }

  // What was started is written down first, and what the provider minted as it comes: after a kill
  // the next hub revokes it.
  attempt.flow_id = services_.random.id("flow_");
  const store::Flow row{attempt.flow_id,
                        attempt.session.project_id,
                        "connect",
                        attempt.session.id,
                        attempt.session.account_id,
                        attempt.connector->id,
                        "{}",
                        {},
                        services_.clock.unix_ms(),
                        services_.clock.unix_ms()};
  const auto started = co_await services_.store.transact(
      [row](store::Database& db) { return store::flows_table::insert(db, row); });
  if (!started) co_return failed(started.error());
  StoredJournal journal(services_, row, manifest.version, StoredJournal::Row::kIsThere);

  attempt.input.auth_method_id = attempt.method->id;
  attempt.input.environment_id = attempt.integration.environment;
  attempt.input.fields = std::move(request.form.values);
  attempt.input.secrets = std::move(request.form.secrets);
  const auto actions = allowed_actions(manifest, attempt.integration.allowed_actions);
  for (const auto& permission : manifest.needed_permissions(actions))
    attempt.input.needed_permissions.push_back(permission.to_string());
  FlowInput for_flow;
  for_flow.auth_method_id = attempt.input.auth_method_id;
  for_flow.environment_id = attempt.input.environment_id;
  for_flow.fields = attempt.input.fields;
  for (const auto& secret : attempt.input.secrets)
    for_flow.secrets.push_back({secret.name, secret.value.copy()});
  for_flow.needed_permissions = attempt.input.needed_permissions;

  connector::FlowPlan plan{.operation = connector::Operation::kConnect,
                           .manifest = attempt.connector->manifest,
                           .host_values = host_values(manifest, attempt.input),
                           .limits = {},
                           .cancel = request.cancel,
                           .journal = &journal};
  const auto flow =
      services_.flow_services(*attempt.connector, services_.http_for(attempt.session.id));
  auto& loop = services_.loops.loop_for(attempt.session.id);
  auto flowed =
      co_await net::run_on(loop, connector::drive_flow(flow, std::move(plan), std::move(for_flow)));
  outcome.notices = std::move(flowed.notices);
  outcome.error = std::move(flowed.error);
  outcome.message = std::move(flowed.message);
  std::string revoke_reason = "connect_failed";

  if (flowed.done) {
    attempt.tokens = std::move(flowed.done->tokens);
    attempt.granted =
        granted_permissions(manifest, attempt.tokens, flowed.done->granted_permissions);
    attempt.facts = facts_json(flowed.done->facts);
    merge_secrets(attempt.input.secrets, std::move(flowed.done->secrets));
    const auto missing = missing_permission(manifest, attempt.granted);
    if (request.cancel && request.cancel->load()) {
      outcome.error = make_error(ErrorCode::kCancelled, "Connecting was cancelled.");
      revoke_reason = "connect_cancelled";
    } else if (missing) {
      outcome.error = make_error(ErrorCode::kPermissionMissing,
                                 "A permission is missing that this connection can't do without.");
      outcome.error.permission = *missing;
    } else {
      auto saved = co_await save(attempt);
      if (saved) {
        outcome.account = std::move(*saved);
        outcome.was_there_before = attempt.was_there_before;
        co_await keeper_.forget(outcome.account->id);
        revoker_.wake();
        co_return outcome;
      }
      outcome.error = saved.error();
      // Either the account holds the tokens now, or the flow's row is still there and its recovery
      // revokes them.
      if (outcome.error.code == ErrorCode::kOutcomeUnknown) co_return outcome;
    }
    flowed.minted = std::move(attempt.tokens);
  }
  co_await revoker_.order({.project_id = attempt.session.project_id,
                           .account_id = attempt.session.account_id,
                           .connector_id = attempt.connector->id,
                           .reason = revoke_reason,
                           .input = &attempt.input,
                           .tokens = std::move(flowed.minted),
                           .flow_id = attempt.flow_id});
  co_return outcome;
}

namespace {

// What save() decides before it seals: the row to write, and whether it replaces one.
struct Target {
  store::Account account;
  std::optional<StoredAccount> replaced;
};

Result<Target> find_target(store::Database& db, const store::ConnectSession& session,
                           const std::string& connector_id, std::string fresh_id) {
  using store::accounts_table::find_by_owner;
  Target target;
  if (!session.account_id.empty()) {
    PATCHBAY_TRY_ASSIGN(target.replaced, read_account(db, session.project_id, session.account_id));
    if (target.replaced->account.connector_id != connector_id)
      return make_error(ErrorCode::kConflict,
                        "This link belongs to an account of another provider.");
  } else if (!session.multiple) {
    PATCHBAY_TRY_ASSIGN(const auto existing,
                        find_by_owner(db, session.project_id, connector_id, session.owner_id));
    if (existing) {
      PATCHBAY_TRY_ASSIGN(target.replaced, read_account(db, session.project_id, existing->id));
    }
  }
  if (target.replaced) {
    target.account = target.replaced->account;
  } else {
    target.account.id = std::move(fresh_id);
  }
  return target;
}

}  // namespace

// Reads what is there, seals outside of the store thread's transaction, then writes with the
// generation as fence. Somebody else's change in between is a conflict, and is read again once.
Task<Result<store::Account>> Linker::save(Attempt& attempt) {
  const auto now = services_.clock.unix_ms();
  const auto& session = attempt.session;
  Result<store::Account> result = make_error(ErrorCode::kInternal, "not saved");
  for (int round = 0; round < 2; ++round) {
    auto found = co_await services_.store.read(
        [&session, id = attempt.connector->id, fresh = services_.random.id("acc_")](
            store::Database& db) { return find_target(db, session, id, fresh); });
    if (!found) co_return found.error();
    Target target = std::move(*found);
    store::Account& account = target.account;
    const bool replacing = target.replaced.has_value();
    const auto generation = replacing ? account.generation + 1 : 1;

    account.project_id = session.project_id;
    account.integration_id = attempt.integration.id;
    account.connector_id = attempt.connector->id;
    account.connector_version = attempt.connector->manifest->version;
    account.environment = attempt.integration.environment;
    account.auth_method = attempt.integration.auth_method;
    account.owner_name = session.owner_name;
    account.username = session.username;
    account.fields = fields_to_json(attempt.input.fields);
    account.granted = to_json(attempt.granted);
    account.granted_known = attempt.granted.known;
    account.facts = attempt.facts;
    account.updated = now;
    account.next_refresh = plan_refresh(attempt.tokens, now, 0.8, services_.random.unit());
    if (!replacing) {
      account.owner_id = session.owner_id;
      account.label = session.label;
      account.metadata = session.metadata;
      account.type = session.type;
      account.created = now;
      account.status_changed = now;
    }
    auto secrets = seal_secrets(services_.vault, account, generation, attempt.input.secrets);
    if (!secrets) co_return secrets.error();
    auto tokens = seal_tokens(services_.vault, account, generation, attempt.tokens, now);
    if (!tokens) co_return tokens.error();

    std::optional<store::Revocation> revocation;
    if (replacing) {
      auto old = open_input(services_.vault, *target.replaced);
      if (old) {
        RevocationOrder order{.project_id = account.project_id,
                              .account_id = account.id,
                              .connector_id = account.connector_id,
                              .reason = "reconnect",
                              .input = &*old,
                              .tokens = {}};
        for (auto& token : old->tokens) order.tokens.push_back(token.copy());
        auto job = revoker_.prepare(order);
        if (!job) co_return job.error();
        revocation = std::move(*job);
      } else {
        // The new credentials are good; old ones that can't be opened are no reason to refuse them.
        log::error("link", "old_tokens_not_revoked",
                   {{"account", account.id}, {"error", old.error().message}});
      }
    }

    auto write = [&](store::Database& db) -> Result<store::Account> {
      using namespace store;  // NOLINT(google-build-using-namespace)
      PATCHBAY_TRY_ASSIGN(const bool ours, flows_table::take(db, attempt.flow_id));
      if (!ours)
        return make_error(ErrorCode::kTimeout,
                          "Connecting took too long and was given up. Try again.");
      PATCHBAY_TRY(connect_sessions_table::claim(db, session.id, account.id, now));
      if (replacing) {
        CredentialChange change;
        change.account_id = account.id;
        change.expected_generation = account.generation;
        change.secrets = *secrets;
        change.tokens = *tokens;
        change.connection =
            Connection{account.integration_id, account.connector_version, account.environment,
                       account.auth_method,    account.owner_name,        account.username,
                       account.fields,         account.granted,           account.granted_known,
                       account.facts};
        change.next_refresh = account.next_refresh;
        change.now_ms = now;
        PATCHBAY_TRY(account_credentials::replace(db, change));
        if (revocation) PATCHBAY_TRY(revocations_table::enqueue(db, *revocation));
      } else {
        PATCHBAY_TRY(accounts_table::insert(db, account, session.multiple));
        PATCHBAY_TRY(account_credentials::insert(db, account, *secrets, *tokens));
      }
      PATCHBAY_TRY(events_table::append(
          db, account_event(account, replacing ? "account.updated" : "account.created", now)));
      PATCHBAY_TRY_ASSIGN(auto stored, accounts_table::find(db, account.project_id, account.id));
      if (!stored) return make_error(ErrorCode::kInternal, "the account is gone again");
      return *std::move(stored);
    };
    attempt.was_there_before = replacing;
    result = co_await services_.store.transact(write);
    if (result || result.error().code != ErrorCode::kConflict) break;
  }
  co_return result;
}

}  // namespace patchbay::accounts
