#include "flows.h"

#include <utility>

#include "address.h"
#include "patchbay/sdk/authorization_code.h"
#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/refresh_token.h"
#include "patchbay/sdk/revocation.h"
#include "patchbay/sdk/static_credentials.h"
#include "probe.h"

namespace declarative {
namespace {

using namespace patchbay::sdk;

// The addresses of a method for one account, in the arena of its input.
struct Addresses {
  std::string_view token, authorize, revoke, probe;
  std::string_view culprit;  // the field whose value can't stand in an address; empty: all is well
};

Addresses addresses_of(Input& input, const Method& method) {
  Addresses out;
  const auto fill = [&](std::string_view url, std::string_view& place) {
    std::string_view culprit;
    const auto filled = fill_in(input, method, url, culprit);
    if (filled) {
      place = *filled;
    } else {
      out.culprit = culprit;
    }
  };
  fill(method.token_url, out.token);
  fill(method.authorize_url, out.authorize);
  fill(method.revoke_url, out.revoke);
  if (method.probe) fill(method.probe->url, out.probe);
  return out;
}

class BadAddress : public Flow {
 public:
  BadAddress(Input input, std::string_view field) : Flow(std::move(input)), field_(field) {}

 protected:
  void step(const Event&, Action& action) override {
    action
        .fail(Failure::credentials, "error.value_not_usable",
              "This value can't be part of an address: letters, digits and hyphens only.")
        .at(field_);
  }

 private:
  std::string_view field_;  // of the plan
};

TokenEndpoint endpoint_of(const Method& method, std::string_view url) {
  return {.url = url,
          .token_name = method.token,
          .authentication = method.client_authentication,
          .default_lifetime_s = method.lifetime_s};
}

std::string_view scope_of(Input& input, const Plan& plan, const Method& method) {
  std::string_view scope = method.scope;
  if (!method.scope_per_permission) return scope;
  for (const std::string_view permission : input.needed_permissions()) {
    const auto found = plan.scopes.find(permission);
    if (found == plan.scopes.end() || has_word(scope, found->second)) continue;
    scope = input.arena().text(scope, scope.empty() ? "" : " ", found->second);
  }
  return scope;
}

// What the probe's answer means. True: it failed the flow.
bool probe_failed(Action& action, const Method& method, const Reply& reply, std::string_view host,
                  bool used_before, std::string_view field) {
  if (failed_in_transit(action, reply, host)) return true;
  if (reply.ok()) return false;
  const JsonDocument document(reply.body(), {.max_bytes = std::size_t{64} << 10U});
  const std::string_view error =
      action.arena().text(json_text(document.object(), "error").value_or(""));
  if (refused_by_manifest(action, method, reply.status(), error, {}, host, used_before))
    return true;
  if (reply.status() == 401 || reply.status() == 403) {
    fail_status(action, used_before ? Failure::revoked : Failure::credentials,
                "error.credentials_refused", host, reply, "did not accept these credentials")
        .at(field);
  } else {
    fail_unexpected_status(action, reply, host);
  }
  return true;
}

// Credentials that are used as they are: the probe alone proves them.
class StaticFlow : public Flow {
 public:
  StaticFlow(Input input, const Method& method, std::string_view url, bool used_before)
      : Flow(std::move(input)), method_(method), url_(url), used_before_(used_before) {}

 protected:
  void step(const Event& event, Action& action) override {
    const Probe& probe = *method_.probe;
    if (event.kind() == EventKind::start) {
      begin(probe, action);
    } else if (!probe_failed(action, method_, event.reply(), host_of(url_), used_before_,
                             probe.authorization.value.name)) {
      read_probe(probe, event.reply(), action.done());
    }
  }

 private:
  void begin(const Probe& probe, Action& action) {
    if (const auto field = empty_field(probe, input()); !field.empty()) {
      action.fail(Failure::credentials, "error.value_missing", "This field is empty.").at(field);
      return;
    }
    const Authorization& how = probe.authorization;
    tell_trimmed(how.value);
    if (how.user.name != how.value.name) tell_trimmed(how.user);
    send_probe(action, probe, url_, input(), {});
  }

  void tell_trimmed(const ValueSource& source) {
    if (source.is_token || source.name.empty() || used_before_) return;
    trimmed(source.name, input().field(source.name));
    trimmed(source.name, input().secret(source.name));
  }

  const Method& method_;
  std::string_view url_;
  bool used_before_;
};

class ClientCredentials : public ClientCredentialsFlow {
 public:
  ClientCredentials(Input input, const ClientCredentialsOptions& options, const Method& method,
                    std::string_view probe_url)
      : ClientCredentialsFlow(std::move(input), options), method_(method), probe_url_(probe_url) {}

 protected:
  bool acceptable(Action& action) override {
    const bool is_public =
        method_.client_authentication == ClientAuthentication::none && !client().id.empty();
    return is_public || ClientCredentialsFlow::acceptable(action);
  }
  void refused(const Refusal& refusal, const Reply& reply, Action& action) override {
    if (!refused_by_manifest(action, method_, reply.status(), refusal.code, refusal.description,
                             options().endpoint.host(), used_before()))
      ClientCredentialsFlow::refused(refusal, reply, action);
  }
  void authorised(const Event&, Action& action) override {
    if (!method_.probe || options().proven) {
      done(action);
    } else {
      send_probe(action, *method_.probe, probe_url_, input(), token().value);
    }
  }
  void further(const Event& event, Action& action) override {
    if (!probe_failed(action, method_, event.reply(), host_of(probe_url_), used_before(),
                      options().secret_field))
      read_probe(*method_.probe, event.reply(), done(action));
  }

 private:
  const Method& method_;
  std::string_view probe_url_;
};

class AuthorizationCode : public AuthorizationCodeFlow {
 public:
  AuthorizationCode(Input input, const AuthorizationCodeOptions& options, const Method& method,
                    std::string_view probe_url)
      : AuthorizationCodeFlow(std::move(input), options), method_(method), probe_url_(probe_url) {}

 protected:
  void refused(const Refusal& refusal, const Reply& reply, Action& action) override {
    if (!refused_by_manifest(action, method_, reply.status(), refusal.code, refusal.description,
                             options().endpoint.host(), false))
      AuthorizationCodeFlow::refused(refusal, reply, action);
  }
  void authorised(const Event&, Action& action) override {
    if (method_.probe) {
      send_probe(action, *method_.probe, probe_url_, input(), token().value);
    } else {
      finish(action);
    }
  }
  void further(const Event& event, Action& action) override {
    if (!probe_failed(action, method_, event.reply(), host_of(probe_url_), false, ""))
      read_probe(*method_.probe, event.reply(), finish(action));
  }

 private:
  const Method& method_;
  std::string_view probe_url_;
};

class RefreshToken : public RefreshTokenFlow {
 public:
  RefreshToken(Input input, const RefreshTokenOptions& options, const Method& method)
      : RefreshTokenFlow(std::move(input), options), method_(method) {}

 protected:
  void refused(const Refusal& refusal, const Reply& reply, Action& action) override {
    if (!refused_by_manifest(action, method_, reply.status(), refusal.code, refusal.description,
                             options().endpoint.host(), true))
      RefreshTokenFlow::refused(refusal, reply, action);
  }

 private:
  const Method& method_;
};

std::unique_ptr<Flow> mint(const Plan& plan, const Method& method, Input input, const Addresses& at,
                           bool proven) {
  const ClientCredentialsOptions options{.endpoint = endpoint_of(method, at.token),
                                         .scope = scope_of(input, plan, method),
                                         .id_field = method.client_id,
                                         .secret_field = method.client_secret,
                                         .proven = proven};
  return std::make_unique<ClientCredentials>(std::move(input), options, method, at.probe);
}

}  // namespace

std::unique_ptr<Flow> connect(const Plan& plan, const Method& method, Input input) {
  const Addresses at = addresses_of(input, method);
  if (!at.culprit.empty()) return std::make_unique<BadAddress>(std::move(input), at.culprit);
  switch (method.type) {
    case GrantType::kClientCredentials:
      return mint(plan, method, std::move(input), at, false);
    case GrantType::kAuthorizationCode: {
      const AuthorizationCodeOptions options{.endpoint = endpoint_of(method, at.token),
                                             .authorize_url = at.authorize,
                                             .scope = scope_of(input, plan, method),
                                             .issuer = method.issuer,
                                             .issuer_required = method.issuer_required,
                                             .id_field = method.client_id,
                                             .secret_field = method.client_secret};
      return std::make_unique<AuthorizationCode>(std::move(input), options, method, at.probe);
    }
    case GrantType::kStatic:
      return std::make_unique<StaticFlow>(std::move(input), method, at.probe, false);
  }
  return nullptr;
}

std::unique_ptr<Flow> refresh(const Plan& plan, const Method& method, Input input) {
  const Addresses at = addresses_of(input, method);
  if (!at.culprit.empty()) return std::make_unique<BadAddress>(std::move(input), at.culprit);
  switch (method.type) {
    case GrantType::kClientCredentials:
      return mint(plan, method, std::move(input), at, true);
    case GrantType::kAuthorizationCode: {
      const RefreshTokenOptions options{.endpoint = endpoint_of(method, at.token),
                                        .rotating = method.is_rotating,
                                        .id_field = method.client_id,
                                        .secret_field = method.client_secret};
      return std::make_unique<RefreshToken>(std::move(input), options, method);
    }
    case GrantType::kStatic:
      return std::make_unique<StaticFlow>(std::move(input), method, at.probe, true);
  }
  return nullptr;
}

std::unique_ptr<Flow> revoke(const Method& method, Input input) {
  const Addresses at = addresses_of(input, method);
  if (!at.culprit.empty()) return std::make_unique<BadAddress>(std::move(input), at.culprit);
  if (at.revoke.empty()) return std::make_unique<NothingToDoFlow>(std::move(input));
  const RevocationOptions options{.endpoint = endpoint_of(method, at.revoke),
                                  .authentication = method.is_revoked_by_holder
                                                        ? RevocationAuthentication::bearer
                                                        : RevocationAuthentication::client,
                                  .id_field = method.client_id,
                                  .secret_field = method.client_secret,
                                  .client_in_setup = method.type == GrantType::kAuthorizationCode};
  return std::make_unique<RevocationFlow>(std::move(input), options);
}

}  // namespace declarative
