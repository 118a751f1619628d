#include "mint.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "credential_shape.h"
#include "patchbay/sdk/json.h"

namespace personio {
namespace {

using namespace patchbay::sdk;

constexpr std::string_view kId = "client_id";
constexpr std::string_view kSecret = "client_secret";

// Both versions' tokens last a day unless the answer says otherwise.
constexpr std::int64_t kLifetimeSeconds = 86'400;

std::optional<Token> read_token_v1(const Event& event, const Reply& reply,
                                   const TokenEndpoint& endpoint, Arena& arena) {
  if (!reply.ok()) return std::nullopt;
  const JsonDocument document(reply.body());
  const auto* data = json_object(document.object(), "data");
  const auto* success = json_member(document.object(), "success");
  const bool refused = success != nullptr && *success == boost::json::value(false);
  const auto value = json_text(data, "token");
  if (!value || value->empty() || refused) return std::nullopt;
  const auto told = json_integer(data, "expires_in").value_or(0);
  const auto scope = json_text(data, "scope");
  return Token{.name = endpoint.token_name,
               .value = arena.text(*value),
               .expires_unix_ms = expiry(event.unix_ms(), told > 0 ? told : kLifetimeSeconds),
               .scopes = arena.text(trim(scope.value_or(""))),
               .scopes_known = scope.has_value()};
}

constexpr FurtherToken kFurtherTokens[] = {
    {.endpoint = {.url = "https://api.personio.de/v1/auth", .token_name = "v1"},
     .missing_notice = "notice.v1_unavailable",
     .read = &read_token_v1}};

constexpr RefusalRow kRefusals[] = {
    {"invalid_client", Failure::credentials, "error.unknown_client_id", kId,
     "error.integration_deleted"},
    {"unauthorized_client", Failure::credentials, "error.wrong_client_secret", kSecret,
     "error.secret_withdrawn"},
    {"invalid_grant", Failure::credentials, "error.grant_refused", kId, "error.grant_refused"},
    {"invalid_scope", Failure::permission, "error.scope_refused", kId},
    {"access_denied", Failure::credentials, "error.access_denied", kId},
    {"server_error", Failure::transient, "error.provider_unavailable"},
    {"temporarily_unavailable", Failure::transient, "error.provider_unavailable"},
    {"", Failure::protocol, "error.token_refused"},
};

// invalid_request has two documented causes, told apart by the last part of a link that stands
// under either of two names.
Fail& fail_invalid_request(Action& action, const boost::json::object* body, std::string_view link) {
  if (link.empty()) link = json_text(body, "type").value_or("");
  if (link.find("content_type") != std::string_view::npos) {
    return action.fail(Failure::protocol, "error.token_content_type");
  }
  std::string_view parameters;
  std::string_view field;
  if (const auto* missing = json_array(json_object(body, "meta"), "missing_parameters")) {
    for (const boost::json::value& item : *missing) {
      const std::string_view name = json_text(&item).value_or("");
      parameters = action.arena().text(parameters, parameters.empty() ? "" : ", ", name);
      if (name == kId || name == kSecret) field = name == kId ? kId : kSecret;
    }
  }
  return action
      .fail(field.empty() ? Failure::protocol : Failure::credentials,
            "error.token_request_incomplete")
      .arg("parameters", parameters)
      .at(field);
}

}  // namespace

Mint::Mint(Input input, bool proven)
    : ClientCredentialsFlow(std::move(input),
                            {.endpoint = {.url = "https://api.personio.de/v2/auth/token",
                                          .token_name = "v2",
                                          .default_lifetime_s = kLifetimeSeconds},
                             .id_empty_message = "error.client_id_empty",
                             .secret_empty_message = "error.client_secret_empty",
                             .shapes = {&looks_like_client_id, &looks_like_secret},
                             .refusals = kRefusals,
                             .further_tokens = kFurtherTokens,
                             .proven = proven}) {}

void Mint::refused(const Refusal& refusal, const Reply& reply, Action& action) {
  const JsonDocument document(reply.body());
  if (refusal.code == "invalid_request") {
    fail_invalid_request(action, document.object(), refusal.uri).excerpt(refusal.description);
  } else if (refusal.code == "unsupported_grant_type") {
    const auto* meta = json_object(document.object(), "meta");
    action.fail(Failure::protocol, "error.grant_type_unsupported")
        .arg("grant_type", json_text(meta, "grant_type").value_or("client_credentials"))
        .excerpt(refusal.description);
  } else {
    ClientCredentialsFlow::refused(refusal, reply, action);
  }
}

}  // namespace personio
