#include "accounts/linker.h"

#include <algorithm>

#include "accounts/connection_attempts.h"
#include "accounts/credentials.h"
#include "accounts/failed_flows.h"
#include "accounts/integration_setup.h"
#include "accounts/link_attempt.h"
#include "accounts/permission_checker.h"
#include "accounts/permission_report.h"
#include "accounts/revoker.h"
#include "accounts/shared_authorization.h"
#include "accounts/stored_journal.h"
#include "accounts/token_keeper.h"
#include "accounts/told_hosts.h"
#include "accounts/waiting_flows.h"
#include "base/json.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "metrics/connector_counters.h"
#include "store/flows_table.h"

namespace patchbay::accounts {
namespace {

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

LinkOutcome needs_another_look(std::vector<manifest::FieldProblem> problems) {
  LinkOutcome outcome;
  outcome.error = make_error(ErrorCode::kInvalidArgument, "Some fields need another look.",
                             problems.front().field);
  outcome.field_problems = std::move(problems);
  return outcome;
}

// A secret that was left out is not kept, so that what is kept was filled in.
bool is_blank(const SecretString& value) {
  return value.reveal().find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

FormInput split_form(const AuthMethod& method, std::vector<connector::NamedSecret> posted) {
  FormInput form;
  for (auto& value : posted) {
    const auto* field = method.find_field(value.name);
    if (field == nullptr) field = method.find_further_field(value.name);
    if (field != nullptr && field->secret) {
      form.secrets.push_back(std::move(value));
    } else {
      form.values.push_back({value.name, std::string(value.value.reveal())});
    }
  }
  return form;
}

std::vector<manifest::Field> fields_asked_for(const AuthMethod& method,
                                              const connector::FlowPause& pause) {
  std::vector<manifest::Field> fields;
  for (const auto& id : pause.ask_field_ids)
    if (const auto* field = method.find_further_field(id)) fields.push_back(*field);
  return fields;
}

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

namespace {

// A session may name a connector that there is not: whatever it says is no label.
void count(const Services& services, const std::string& asked_for, const LinkOutcome& outcome) {
  using metrics::Linked;
  const std::string& id = outcome.account ? outcome.account->connector_id : asked_for;
  const bool known = outcome.account || services.registry.find(id) != nullptr;
  auto& links = metrics::of_connector(known ? id : metrics::kOtherConnectors).links;
  if (outcome.account) {
    links.add(outcome.was_there_before ? Linked::kReconnected : Linked::kLinked);
  } else {
    links.add(outcome.waiting ? Linked::kWaiting : Linked::kFailed);
  }
}

void log_outcome(const std::string& session_id, const LinkOutcome& outcome) {
  if (outcome.account) {
    log::info("link", outcome.was_there_before ? "reconnected" : "linked",
              {{"session", session_id},
               {"connector", outcome.account->connector_id},
               {"account", outcome.account->id}});
  } else if (outcome.waiting) {
    log::info("link", "waiting_for_person", {{"session", session_id}});
  } else {
    log::warning("link", "failed",
                 {{"session", session_id},
                  {"code", to_string(outcome.error.code)},
                  {"message_id", outcome.message.id}});
  }
}

}  // namespace

Task<LinkOutcome> Linker::link(LinkRequest request) {
  const auto session_id = request.session.id;
  const auto connector_id = request.session.connector_id;
  const auto attempt_id = request.attempt_id;
  auto outcome = co_await run(std::move(request));
  outcome.attempt_id = attempt_id;
  count(services_, connector_id, outcome);
  log_outcome(session_id, outcome);
  co_return outcome;
}

Task<LinkOutcome> Linker::resume(ResumeRequest request) {
  const auto session_id = request.session.id;
  const auto connector_id = request.session.connector_id;
  auto outcome = co_await run_resumed(std::move(request));
  count(services_, connector_id, outcome);
  log_outcome(session_id, outcome);
  co_return outcome;
}

Task<Result<Linker::Waiting>> Linker::waiting(const store::ConnectSession& session) {
  auto flow = co_await find_waiting(services_, session);
  if (!flow) co_return flow.error();
  co_return Waiting{std::move(flow->row.connector_id),
                    std::move(flow->transcript.input.auth_method_id),
                    std::move(*flow->transcript.pause)};
}

Task<Result<>> Linker::give_up(const store::ConnectSession& session) {
  co_return co_await services_.store.transact(
      [id = session.id, now = services_.clock.unix_ms()](store::Database& db) -> Result<> {
        PATCHBAY_TRY(give_up_waiting(db, id));
        return start_attempt(db, id, {}, now);
      });
}

// What waits belongs to the session's attempt at work, if there is one: whatever else is started
// cancels it.
Task<Result<>> Linker::join_attempt_at_work(Attempt& attempt) {
  PATCHBAY_CO_TRY_ASSIGN(const auto at_work, co_await services_.store.read(
                                                 [id = attempt.session.id](store::Database& db) {
                                                   return attempt_at_work(db, id);
                                                 }));
  if (!at_work) co_return Result<>();
  attempt.connection_attempt_id = at_work->row.id;
  attempt.session.integration_id = at_work->state.integration_id;
  co_return Result<>();
}

Task<Result<>> Linker::prepare(Attempt& attempt, const std::string& connector_id) {
  attempt.connector = services_.registry.find(connector_id);
  if (!attempt.connector && connector::awaits_approval(services_.registry, connector_id))
    co_return make_error(ErrorCode::kUnavailable,
                         "This provider can't be linked yet: its connector waits for the approval "
                         "of whoever runs this hub.");
  if (!attempt.connector)
    co_return make_error(ErrorCode::kUnavailable,
                         "This provider can't be linked at the moment: its connector is not "
                         "installed or not ready. Try again later.");
  PATCHBAY_CO_TRY_ASSIGN(attempt.integration,
                         co_await integration_for(attempt.session, *attempt.connector));
  if (!attempt.integration.active)
    co_return make_error(ErrorCode::kForbidden, "This integration is switched off.");
  attempt.method = attempt.manifest().find_auth_method(attempt.integration.auth_method);
  if (attempt.method == nullptr)
    co_return make_error(ErrorCode::kConfiguration,
                         "The integration uses a way of connecting that the connector no longer "
                         "has.");
  if (attempt.integration.sealed_setup.empty() &&
      std::ranges::any_of(attempt.method->setup_fields, &manifest::Field::required))
    co_return make_error(
        ErrorCode::kConfiguration,
        "This provider has not been set up on this hub yet. Its operator does that "
        "with: patchbay integrations setup " +
            connector_id);
  co_return Result<>();
}

// What was started is written down first, and what the provider minted as it comes: after a kill
// the next hub revokes it. An earlier attempt that still waits for the person is over.
Task<Result<>> Linker::write_down(Attempt& attempt) {
  const auto now = services_.clock.unix_ms();
  attempt.row = {services_.random.id("flow_"),
                 attempt.session.project_id,
                 "connect",
                 attempt.session.id,
                 attempt.session.account_id,
                 attempt.connector->id,
                 "{}",
                 {},
                 now,
                 now};
  co_return co_await services_.store.transact(
      [row = attempt.row, id = attempt.connection_attempt_id](store::Database& db) -> Result<> {
        PATCHBAY_TRY(give_up_waiting(db, row.session_id));
        PATCHBAY_TRY(start_attempt(db, row.session_id, id, row.created));
        return store::flows_table::insert(db, row);
      });
}

Task<LinkOutcome> Linker::run(LinkRequest request) {
  Attempt attempt;
  attempt.session = std::move(request.session);
  attempt.connection_attempt_id = std::move(request.attempt_id);
  attempt.cancel = request.cancel;
  if (const auto ready = co_await prepare(attempt, request.connector_id); !ready)
    co_return failed(ready.error());
  auto problems = manifest::check_form(*attempt.method, form_values(request.form));
  if (!problems.empty()) co_return needs_another_look(std::move(problems));

  attempt.input.auth_method_id = attempt.method->id;
  attempt.input.environment_id = attempt.integration.environment;
  attempt.input.redirect_uri = std::move(request.redirect_uri);
  attempt.input.fields = std::move(request.form.values);
  attempt.input.secrets = std::move(request.form.secrets);
  std::erase_if(attempt.input.secrets, [](const auto& secret) { return is_blank(secret.value); });
  if (const auto opened = open_setup(services_.vault, attempt.integration, attempt.input); !opened)
    co_return failed(opened.error());
  const auto actions = allowed_actions(attempt.manifest(), attempt.integration.allowed_actions);
  for (const auto& permission : attempt.manifest().needed_permissions(actions))
    attempt.input.needed_permissions.push_back(permission.to_string());

  if (const auto written = co_await write_down(attempt); !written)
    co_return failed(written.error());
  StoredJournal journal(services_, attempt.row, {.connector_version = attempt.manifest().version},
                        StoredJournal::Row::kIsThere);
  auto plan = attempt.plan(journal);
  plan.may_pause = request.has_browser;
  FailedFlows failed_flows(services_, attempt.session.project_id);
  const auto flow = failed_flows.listening(
      services_.flow_services(*attempt.connector, services_.http_for(attempt.session.id)));
  auto flowed = co_await net::run_on(
      services_.loops.loop_for(attempt.session.id),
      connector::drive_flow(flow, std::move(plan), connector::copy_of(attempt.input)));
  auto outcome = co_await conclude(attempt, std::move(flowed));
  if (outcome.error.code == ErrorCode::kOutcomeUnknown)
    if (auto left = journal.take_unwritten()) write_later(services_, *std::move(left));
  co_return outcome;
}

namespace {

// Why this is no answer to what the flow waits for; the flow goes on waiting.
std::optional<LinkOutcome> not_an_answer(const connector::FlowPause& pause,
                                         const AuthMethod& method, const ResumeRequest& request) {
  if (pause.is_redirect()) {
    const auto state =
        std::ranges::find(request.query, std::string("state"), &connector::NamedSecret::name);
    if (state != request.query.end() && state->value.equals(pause.redirect_state))
      return std::nullopt;
    return failed(make_error(ErrorCode::kInvalidArgument,
                             "This answer does not belong to the connection that waits here."));
  }
  if (!request.query.empty())
    return failed(make_error(ErrorCode::kInvalidArgument, "Fill in the fields first."));
  auto problems = manifest::check_form(fields_asked_for(method, pause), form_values(request.form));
  if (problems.empty()) return std::nullopt;
  return needs_another_look(std::move(problems));
}

connector::FlowEvent answer_of(ResumeRequest& request) {
  connector::FlowEvent event;
  event.query = std::move(request.query);
  event.fields = std::move(request.form.values);
  event.secrets = std::move(request.form.secrets);
  return event;
}

}  // namespace

Task<LinkOutcome> Linker::run_resumed(ResumeRequest request) {
  Attempt attempt;
  attempt.session = std::move(request.session);
  attempt.cancel = request.cancel;
  auto waiting = co_await find_waiting(services_, attempt.session);
  if (!waiting) co_return failed(waiting.error());
  if (const auto joined = co_await join_attempt_at_work(attempt); !joined)
    co_return failed(joined.error());
  if (const auto ready = co_await prepare(attempt, waiting->row.connector_id); !ready)
    co_return failed(ready.error());
  auto& paused = waiting->transcript;
  if (paused.input.auth_method_id != attempt.method->id ||
      paused.input.environment_id != attempt.integration.environment)
    co_return failed(
        make_error(ErrorCode::kConflict, "The integration was changed meanwhile. Start again."));
  if (auto refused = not_an_answer(*paused.pause, *attempt.method, request)) {
    refused->waiting = std::move(*paused.pause);
    co_return *std::move(refused);
  }
  const auto ours = co_await take_up(services_, *waiting);
  if (!ours) co_return failed(ours.error());
  if (!*ours)
    co_return failed(
        make_error(ErrorCode::kConflict, "This connection is being finished in another window."));
  attempt.row = std::move(waiting->row);
  attempt.input = connector::copy_of(paused.input);
  auto answer = answer_of(request);
  for (const auto& field : answer.fields) attempt.input.fields.push_back(field);
  for (const auto& secret : answer.secrets)
    attempt.input.secrets.push_back({secret.name, secret.value.copy()});

  StoredJournal journal(services_, attempt.row, {.connector_version = attempt.manifest().version},
                        StoredJournal::Row::kIsThere);
  auto plan = attempt.plan(journal);
  plan.may_pause = true;
  FailedFlows failed_flows(services_, attempt.session.project_id);
  const auto flow = failed_flows.listening(
      services_.flow_services(*attempt.connector, services_.http_for(attempt.session.id)));
  auto flowed = co_await net::run_on(
      services_.loops.loop_for(attempt.session.id),
      connector::resume_flow(flow, std::move(plan), std::move(paused), std::move(answer)));
  auto outcome = co_await conclude(attempt, std::move(flowed));
  outcome.attempt_id = attempt.connection_attempt_id;
  if (outcome.error.code == ErrorCode::kOutcomeUnknown)
    if (auto left = journal.take_unwritten()) write_later(services_, *std::move(left));
  co_return outcome;
}

// From the flow's end to the outcome: waiting, stored, or failed with what was minted revoked.
Task<LinkOutcome> Linker::conclude(Attempt& attempt, connector::FlowOutcome flowed) {
  LinkOutcome outcome;
  outcome.notices = std::move(flowed.notices);
  outcome.error = std::move(flowed.error);
  outcome.message = std::move(flowed.message);
  std::string revoke_reason = "connect_failed";

  if (flowed.paused && !attempt.cancelled()) {
    const auto kept =
        co_await put_away(services_, attempt.row, attempt.manifest().version, *flowed.paused);
    if (kept) {
      outcome.waiting = std::move(*flowed.paused->pause);
      co_return outcome;
    }
    outcome.error = kept.error();
    if (outcome.error.code == ErrorCode::kOutcomeUnknown) co_return outcome;  // see below
  }
  const bool done = flowed.done.has_value();
  if (done) accept(attempt, std::move(*flowed.done));
  if (attempt.cancelled() && (done || flowed.paused)) {
    outcome.error = make_error(ErrorCode::kCancelled, "Connecting was cancelled.");
    revoke_reason = "connect_cancelled";
  } else if (done) {
    auto account = co_await save_if_permitted(attempt);
    if (account) {
      outcome.account = std::move(*account);
      outcome.was_there_before = attempt.was_there_before;
      co_await keeper_.forget(outcome.account->id);
      revoker_.wake();
      if (services_.permission_checker != nullptr)
        services_.permission_checker->check_soon(outcome.account->project_id, outcome.account->id);
      co_return outcome;
    }
    outcome.error = account.error();
    // Either the account holds the tokens now, or the flow's row is still there and its recovery
    // revokes them.
    if (outcome.error.code == ErrorCode::kOutcomeUnknown && !PATCHBAY_PLANTED_BUG(3))
      co_return outcome;
  }
  if (done) {
    if (!PATCHBAY_PLANTED_BUG(4)) flowed.minted = std::move(attempt.tokens);
  } else if (flowed.paused) {
    auto minted =
        co_await connector::replay_and_cancel(*attempt.connector->runtime, *flowed.paused);
    flowed.minted_is_unknown = !minted;
    if (minted) flowed.minted = std::move(*minted);
  }
  // The flow's row stays, for its recovery to find out.
  if (flowed.minted_is_unknown) co_return outcome;
  // What is done has its refresh token among the secrets, and not among the tokens.
  RevocationOrder order{.project_id = attempt.session.project_id,
                        .account_id = attempt.session.account_id,
                        .connector_id = attempt.connector->id,
                        .reason = revoke_reason,
                        .input = &attempt.input,
                        .tokens = std::move(flowed.minted),
                        .flow_id = attempt.row.id,
                        .ends_grant = done};
  if (attempt.method->grant_type == manifest::GrantType::kAuthorizationCode) {
    const auto replaced = co_await services_.store.read([&attempt](store::Database& db) {
      return account_to_replace(db, attempt.session, attempt.connector->id);
    });
    if (replaced && *replaced) leave_shared_tokens(services_, order);
  }
  co_await revoker_.order(std::move(order));
  co_return outcome;
}

void Linker::accept(Attempt& attempt, connector::FlowDone done) const {
  attempt.tokens = std::move(done.tokens);
  attempt.granted = granted_permissions(attempt.manifest(), attempt.tokens,
                                        done.granted_permissions, services_.scope_names);
  attempt.granted.connected = services_.clock.unix_ms();
  attempt.input.facts = std::move(done.facts);
  merge_secrets(attempt.input.secrets, std::move(done.secrets));
}

Task<Result<store::Account>> Linker::save_if_permitted(Attempt& attempt) {
  PATCHBAY_CO_TRY(settle_told_hosts(attempt.manifest(), attempt.input.facts, true));
  if (const auto missing = missing_permission(attempt.manifest(), attempt.granted)) {
    Error error = make_error(ErrorCode::kPermissionMissing,
                             "A permission is missing that this connection can't do without.");
    error.permission = *missing;
    co_return error;
  }
  co_return co_await save(attempt);
}

}  // namespace patchbay::accounts
