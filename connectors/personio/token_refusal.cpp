#include "token_refusal.h"

#include <string_view>

#include "endpoints.h"
#include "patchbay/sdk/json.h"

namespace personio {
namespace {

using patchbay::sdk::Action;
using patchbay::sdk::Fail;
using patchbay::sdk::Failure;
using patchbay::sdk::JsonDocument;

struct Row {
  std::string_view code;
  Failure failure;
  std::string_view id;
  std::string_view field;
  std::string_view text;
};

constexpr Row kAtFirst[] = {
    {"invalid_client", Failure::credentials, "error.unknown_client_id", kClientIdField,
     "Personio does not know this Client ID. Check for a typing error, or whether the integration "
     "was deleted."},
    {"unauthorized_client", Failure::credentials, "error.wrong_client_secret", kClientSecretField,
     "This is not the Client Secret of this Client ID. Personio shows a secret only once; if it is "
     "lost, create a new integration."},
    {"invalid_grant", Failure::credentials, "error.grant_refused", kClientIdField,
     "Personio refused to authorise this integration. Create a new one and use its credentials."},
};

constexpr Row kWhenUsedBefore[] = {
    {"invalid_client", Failure::revoked, "error.integration_deleted", kClientIdField,
     "The integration no longer exists at Personio. Create a new one and reconnect."},
    {"unauthorized_client", Failure::revoked, "error.secret_withdrawn", kClientSecretField,
     "Personio no longer accepts the Client Secret that worked before. Create a new integration "
     "and reconnect."},
    {"invalid_grant", Failure::revoked, "error.grant_refused", kClientIdField,
     "Personio refused to authorise this integration. Create a new one and use its credentials."},
};

constexpr Row kAlways[] = {
    {"invalid_scope", Failure::permission, "error.scope_refused", kClientIdField,
     "Personio refused the access rights of this integration. Create a new one with the rights "
     "that are asked for."},
    {"access_denied", Failure::credentials, "error.access_denied", kClientIdField,
     "Personio denied access to this integration."},
    {"server_error", Failure::transient, "error.provider_unavailable", "",
     "api.personio.de is not available at the moment."},
    {"temporarily_unavailable", Failure::transient, "error.provider_unavailable", "",
     "api.personio.de is not available at the moment."},
};

// invalid_request has two documented causes, told apart by the last part of a link that stands
// under either of two names.
Fail& fail_invalid_request(Action& action, const boost::json::object* body, std::string_view link) {
  if (link.find("content_type") != std::string_view::npos) {
    return action.fail(Failure::protocol, "error.token_content_type",
                       "Personio did not accept the form of the sign-in request.");
  }
  std::string_view parameters;
  std::string_view field;
  const auto* meta = patchbay::sdk::json_object(body, "meta");
  if (const auto* missing = patchbay::sdk::json_array(meta, "missing_parameters")) {
    for (const boost::json::value& item : *missing) {
      const std::string_view name = patchbay::sdk::json_text(&item).value_or("");
      parameters = action.arena().text(parameters, parameters.empty() ? "" : ", ", name);
      if (name == kClientIdField || name == kClientSecretField) {
        field = name == kClientIdField ? kClientIdField : kClientSecretField;
      }
    }
  }
  return action
      .fail(field.empty() ? Failure::protocol : Failure::credentials,
            "error.token_request_incomplete",
            action.arena().text("Personio misses something in the sign-in request: ", parameters))
      .arg("parameters", parameters)
      .at(field);
}

Fail& fail_by_code(Action& action, std::string_view code, const boost::json::object* body,
                   std::string_view link, bool used_before) {
  if (code == "invalid_request") return fail_invalid_request(action, body, link);
  if (code == "unsupported_grant_type") {
    const auto* meta = patchbay::sdk::json_object(body, "meta");
    return action
        .fail(Failure::protocol, "error.grant_type_unsupported",
              "Personio does not offer this kind of sign-in to the integration.")
        .arg("grant_type",
             patchbay::sdk::json_text(meta, "grant_type").value_or("client_credentials"));
  }
  for (const auto& row : used_before ? kWhenUsedBefore : kAtFirst) {
    if (row.code == code) return action.fail(row.failure, row.id, row.text).at(row.field);
  }
  for (const auto& row : kAlways) {
    if (row.code == code) return action.fail(row.failure, row.id, row.text).at(row.field);
  }
  return action
      .fail(Failure::protocol, "error.token_refused",
            "Personio refused the sign-in request for a reason that is not documented.")
      .arg("code", code);
}

}  // namespace

void fail_token_refusal(Action& action, const patchbay::sdk::Refusal& refusal,
                        const patchbay::sdk::Reply& reply, bool used_before) {
  const JsonDocument document(reply.body());
  const std::string_view link =
      refusal.uri.empty() ? patchbay::sdk::json_text(document.object(), "type").value_or("")
                          : refusal.uri;
  Fail& fail = fail_by_code(action, refusal.code, document.object(), link, used_before);
  fail.arg("host", kHost).arg("status", std::int64_t{reply.status()}).excerpt(refusal.description);
}

}  // namespace personio
