#include "actions/provider_caller.h"

#include <algorithm>
#include <utility>

#include "accounts/integration_setup.h"
#include "actions/provider_answer.h"
#include "actions/retries.h"
#include "actions/tracing_sender.h"
#include "base/planted_bug.h"
#include "manifest/form_check.h"
#include "pacing/paced_sender.h"

namespace patchbay::actions {

struct ProviderCaller::Call {
  const UsableAccount& account;
  const manifest::RequestAuth* auth;
  bool read_only;
  Build build;
  CallTrace* trace;
  std::int64_t read_at;  // the oldest of what the request rests on, the token included
  Credential used{};
  std::string url{};
  bool repeatable = false;
  bool only_once = false;                // what it sends can't be had again
  std::chrono::milliseconds patience{};  // how long it may still wait in line

  // A 401 may be cured by replacing it.
  [[nodiscard]] bool uses_token() const {
    return auth != nullptr && auth->value.kind == manifest::ValueSource::Kind::kToken;
  }
};

Task<Result<SecretString>> ProviderCaller::value_of(Call& call,
                                                    const manifest::ValueSource& source) {
  const auto& stored = call.account.stored;
  const store::Account& account = stored.account;
  switch (source.kind) {
    case manifest::ValueSource::Kind::kNone:
      co_return SecretString();
    case manifest::ValueSource::Kind::kToken: {
      auto token =
          co_await tokens_.token(account.project_id, account.id, source.name, kMinValidityMs);
      if (!token) co_return std::move(token).error();
      call.read_at = std::min(call.read_at, token->read_at);
      co_return std::move(token->value);
    }
    case manifest::ValueSource::Kind::kField:
      break;
  }
  for (const auto& secret : stored.secrets)
    if (secret.name == source.name) {
      const auto opened = services_.vault.open(
          secret.sealed,
          {store::kSecretsTable, account.project_id, account.id, secret.name, secret.generation});
      if (!opened) co_return opened.error();
      co_return SecretString(manifest::trim(opened->reveal()));
    }
  for (const auto& field : accounts::fields_from_json(account.fields))
    if (field.name == source.name) co_return SecretString(manifest::trim(field.value));
  connector::FlowInput setup;
  PATCHBAY_CO_TRY(accounts::open_setup(services_.vault, stored.integration, setup));
  for (auto& secret : setup.setup_secrets)
    if (secret.name == source.name) co_return std::move(secret.value);
  for (const auto& field : setup.setup_fields)
    if (field.name == source.name) co_return SecretString(field.value);
  const auto* method = call.account.auth_method();
  const auto* field = method == nullptr ? nullptr : method->find_field(source.name);
  if (field != nullptr && !field->required) co_return SecretString();
  co_return make_error(ErrorCode::kConfiguration,
                       "The account lacks \"" + source.name + "\". Reconnect it.", source.name);
}

bool ProviderCaller::is_secret(const Call& call, const manifest::ValueSource& source) {
  if (source.kind != manifest::ValueSource::Kind::kField) return true;
  const auto* method = call.account.auth_method();
  const auto* field = method == nullptr ? nullptr : method->find_field(source.name);
  return field == nullptr || field->secret;
}

Task<Result<Credential>> ProviderCaller::credential(Call& call) {
  Credential credential;
  if (call.auth != nullptr) {
    PATCHBAY_CO_TRY_ASSIGN(credential.value, co_await value_of(call, call.auth->value));
    PATCHBAY_CO_TRY_ASSIGN(credential.user, co_await value_of(call, call.auth->user));
    for (const auto& header : call.auth->headers) {
      PATCHBAY_CO_TRY_ASSIGN(auto value, co_await value_of(call, header.value));
      credential.headers.push_back({std::move(value), is_secret(call, header.value)});
    }
  }
  co_return credential;
}

Task<ProviderCaller::Sent> ProviderCaller::send(Call& call) {
  PATCHBAY_CO_TRY_ASSIGN(auto request, call.build());
  call.url = request.url;
  call.repeatable = call.read_only || net::is_repeatable(request);
  call.only_once = static_cast<bool>(request.body_parts);
  request.max_answer_bytes = limits_.max_answer_bytes;
  const auto within = limits_.request_time + limits_.time_for(request.body.size()) +
                      limits_.time_for(request.bound_answer ? limits_.max_file_bytes : 0);
  if (call.auth != nullptr) PATCHBAY_CO_TRY(authorise(request, *call.auth, call.used));
  auto& instance = services_.instance;
  PATCHBAY_CO_TRY(co_await instance.sequence());
  if (!instance.may_serve(call.read_at) && !PATCHBAY_PLANTED_BUG(24)) co_return access_changed();
  bool withdrawn = false;
  request.go_ahead = [&instance, &withdrawn, read_at = call.read_at] {
    withdrawn = !instance.may_serve(read_at) && !PATCHBAY_PLANTED_BUG(24);
    return !withdrawn;
  };
  const store::Account& account = call.account.account();
  TracingSender traced(services_.http_for(account.id), services_.clock, call.trace,
                       secret_forms(call.used));
  pacing::PacedSender http(services_.pace, traced,
                           {call.account.manifest, account.id, call.account.credential},
                           call.patience);
  auto reply = co_await http.send(std::move(request), within);
  call.patience = http.patience();
  if (withdrawn) co_return access_changed();
  co_return reply;
}

Task<ProviderCaller::Sent> ProviderCaller::send_with_retries(Call& call) {
  auto reply = co_await send(call);
  if (services_.pace == nullptr || !reply || call.only_once) co_return reply;
  const auto provider = pacing::provider_name(*call.account.manifest, call.url);
  auto& providers = services_.pace->providers();
  providers.earn_retries(provider);
  for (unsigned tries = 1;; ++tries) {
    const auto pause = pause_before_retry(*reply, call.repeatable, tries, services_.random.unit());
    if (!pause || (!providers.spend_retry(provider) && !PATCHBAY_PLANTED_BUG(23))) co_return reply;
    if (!co_await services_.pace->sleep(*pause)) co_return reply;
    auto again = co_await send(call);
    if (!again) co_return again;
    if (!again->was_held_back()) reply = std::move(again);
  }
}

ActionError ProviderCaller::failure(const Call& call, const net::ClientReply& reply) {
  ActionError error(reply.as_error());
  if (reply.error == net::NetError::kCircuitOpen) error.reason = reason::kProviderCircuitOpen;
  if (reply.maybe_processed && !call.read_only)
    error.message +=
        " The provider may have carried it out all the same: look before trying again.";
  return error;
}

Task<ProviderCaller::Outcome> ProviderCaller::call(const UsableAccount& account,
                                                   const manifest::RequestAuth* auth,
                                                   bool read_only, Build build, CallTrace* trace) {
  Call call{account, auth, read_only, std::move(build), trace, account.read_at};
  if (services_.pace != nullptr) call.patience = services_.pace->call_wait();
  PATCHBAY_CO_TRY_ASSIGN(call.used, co_await credential(call));
  const auto told_by = [&account](const Sent& sent) {
    return sent ? told_status(*account.manifest, *sent) : 0;
  };
  auto reply = co_await send_with_retries(call);
  unsigned told = told_by(reply);
  if (call.uses_token() && told == 401 && !call.only_once) {
    const store::Account& row = account.account();
    auto fresh = co_await tokens_.replace_refused(row.project_id, row.id, auth->value.name,
                                                  call.used.value.copy());
    if (!fresh) co_return std::move(fresh).error();
    call.used.value = std::move(fresh->value);
    call.read_at = std::min(account.read_at, fresh->read_at);
    reply = co_await send_with_retries(call);
    told = told_by(reply);
  }
  if (!reply) co_return std::move(reply).error();
  if (!reply->ok()) co_return failure(call, *reply);
  co_return ProviderReply{*std::move(reply), told, std::move(call.url), std::move(call.used)};
}

}  // namespace patchbay::actions
