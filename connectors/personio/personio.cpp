// The Personio connector: client credentials of a custom integration, tokens for API v2 and v1, and
// the proof that Employees may be read. README.md lists its requests and messages.
#include <algorithm>
#include <string_view>
#include <utility>

#include "mint.h"
#include "patchbay/sdk/export.h"
#include "patchbay/sdk/json_reply.h"
#include "patchbay/sdk/revocation.h"

namespace personio {
namespace {

using namespace patchbay::sdk;

constexpr std::string_view kEmployeesRead = "employees:read";

class Connect : public Mint {
 public:
  explicit Connect(Input input) : Mint(std::move(input), false) {}

 protected:
  void authorised(const Event&, Action& action) override {
    if (token().scopes_known && !has_word(token().scopes, "personio:persons:read") &&
        !has_word(token().scopes, kEmployeesRead)) {
      fail_employees_missing(action);
      return;
    }
    action.get("https://api.personio.de/v2/persons?limit=1")
        .bearer(token().value)
        .accept_json()
        .timeout_ms(options().endpoint.timeout_ms)
        .max_body(256U * 1024U);
    request_further_tokens(action);
  }

  void further(const Event& event, Action& action) override {
    read_further_tokens(event, 1);
    if (proved_employees_read(event.reply(0), action)) done(action).granted(kEmployeesRead);
  }

 private:
  static Fail& fail_employees_missing(Action& action) {
    return action.fail(Failure::permission, "error.employees_read_missing")
        .permission(kEmployeesRead);
  }

  // Personio answers 401 as well as 403 where the right is missing; the token itself is fresh.
  bool proved_employees_read(const Reply& reply, Action& action) {
    const std::string_view host = options().endpoint.host();
    const JsonDocument document(reply.body());
    if (reply.status() == 401 || reply.status() == 403) {
      const auto* error = json_first_object(json_array(document.object(), "errors"));
      fail_employees_missing(action).excerpt(json_text(error, "detail").value_or(""));
      return false;
    }
    if (failed_without_json(action, reply, document, host)) return false;
    const auto* persons = json_array(document.object(), "_data");
    if (persons == nullptr) {
      fail_unexpected_answer(action, reply, host);
      return false;
    }
    notice_bare_person(json_first_object(persons));
    return true;
  }

  // Attributes that were not ticked are left out without a word.
  void notice_bare_person(const boost::json::object* person) {
    const auto always_there = [](const auto& member) {
      return member.key() == "id" || member.key() == "employments" || member.key() == "_meta";
    };
    if (person != nullptr && std::ranges::all_of(*person, always_there)) {
      notice("notice.no_employee_attributes");
    }
  }
};

class Refresh : public Mint {
 public:
  explicit Refresh(Input input) : Mint(std::move(input), true) {}
};

// Whoever holds a token may revoke it; it is sent in the form and as the bearer.
class Revoke : public RevocationFlow {
 public:
  explicit Revoke(Input input)
      : RevocationFlow(std::move(input),
                       {.endpoint = {.url = "https://api.personio.de/v2/auth/revoke"},
                        .authentication = RevocationAuthentication::bearer,
                        .forbidden_means_gone = true}) {}
};

using Personio = Flows<Connect, Refresh, Revoke>;

}  // namespace
}  // namespace personio

PATCHBAY_CONNECTOR(personio::Personio, patchbay::sdk::embedded_manifest())
