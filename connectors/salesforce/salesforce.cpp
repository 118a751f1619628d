// The Salesforce connector: a person signs in at the operator's app (OAuth 2.0 authorization code
// with PKCE), in production or in a sandbox. The answer tells at which server the organisation
// lives; from then on that is where its requests go. README.md has the sources.
#include <charconv>
#include <memory>
#include <string_view>
#include <utility>

#include "patchbay/sdk/sdk.h"

namespace salesforce {
namespace {

using namespace patchbay::sdk;

struct SignIn {
  std::string_view authorize, token, revoke;
};
constexpr SignIn kProduction = {"https://login.salesforce.com/services/oauth2/authorize",
                                "https://login.salesforce.com/services/oauth2/token",
                                "https://login.salesforce.com/services/oauth2/revoke"};
constexpr SignIn kSandbox = {"https://test.salesforce.com/services/oauth2/authorize",
                             "https://test.salesforce.com/services/oauth2/token",
                             "https://test.salesforce.com/services/oauth2/revoke"};

const SignIn& sign_in(const Input& input) {
  return input.environment() == "sandbox" ? kSandbox : kProduction;
}

// Salesforce names no lifetime: a token ends when its session does, after so long without use. The
// operator says how long that is; when it was less, a refused token is renewed all the same.
std::int64_t session_s(const Input& input) {
  constexpr std::int64_t kDefault = 120;
  const std::string_view text = input.setup_field("session_minutes");
  std::int64_t minutes = kDefault;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  if (error != std::errc{} || end != text.data() + text.size() || minutes < 1) minutes = kDefault;
  return minutes * 60;
}

TokenEndpoint tokens(const Input& input) {
  return {.url = sign_in(input).token,
          .default_lifetime_s = session_s(input),
          .origin_member = "instance_url",
          .origin_fact = "instance"};
}

constexpr ScopeRow kScopes[] = {{"identity:read", "openid"}};

// "invalid_grant" is said of many things; what it begins with tells them apart.
constexpr RefusalRow kRefusals[] = {
    {"invalid_client_id", Failure::configuration, "error.client_refused"},
    {"invalid_client", Failure::configuration, "error.client_refused"},
    {"invalid_client_credentials", Failure::configuration, "error.client_refused"},
    {"redirect_uri_mismatch", Failure::configuration, "error.redirect_refused"},
    {"redirect_uri_missing", Failure::configuration, "error.redirect_refused"},
    {"invalid_scope", Failure::configuration, "error.scopes_refused"},
    {"unsupported_response_type", Failure::configuration, "error.flow_refused"},
    {"unsupported_grant_type", Failure::configuration, "error.flow_refused"},
    {"OAUTH_APP_BLOCKED", Failure::credentials, "error.app_blocked", {}, "error.app_blocked"},
    {"OAUTH_APP_ACCESS_DENIED", Failure::credentials, "error.app_denied", {}, "error.app_denied"},
    {"OAUTH_EC_APP_NOT_FOUND", Failure::credentials, "error.app_not_installed"},
    {"OAUTH_APPROVAL_ERROR_GENERIC", Failure::credentials, "error.approval_failed"},
    {"inactive_user", Failure::credentials, "error.inactive_user", {}, "error.inactive_user"},
    {"inactive_org", Failure::credentials, "error.inactive_org", {}, "error.inactive_org"},
    {"rate_limit_exceeded", Failure::transient, "error.logins_exceeded"},
    {.code = "invalid_grant",
     .failure = Failure::configuration,
     .message_id = "error.ip_restricted",
     .description = "ip restricted"},
    {"invalid_grant",
     Failure::credentials,
     "error.inactive_user",
     {},
     "error.inactive_user",
     "inactive user"},
    {"invalid_grant",
     Failure::credentials,
     "error.inactive_org",
     {},
     "error.inactive_org",
     "inactive organization"},
    {"invalid_grant",
     Failure::credentials,
     "error.code_refused",
     {},
     "error.withdrawn",
     "expired authorization code"},
    {"invalid_grant",
     Failure::credentials,
     "error.app_denied",
     {},
     "error.app_denied",
     "user hasn't approved this consumer"},
    {"invalid_grant",
     Failure::configuration,
     "error.pkce_refused",
     {},
     {},
     "invalid code verifier"},
    {"invalid_grant", Failure::credentials, "error.code_refused", {}, "error.withdrawn"},
};

// The last part but one of "https://login.salesforce.com/id/ORGANISATION/USER".
std::string_view organisation_of(std::string_view id) {
  const auto user = id.rfind('/');
  if (user == std::string_view::npos) return {};
  const auto start = id.rfind('/', user - 1);
  const std::string_view name = start < user ? id.substr(start + 1, user - start - 1) : "";
  if (name.size() != 15 && name.size() != 18) return {};
  for (const char c : name)
    if (!is_alpha(c) && !is_digit(c)) return {};
  return name;
}

class Connect : public AuthorizationCodeFlow {
 public:
  explicit Connect(Input given) : AuthorizationCodeFlow(std::move(given), {}) {
    options() = {.endpoint = tokens(input()),
                 .authorize_url = sign_in(input()).authorize,
                 .scope = "api refresh_token",
                 .scopes = kScopes,
                 .refusals = kRefusals};
  }

 protected:
  void authorised(const Event& event, Action& action) override {
    const JsonDocument document(event.reply().body(), {.max_bytes = options().endpoint.max_body});
    const std::string_view id = json_text(document.object(), "id").value_or("");
    const std::string_view organisation = keep().text(organisation_of(id));
    Done& done = finish(action);
    if (!organisation.empty()) done.fact("organisation", organisation);
  }
};

// Refresh tokens last, unless the app rotates them: then each answer brings the next one, which is
// kept in place of the last.
class Refresh : public RefreshTokenFlow {
 public:
  explicit Refresh(Input given) : Refresh(tokens(given), std::move(given)) {}

 private:
  Refresh(const TokenEndpoint& endpoint, Input&& given)
      : RefreshTokenFlow(std::move(given),
                         {.endpoint = endpoint, .rotating = false, .refusals = kRefusals}) {}
};

// Whoever holds a token may have it revoked.
class Revoke : public RevocationFlow {
 public:
  explicit Revoke(Input given) : Revoke(sign_in(given).revoke, std::move(given)) {}

 private:
  Revoke(std::string_view url, Input&& given)
      : RevocationFlow(std::move(given),
                       {.endpoint = {.url = url, .authentication = ClientAuthentication::none}}) {}
};

using Salesforce = Flows<Connect, Refresh, Revoke>;

}  // namespace
}  // namespace salesforce

PATCHBAY_CONNECTOR(salesforce::Salesforce, patchbay::sdk::embedded_manifest())
