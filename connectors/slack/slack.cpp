// The Slack connector: a person installs the operator's Slack app in a workspace (OAuth v2), which
// gives a bot token and, where the app rotates its tokens, a refresh token that each use spends.
// README.md has the sources.
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "patchbay/sdk/sdk.h"

namespace slack {
namespace {

using namespace patchbay::sdk;

// Slack answers 200 whatever happens; "ok" says whether it worked. Scopes have commas between them.
constexpr TokenEndpoint kTokens = {.url = "https://slack.com/api/oauth.v2.access",
                                   .authentication = ClientAuthentication::basic,
                                   .success_member = "ok",
                                   .scope_separator = ','};

constexpr ScopeRow kScopes[] = {
    {"channels:read", "channels:read"},
    {"channels:write", "channels:manage"},
    {"messages:read", "channels:history"},
    {"messages:write", "chat:write"},
    {"users:read", "users:read"},
    {"emails:read", "users:read"},  // which Slack demands beside it
    {"emails:read", "users:read.email"},
    {"reactions:read", "reactions:read"},
    {"reactions:write", "reactions:write"},
    {"joining:write", "channels:join"},
    {"direct_messages:write", "im:write"},
    {"team:read", "team:read"},
};

constexpr RefusalRow kRefusals[] = {
    {"invalid_client_id", Failure::configuration, "error.client_refused"},
    {"bad_client_secret", Failure::configuration, "error.client_refused"},
    {"bad_redirect_uri", Failure::configuration, "error.redirect_refused"},
    {"invalid_scope", Failure::configuration, "error.scopes_refused"},
    {"invalid_scope_requested", Failure::configuration, "error.scopes_refused"},
    {"no_scopes", Failure::configuration, "error.scopes_refused"},
    {"invalid_code", Failure::credentials, "error.code_refused"},
    {"code_already_used", Failure::credentials, "error.code_refused"},
    {"invalid_refresh_token", Failure::revoked, "error.withdrawn"},
    {"token_revoked", Failure::revoked, "error.withdrawn"},
    {"invalid_auth", Failure::revoked, "error.withdrawn"},
    {"account_inactive", Failure::revoked, "error.withdrawn"},
    {"internal_error", Failure::transient, "error.oauth_unavailable"},
    {"fatal_error", Failure::transient, "error.oauth_unavailable"},
    {"service_unavailable", Failure::transient, "error.oauth_unavailable"},
};

// What auth.revoke says to a token that is no longer valid.
constexpr std::array<std::string_view, 4> kGone = {"token_revoked", "token_expired", "invalid_auth",
                                                   "account_inactive"};

constexpr AuthorizationCodeOptions kGrant = {
    .endpoint = kTokens,
    .authorize_url = "https://slack.com/oauth/v2/authorize",
    .scopes = kScopes,
    .refusals = kRefusals};

class Connect : public AuthorizationCodeFlow {
 public:
  // An app takes PKCE only once it was turned on in its settings.
  explicit Connect(Input given) : AuthorizationCodeFlow(std::move(given), kGrant) {
    options().pkce = input().setup_field("pkce") == "on";
  }

 protected:
  void authorised(const Event& event, Action& action) override {
    const JsonDocument document(event.reply().body(), {.max_bytes = kTokens.max_body});
    const auto* body = document.object();
    if (json_bool(body, "is_enterprise_install") == true) {
      action.fail(Failure::credentials, "error.org_install");
      return;
    }
    const auto name = json_text(json_object(body, "team"), "name").value_or("");
    Done& done = finish(action);
    if (!name.empty()) done.fact("workspace", name);
  }
};

class Refresh : public RefreshTokenFlow {
 public:
  explicit Refresh(Input input)
      : RefreshTokenFlow(std::move(input), {.endpoint = kTokens, .refusals = kRefusals}) {}
};

class Revoke : public RevocationFlow {
 public:
  explicit Revoke(Input input)
      : RevocationFlow(std::move(input), {.endpoint = {.url = "https://slack.com/api/auth.revoke",
                                                       .success_member = "ok"},
                                          .authentication = RevocationAuthentication::bearer,
                                          .gone_codes = kGone}) {}
};

using Slack = Flows<Connect, Refresh, Revoke>;

}  // namespace
}  // namespace slack

PATCHBAY_CONNECTOR(slack::Slack, patchbay::sdk::embedded_manifest())
