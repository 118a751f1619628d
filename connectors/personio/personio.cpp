// The Personio connector: client credentials of a custom integration, tokens for API v2 and v1, and
// the proof that Employees may be read. README.md lists its requests and messages.
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "credential_shape.h"
#include "endpoints.h"
#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/export.h"
#include "patchbay/sdk/revocation.h"
#include "token_refusal.h"
#include "token_v1.h"

namespace personio {
namespace {

using namespace patchbay::sdk;

// Fails for values that cannot be right whatever Personio says. True when they are worth trying.
bool worth_trying(const Client& client, Action& action) {
  const auto refuse = [&](std::string_view id, std::string_view field, std::string_view text) {
    action.fail(Failure::credentials, id, text).at(field);
    return false;
  };
  if (client.id.empty()) {
    return refuse("error.client_id_empty", kClientIdField, "The Client ID is empty.");
  }
  if (client.secret.empty()) {
    return refuse("error.client_secret_empty", kClientSecretField, "The Client Secret is empty.");
  }
  const bool id_holds_secret = looks_like_secret(client.id);
  const bool secret_holds_id = looks_like_client_id(client.secret);
  if (id_holds_secret && secret_holds_id) {
    return refuse("error.swapped", kClientIdField,
                  "Client ID and Client Secret stand in each other's field.");
  }
  if (id_holds_secret) {
    return refuse("error.secret_in_client_id", kClientIdField,
                  "This looks like a Client Secret, not like a Client ID.");
  }
  if (secret_holds_id) {
    return refuse("error.client_id_in_secret", kClientSecretField,
                  "This looks like a Client ID, not like a Client Secret.");
  }
  return true;
}

// What v1 said is worth a notice only.
Message& notice_v1(Message& notice, const Reply& reply) {
  return notice.arg("status", std::int64_t{reply.arrived() ? reply.status() : 0});
}
constexpr std::string_view kNoticeV1 = "notice.v1_unavailable";
constexpr std::string_view kNoticeV1Text =
    "No token for Personio's older API v1 could be fetched; actions that need it will not work.";

class Connect : public ClientCredentialsFlow {
 public:
  explicit Connect(Input input) : ClientCredentialsFlow(std::move(input), {.endpoint = kTokenV2}) {}

 protected:
  bool acceptable(Action& action) override {
    if (!worth_trying(client(), action)) return false;
    if (!looks_like_client_id(client().id)) {
      notice("notice.client_id_unusual",
             "A Client ID usually is \"papi-\" and a UUID; this one is not. It was tried all the "
             "same.")
          .at(kClientIdField);
    }
    return true;
  }

  void refused(const Refusal& refusal, const Reply& reply, Action& action) override {
    fail_token_refusal(action, refusal, reply, false);
  }

  void authorised(const Event&, Action& action) override {
    if (token().scopes_known && !has_word(token().scopes, "personio:persons:read") &&
        !has_word(token().scopes, "employees:read")) {
      fail_employees_missing(action);
      return;
    }
    action.get(kOnePerson)
        .bearer(token().value)
        .accept_json()
        .timeout_ms(kTokenV2.timeout_ms)
        .max_body(256U * 1024U);
    request_token_v1(action, client());
  }

  void further(const Event& event, Action& action) override {
    const Reply persons = event.reply(0);
    const std::optional<Token> v1 = read_token_v1(event, event.reply(1), keep());
    if (v1) {
      minted(*v1);
    } else {
      notice_v1(notice(kNoticeV1, kNoticeV1Text), event.reply(1));
    }
    if (!proved_employees_read(persons, action)) return;
    Done& done = action.done().token(token()).granted(kEmployeesRead);
    if (v1) done.token(*v1);
  }

 private:
  static Fail& fail_employees_missing(Action& action) {
    return action
        .fail(Failure::permission, "error.employees_read_missing",
              "The integration may not read Employees. Access rights cannot be added afterwards: "
              "create a new integration with Employees \xe2\x86\x92 Read, then connect with its "
              "Client ID and Client Secret.")
        .permission(kEmployeesRead);
  }

  // Personio answers 401 as well as 403 where the right is missing; the token itself is fresh.
  bool proved_employees_read(const Reply& reply, Action& action) {
    if (failed_in_transit(action, reply, kHost)) return false;
    const JsonDocument document(reply.body());
    if (reply.status() == 401 || reply.status() == 403) {
      const auto* errors = json_array(document.object(), "errors");
      const auto* first = errors == nullptr || errors->empty() ? nullptr : (*errors)[0].if_object();
      fail_employees_missing(action).excerpt(json_text(first, "detail").value_or(""));
      return false;
    }
    if (!document.valid()) {
      fail_not_json(action, reply, kHost);
      return false;
    }
    if (!reply.ok()) {
      fail_unexpected_status(action, reply, kHost);
      return false;
    }
    const auto* persons = json_array(document.object(), "_data");
    if (persons == nullptr) {
      fail_unexpected_answer(action, reply, kHost);
      return false;
    }
    if (!persons->empty()) notice_bare_person((*persons)[0].if_object());
    return true;
  }

  // Attributes that were not ticked are left out without a word.
  void notice_bare_person(const boost::json::object* person) {
    if (person == nullptr) return;
    for (const auto& member : *person) {
      const std::string_view name(member.key().data(), member.key().size());
      if (name != "id" && name != "employments" && name != "_meta") return;
    }
    notice("notice.no_employee_attributes",
           "Personio shows nothing of employees but their id: no readable attributes were chosen "
           "for the integration.");
  }
};

// Both tokens at once: the credentials are known to be good.
class Refresh : public Flow {
 public:
  using Flow::Flow;

 protected:
  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      const Client client = {trim(input().field(kClientIdField)),
                             trim(input().secret(kClientSecretField))};
      if (!worth_trying(client, action)) return;
      const NameValue grant[] = {{"grant_type", "client_credentials"}};
      action.send(draft_token_request(action, kTokenV2, client, grant));
      request_token_v1(action, client);
      return;
    }
    const Reply reply = event.reply(0);
    const TokenAnswer v2 = read_token_answer(event, reply, kTokenV2, keep());
    const std::optional<Token> v1 = read_token_v1(event, event.reply(1), keep());
    minted(v2.token);
    if (v1) minted(*v1);
    if (v2.outcome == TokenOutcome::refused) {
      fail_token_refusal(action, v2.refusal, reply, true);
    } else if (v2.outcome != TokenOutcome::granted) {
      fail_token_answer(action, v2, reply, kHost);
    } else {
      Done& done = action.done().token(v2.token);
      if (v1) {
        done.token(*v1);
      } else {
        notice_v1(notice(kNoticeV1, kNoticeV1Text), event.reply(1));
      }
    }
  }
};

// Whoever holds a token may revoke it; it is sent in the form and as the bearer.
class Revoke : public RevocationFlow {
 public:
  explicit Revoke(Input input)
      : RevocationFlow(std::move(input), {.endpoint = {.url = kRevoke},
                                          .authentication = RevocationAuthentication::bearer}) {}

 protected:
  // Personio says 403 as well as 401 to a token that is no longer valid. A page that is not JSON
  // comes from somewhere before Personio and proves nothing.
  bool counts_as_revoked(const Reply& reply) override {
    if (reply.status() == 403 && JsonDocument(reply.body()).object() != nullptr) return true;
    return RevocationFlow::counts_as_revoked(reply);
  }
};

class Personio {
 public:
  explicit Personio(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<Connect>(std::move(input));
  }
  std::unique_ptr<Flow> refresh(Input input) const {
    return std::make_unique<Refresh>(std::move(input));
  }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<Revoke>(std::move(input));
  }
};

}  // namespace
}  // namespace personio

PATCHBAY_CONNECTOR(personio::Personio, patchbay::sdk::embedded_manifest())
