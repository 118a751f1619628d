#include "actions/connector_caller.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "accounts/failed_flows.h"
#include "accounts/integration_setup.h"
#include "actions/flow_sender.h"
#include "actions/provider_answer.h"
#include "actions/tracing_sender.h"
#include "base/json.h"
#include "connector/flow_transcript.h"

namespace patchbay::actions {
namespace {

constexpr std::string_view kRefreshToken = "refresh_token";
constexpr std::size_t kShortestSecret = 4;  // as in authorizer.h's secret_forms()

std::vector<std::string_view> secrets_of(const connector::FlowInput& input) {
  std::vector<std::string_view> secrets;
  const auto add = [&secrets](const SecretString& value) {
    if (value.size() >= kShortestSecret) secrets.push_back(value.reveal());
  };
  for (const auto& secret : input.secrets) add(secret.value);
  for (const auto& secret : input.setup_secrets) add(secret.value);
  for (const auto& token : input.tokens) add(token.value);
  return secrets;
}

// The connector's kinds of failure, as an action fails that the host carries out itself.
std::string_view reason_of(ErrorCode code) {
  const bool refused = code == ErrorCode::kInvalidCredentials || code == ErrorCode::kRevoked ||
                       code == ErrorCode::kPermissionMissing;
  return refused ? reason::kProviderUnauthorized : to_string(code);
}

// Not access_changed(): whoever hears that tries again.
ActionError stopped_half_way() {
  ActionError error(
      ErrorCode::kUnavailable, to_string(ErrorCode::kUnavailable),
      "The hub stopped the action half-way, because it could no longer tell whether access to "
      "this account is allowed. The provider may have carried out a part of it: look before "
      "trying again.");
  error.may_be_done = true;
  return error;
}

}  // namespace

struct ConnectorCaller::Try {
  const UsableAccount& account;
  const manifest::Action& action;
  const std::string& arguments;
  CallTrace* trace;
  connector::FlowInput input{};
  std::int64_t read_at = 0;
  connector::FlowOutcome outcome{};
  bool too_late = false;
  bool changed_something = false;
  std::string refused_token{};  // its name; empty: none was
  SecretString refused_value{};
};

Task<Result<>> ConnectorCaller::prepare(Try& attempt) {
  const auto& stored = attempt.account.stored;
  const auto* method = attempt.account.auth_method();
  if (method == nullptr)
    co_return make_error(ErrorCode::kConfiguration,
                         "The way this account was connected does not serve this action. "
                         "Reconnect the account.");
  auto opened = accounts::open_input(services_.vault, stored);
  if (!opened) co_return std::move(opened).error();
  auto& input = attempt.input = *std::move(opened);
  std::erase_if(input.secrets, [](const auto& secret) { return secret.name == kRefreshToken; });
  input.tokens.clear();
  attempt.read_at = attempt.account.read_at;
  for (const auto& known : method->tokens) {
    auto token = co_await tokens_.token(stored.account.project_id, stored.account.id, known.name,
                                        kMinValidityMs);
    if (!token && token.error().code == ErrorCode::kNotFound) continue;  // it need not have each
    if (!token) co_return std::move(token).error();
    attempt.read_at = std::min(attempt.read_at, token->read_at);
    input.tokens.push_back({token->name, std::move(token->value), token->type,
                            token->expires_unix_ms, token->scopes, !token->scopes.empty()});
  }
  for (const auto& permission : attempt.action.permissions)
    input.needed_permissions.push_back(permission.to_string());
  input.action_id = attempt.action.id;
  input.arguments_json = attempt.arguments;
  co_return Result<>();
}

// False: a request was refused for a token that may be replaced.
Task<boost::system::result<bool, ActionError>> ConnectorCaller::run(Try& attempt) {
  PATCHBAY_CO_TRY(co_await prepare(attempt));
  const auto& connector = *attempt.account.connector;
  TracingSender http(services_.http_for(attempt.account.account().id), services_.clock,
                     attempt.trace, secrets_of(attempt.input));
  FlowSender sender(services_, http, attempt.read_at, attempt.input.tokens);
  connector::FlowPlan plan{.operation = connector::Operation::kInvoke,
                           .manifest = attempt.account.manifest,
                           .host_values = attempt.account.host_values,
                           .limits = limits_,
                           .cancel = nullptr,
                           .account_id = attempt.account.account().id};
  accounts::FailedFlows failed_flows(services_, attempt.account.account().project_id);
  const auto flow = failed_flows.listening(services_.flow_services(connector, sender));
  const auto begun = std::chrono::steady_clock::now();
  attempt.outcome =
      co_await connector::drive_flow(flow, std::move(plan), connector::copy_of(attempt.input));
  attempt.too_late = std::chrono::steady_clock::now() - begun >= limits_.total;
  attempt.changed_something = sender.changed_something();
  if (sender.held_back() && attempt.changed_something) co_return stopped_half_way();
  if (sender.held_back()) co_return *sender.held_back();
  const auto* refused = attempt.outcome.done ? nullptr : sender.refused();
  if (refused == nullptr || attempt.changed_something) co_return true;
  attempt.refused_token = refused->name;
  attempt.refused_value = refused->value.copy();
  co_return false;
}

ActionError ConnectorCaller::failure(const Try& attempt) const {
  const Error& error = attempt.outcome.error;
  const auto secrets = secrets_of(attempt.input);
  // No kind of FAIL is this: the host itself ended the flow.
  if (error.code == ErrorCode::kForbidden)
    return {ErrorCode::kConfiguration, reason::kNotSupported, error.message};
  ActionError out(error.code, reason_of(error.code), without_secrets(error.message, secrets));
  if (attempt.too_late && error.code == ErrorCode::kCancelled)
    out = {ErrorCode::kTimeout, to_string(ErrorCode::kTimeout),
           "The connector did not finish the action in time. Try again."};
  if (out.message.empty()) out.message = "The connector failed without saying why.";
  if (out.reason == reason::kProviderUnauthorized) out.code = ErrorCode::kPermissionMissing;
  out.provider_answer = without_secrets(error.provider_answer, secrets);
  out.retry_after_ms = error.retry_after_ms;
  if (!error.permission.empty()) {
    out.permission = error.permission;
    out.missing = {error.permission};
  }
  if (attempt.changed_something && !attempt.action.read_only) {
    out.may_be_done = true;
    out.message +=
        " The provider may have carried out a part of it all the same: look before trying again.";
  }
  return out;
}

ConnectorCaller::Outcome ConnectorCaller::result(const Try& attempt) const {
  std::string data =
      json_without_secrets(attempt.outcome.done->result_json, secrets_of(attempt.input));
  if (data.size() > max_result_bytes_)
    return ActionError(ErrorCode::kTooLarge, to_string(ErrorCode::kTooLarge),
                       "The action's result is larger than the hub passes on. Ask for less.");
  if (!json::Document::parse(data, {.max_bytes = max_result_bytes_}))
    return ActionError(ErrorCode::kConnector, to_string(ErrorCode::kConnector),
                       "The connector gave back something that is not JSON, although it may have "
                       "carried out the action. Tell its author.");
  return data;
}

Task<ConnectorCaller::Outcome> ConnectorCaller::call(const UsableAccount& account,
                                                     const manifest::Action& action,
                                                     std::string input, CallTrace* trace) {
  std::optional<Try> attempt;
  attempt.emplace(account, action, input, trace);
  auto ran = co_await run(*attempt);
  if (ran && !*ran) {
    const store::Account& row = account.account();
    auto fresh = co_await tokens_.replace_refused(row.project_id, row.id, attempt->refused_token,
                                                  std::move(attempt->refused_value));
    if (!fresh) co_return std::move(fresh).error();
    attempt.emplace(account, action, input, trace);
    ran = co_await run(*attempt);
  }
  if (!ran) co_return std::move(ran).error();
  if (!attempt->outcome.done) co_return failure(*attempt);
  co_return result(*attempt);
}

}  // namespace patchbay::actions
