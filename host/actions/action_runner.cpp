#include "actions/action_runner.h"

#include <algorithm>
#include <array>
#include <optional>

#include "accounts/credentials.h"
#include "accounts/permission_report.h"
#include "actions/authorizer.h"
#include "actions/page_link.h"
#include "actions/page_token.h"
#include "actions/request_builder.h"
#include "actions/result_mapper.h"
#include "actions/value_text.h"
#include "base/hash.h"
#include "base/log.h"
#include "manifest/input_schema.h"
#include "manifest/reader.h"
#include "store/integrations_table.h"

namespace patchbay::actions {
namespace {

// Long enough for the request to arrive while the token is good.
constexpr std::int64_t kMinValidityMs = 10'000;

struct StoredCall {
  accounts::StoredAccount account;
  store::Integration integration;
};

Result<StoredCall> read_call(store::Database& db, const std::string& project,
                             const std::string& account_id) {
  StoredCall read;
  PATCHBAY_TRY_ASSIGN(read.account, accounts::read_account(db, project, account_id));
  PATCHBAY_TRY_ASSIGN(auto integration, store::integrations_table::find(
                                            db, project, read.account.account.integration_id));
  if (!integration)
    return make_error(ErrorCode::kConfiguration,
                      "The account's integration is gone. Reconnect the account.");
  read.integration = *std::move(integration);
  return read;
}

ActionError not_usable(ErrorCode code, std::string_view why, std::string text) {
  return {code, why, std::move(text)};
}

ActionError access_changed() {
  return {ErrorCode::kUnavailable, reason::kAccessChanged,
          "Access to this account was changed at this moment, and nothing was sent. Try again."};
}

}  // namespace

// A call that passed every check.
struct ActionRunner::Prepared {
  accounts::StoredAccount stored;
  FoundAction found;
  std::optional<json::Document> input;
  std::string input_hash;
  manifest::HostValues host_values;
  PagePosition position;
  const manifest::RequestAuth* auth = nullptr;  // in the manifest; null: none needed
  std::int64_t read_at = 0;                     // the oldest of what the request rests on
  std::vector<std::string> denied;

  [[nodiscard]] const manifest::Action& action() const { return *found.action; }
  [[nodiscard]] const store::Account& account() const { return stored.account; }
  [[nodiscard]] PageTokenPlace page_place() const {
    return {account().project_id, account().id, action().id, input_hash};
  }
  // The token that a 401 may be cured by replacing.
  [[nodiscard]] bool uses_token() const {
    return auth != nullptr && auth->value.kind == manifest::ValueSource::Kind::kToken;
  }
};

ActionRunner::ActionRunner(const accounts::Services& services, TokenSource& tokens,
                           RunnerOptions options)
    : services_(services), tokens_(tokens), options_([&services, &options] {
        if (!options.find_connector)
          options.find_connector = [&services](std::string_view id) {
            return services.registry.find(id);
          };
        return std::move(options);
      }()) {}

FoundAction ActionRunner::find_action(std::string_view action_id) const {
  for (std::size_t at = action_id.find('_'); at != std::string_view::npos;
       at = action_id.find('_', at + 1)) {
    const auto connector = options_.find_connector(action_id.substr(0, at));
    if (!connector || !connector->manifest) continue;
    if (const auto* action = connector->manifest->find_action(action_id))
      return {connector->manifest, action};
  }
  return {};
}

Task<ActionRunner::Outcome> ActionRunner::run(ActionCall call) {
  auto& loop = services_.loops.loop_for(call.account_id);
  co_return co_await net::run_on(loop, run_here(std::move(call)));
}

Task<boost::system::result<ActionRunner::Prepared, ActionError>> ActionRunner::prepare(
    const ActionCall& call) {
  auto read = co_await services_.store.read(
      [project = call.project_id, account = call.account_id](store::Database& db) {
        return read_call(db, project, account);
      });
  if (!read) co_return std::move(read).error();
  Prepared prepared;
  prepared.stored = std::move(read->account);
  prepared.read_at = std::min(prepared.stored.read_at, call.allowed_at);
  const store::Account& account = prepared.account();
  if (account.status == store::AccountStatus::kInactive)
    co_return not_usable(ErrorCode::kForbidden, reason::kAccountSuspended,
                         "The account is suspended. Resume it to use it again.");
  if (!read->integration.active)
    co_return not_usable(ErrorCode::kForbidden, reason::kIntegrationDisabled,
                         "The integration that this account belongs to is switched off.");

  const auto connector = options_.find_connector(account.connector_id);
  if (!connector || !connector->manifest)
    co_return not_usable(ErrorCode::kConfiguration, reason::kConnectorMissing,
                         "The connector \"" + account.connector_id +
                             "\" is not there at the moment. Put its file back into the connectors "
                             "folder.");
  prepared.found = {connector->manifest, connector->manifest->find_action(call.action_id)};
  if (prepared.found.action == nullptr)
    co_return not_usable(ErrorCode::kNotFound, reason::kActionUnknown,
                         "This account's connector has no action of that name.");
  const manifest::Manifest& manifest = *connector->manifest;
  const manifest::Action& action = prepared.action();
  const auto allowed = accounts::allowed_actions(manifest, read->integration.allowed_actions);
  if (std::find(allowed.begin(), allowed.end(), action.id) == allowed.end())
    co_return not_usable(ErrorCode::kForbidden, reason::kActionNotAllowed,
                         "The integration does not allow \"" + action.id +
                             "\". An operator can allow it in the integration's settings.");
  if (action.handler == manifest::Handler::kConnector)
    co_return not_usable(ErrorCode::kConfiguration, reason::kNotSupported,
                         "\"" + action.id +
                             "\" is carried out by the connector's own code, which this version "
                             "does not call yet.");

  auto input = json::Document::parse(call.input, {.max_bytes = options_.max_input_bytes});
  if (!input) co_return std::move(input).error();
  if (!input->root().is_object()) co_return invalid_input({{"type", "", "must be an object"}});
  if (auto problems = action.input->check(input->root()); !problems.empty())
    co_return invalid_input(std::move(problems));
  prepared.input = *std::move(input);
  PATCHBAY_CO_TRY(set_position(prepared, call));
  connector::FlowInput facts;
  facts.auth_method_id = account.auth_method;
  facts.environment_id = account.environment;
  facts.fields = accounts::fields_from_json(account.fields);
  prepared.host_values = accounts::host_values(manifest, facts);
  if (!action.token.empty()) {
    const auto* method = manifest.find_auth_method(account.auth_method);
    prepared.auth = method == nullptr ? nullptr : method->find_authorization(action.token);
    if (prepared.auth == nullptr)
      co_return not_usable(ErrorCode::kConfiguration, to_string(ErrorCode::kConfiguration),
                           "The way this account was connected does not serve this action. "
                           "Reconnect the account.");
  }
  prepared.denied = accounts::granted_from_json(account.granted, account.granted_known).denied;
  co_return prepared;
}

Result<> ActionRunner::set_position(Prepared& prepared, const ActionCall& call) const {
  const json::Value input = prepared.input->root();
  const manifest::Pagination& pagination = prepared.action().pagination;
  std::string next = call.next;
  std::uint32_t page_size = call.page_size;
  if (pagination.kind == manifest::PaginationKind::kNone) {
    prepared.input_hash = sha256_hex(canonical_json(input));
  } else {
    constexpr std::array kPaging = {manifest::kPageSizeInput, manifest::kCursorInput};
    prepared.input_hash = sha256_hex(canonical_json(input, kPaging));
    if (next.empty()) next = input.get(manifest::kCursorInput).string_or("");
    if (page_size == 0)
      page_size = static_cast<std::uint32_t>(input.get(manifest::kPageSizeInput).integer_or(0));
  }
  if (next.empty()) {
    prepared.position = first_position(pagination, page_size);
    return {};
  }
  // An action without pages has no "next" either; open_page says so.
  PATCHBAY_TRY_ASSIGN(prepared.position,
                      open_page(services_.vault, prepared.page_place(), next, pagination));
  return {};
}

Task<Result<SecretString>> ActionRunner::value_of(Prepared& prepared,
                                                  const manifest::ValueSource& source) {
  const store::Account& account = prepared.account();
  switch (source.kind) {
    case manifest::ValueSource::Kind::kNone:
      co_return SecretString();
    case manifest::ValueSource::Kind::kToken: {
      auto token =
          co_await tokens_.token(account.project_id, account.id, source.name, kMinValidityMs);
      if (!token) co_return std::move(token).error();
      prepared.read_at = std::min(prepared.read_at, token->read_at);
      co_return std::move(token->value);
    }
    case manifest::ValueSource::Kind::kField:
      break;
  }
  for (const auto& secret : prepared.stored.secrets)
    if (secret.name == source.name)
      co_return services_.vault.open(secret.sealed, {store::kSecretsTable, account.project_id,
                                                     account.id, secret.name, secret.generation});
  for (const auto& field : accounts::fields_from_json(account.fields))
    if (field.name == source.name) co_return SecretString(field.value);
  co_return make_error(ErrorCode::kConfiguration,
                       "The account lacks \"" + source.name + "\". Reconnect it.", source.name);
}

Task<Result<Credential>> ActionRunner::credential(Prepared& prepared) {
  Credential credential;
  if (prepared.auth != nullptr) {
    PATCHBAY_CO_TRY_ASSIGN(credential.value, co_await value_of(prepared, prepared.auth->value));
    PATCHBAY_CO_TRY_ASSIGN(credential.user, co_await value_of(prepared, prepared.auth->user));
  }
  co_return credential;
}

Task<boost::system::result<net::ClientReply, ActionError>> ActionRunner::send(
    const Prepared& prepared, const Credential& credential, std::string& url) {
  PATCHBAY_CO_TRY_ASSIGN(
      auto request, build_request(*prepared.found.manifest, prepared.action(),
                                  prepared.input->root(), prepared.host_values, prepared.position));
  url = request.url;
  request.max_answer_bytes = options_.max_answer_bytes;
  if (prepared.auth != nullptr) PATCHBAY_CO_TRY(authorise(request, *prepared.auth, credential));
  auto& instance = services_.instance;
  PATCHBAY_CO_TRY(co_await instance.sequence());
  if (!instance.may_serve(prepared.read_at)) co_return access_changed();
  bool withdrawn = false;
  request.go_ahead = [&instance, &withdrawn, read_at = prepared.read_at] {
    withdrawn = !instance.may_serve(read_at);
    return !withdrawn;
  };
  auto reply = co_await services_.http_for(prepared.account().id)
                   .send(std::move(request), options_.request_time);
  if (withdrawn) co_return access_changed();
  if (!reply.ok()) {
    ActionError error(reply.as_error());
    if (reply.maybe_processed && !prepared.action().read_only)
      error.message +=
          " The provider may have carried it out all the same: look before trying "
          "again.";
    co_return error;
  }
  co_return reply;
}

Task<ActionRunner::Outcome> ActionRunner::run_here(ActionCall call) {
  auto checked = co_await prepare(call);
  if (!checked) co_return std::move(checked).error();
  Prepared& prepared = *checked;
  const manifest::Action& action = prepared.action();
  const store::Account& account = prepared.account();

  PATCHBAY_CO_TRY_ASSIGN(Credential used, co_await credential(prepared));
  std::string url;
  auto reply = co_await send(prepared, used, url);
  if (reply && reply->status == 401 && prepared.uses_token()) {
    auto fresh = co_await tokens_.replace_refused(account.project_id, account.id,
                                                  prepared.auth->value.name, used.value.copy());
    if (!fresh) co_return std::move(fresh).error();
    used.value = std::move(fresh->value);
    prepared.read_at = std::min(prepared.stored.read_at, std::min(call.allowed_at, fresh->read_at));
    reply = co_await send(prepared, used, url);
  }
  if (!reply) co_return std::move(reply).error();

  const auto refused = [&] {
    auto error = provider_refusal(*prepared.found.manifest, action,
                                  read_provider_answer(*reply, url, secret_forms(used)),
                                  prepared.denied, services_.clock.unix_ms());
    log::info("action", "refused_by_provider",
              {{"action", action.id},
               {"account", account.id},
               {"status", static_cast<int>(reply->status)},
               {"trace_id", error.provider->trace_id}});
    return error;
  };
  if (reply->status < 200 || reply->status > 299) co_return refused();
  PATCHBAY_CO_TRY_ASSIGN(const auto answer,
                         parse_answer(action.result, *reply, options_.max_answer_bytes));
  const json::Value root = answer ? answer->root() : json::Value();
  if (says_failed(action.result, root)) co_return refused();
  PATCHBAY_CO_TRY_ASSIGN(auto mapped, map_result(action.result, *reply, root));
  PATCHBAY_CO_TRY_ASSIGN(
      auto next, next_position(action.pagination, prepared.position, root, mapped.records, url));
  ActionReply result;
  result.data = std::move(mapped.data);
  result.provider_status = reply->status;
  if (next) {
    if (next->kind == manifest::PaginationKind::kCursorLink && prepared.auth != nullptr &&
        prepared.auth->kind == manifest::RequestAuth::Kind::kQuery)
      next->cursor = without_query_parameter(next->cursor, prepared.auth->name);
    PATCHBAY_CO_TRY_ASSIGN(result.next, seal_page(services_.vault, prepared.page_place(), *next));
  }
  co_return result;
}

}  // namespace patchbay::actions
