// Connectors without code, from their manifests alone, through the hub, over TLS, against their
// sandboxes: connecting, and every action (provider_actions.h). One of them comes as a library with
// the same manifest, too (bamboohr_library), and does the same.
#include "bamboohr_sandbox/bamboohr_sandbox.h"
#include "hibob_sandbox/hibob_sandbox.h"
#include "humaans_sandbox/humaans_sandbox.h"
#include "provider_actions.h"

namespace patchbay::integration {
namespace {

struct Declared {
  const char* id;
  sandbox::ProviderInfo (*info)();
  std::unique_ptr<sandbox::Provider> (*make)(sandbox::Services);
  const char* probe;                           // the route that proves the credentials
  ErrorCode not_found = ErrorCode::kProtocol;  // what its answer 404 means
  const char* library = nullptr;               // the folder of the build that has one; else none
};

std::string name_of(const Declared& declared) {
  return declared.library == nullptr ? declared.id : declared.library;
}

void PrintTo(const Declared& declared, std::ostream* out) {
  *out << name_of(declared);
}

class DeclaredConnector : public ProviderActions, public testing::WithParamInterface<Declared> {
 protected:
  DeclaredConnector()
      : ProviderActions(
            GetParam().id,
            std::string(GetParam().id) + (GetParam().library == nullptr ? ".json" : ".so"),
            GetParam().info(), GetParam().make,
            GetParam().library == nullptr ? "connectors" : GetParam().library) {
    pace.limit_changes[{connector_id, "people_search"}].requests = 6'000;  // nobody shall wait
    open_with_connector();
  }

  // ---- connecting ----

  // What the sandbox says may be typed.
  std::map<std::string, std::string> given() const {
    std::map<std::string, std::string> values;
    const auto all = provider->credentials();
    for (const auto& [id, value] : all.front().as_object().at("fields").as_object())
      values.emplace(id, value.as_string());
    return values;
  }

  // That, with `field`, if one is named, changed by one letter.
  accounts::LinkRequest right_request(const std::string& field = {},
                                      const std::string& owner = "acme") {
    auto request = link_request({"", ""}, session_request(owner), GetParam().id);
    request.form.values.clear();
    request.form.secrets.clear();
    const auto& method = manifest->auth_methods.front();
    for (auto [id, text] : given()) {
      if (id == field) text.back() = text.back() == 'x' ? 'y' : 'x';
      const auto* known = method.find_field(id);
      if (known == nullptr) throw std::logic_error("the form has no field " + id);
      if (known->secret) {
        request.form.secrets.push_back({id, SecretString(text)});
      } else {
        request.form.values.push_back({id, text});
      }
    }
    return request;
  }

  store::Account linked_account() override { return connected(); }
  store::Account connected(const std::string& owner = "acme") {
    auto outcome = wait(hub->accounts().link(right_request({}, owner)));
    if (!outcome.account) throw std::runtime_error("not linked: " + outcome.error.message);
    return *std::move(outcome.account);
  }
};

TEST_P(DeclaredConnector, ConnectsWithWhatTheProviderGaveOutAndKeepsItToItself) {
  const auto account = connected();
  EXPECT_EQ(account.connector_id, GetParam().id);
  EXPECT_EQ(provider_sandbox.calls().count(GetParam().probe), 1U);
  const auto lines = audited();
  for (const auto& field : manifest->auth_methods.front().fields)
    if (field.secret) EXPECT_EQ(lines.find(given().at(field.id)), std::string::npos);
}

TEST_P(DeclaredConnector, SaysAtTheSecretThatWrongCredentialsAreWrong) {
  const auto& method = manifest->auth_methods.front();
  const auto secret = std::ranges::find_if(method.fields, &manifest::Field::secret);
  ASSERT_NE(secret, method.fields.end());
  for (const auto& field : method.fields) {
    if (field.format == manifest::FieldFormat::kHostLabel) continue;  // another host, then
    const auto outcome = wait(hub->accounts().link(right_request(field.id)));
    ASSERT_FALSE(outcome.account) << field.id;
    EXPECT_EQ(outcome.error.code, ErrorCode::kInvalidCredentials) << outcome.error.message;
    EXPECT_EQ(outcome.error.field, secret->id) << outcome.error.message;
  }
  expect_nothing_stored();
}

TEST_P(DeclaredConnector, ThatMayNotUseTheApiIsToldSo) {
  provider_sandbox.inject({.kind = FaultKind::status, .times = 0, .status = 403});
  const auto outcome = wait(hub->accounts().link(right_request()));
  ASSERT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kPermissionMissing) << outcome.error.message;
  expect_nothing_stored();
}

TEST_P(DeclaredConnector, NamesAProviderThatFailsWhileConnecting) {
  const struct {
    Fault fault;
    ErrorCode code;
  } kFaults[] = {
      {{.kind = FaultKind::status, .status = 500}, ErrorCode::kUnavailable},
      {{.kind = FaultKind::status, .status = 429}, ErrorCode::kRateLimited},
      {{.kind = FaultKind::status, .status = 404}, GetParam().not_found},
      {{.kind = FaultKind::garbage}, ErrorCode::kProtocol},
  };
  for (const auto& [fault, code] : kFaults) {
    auto always = fault;
    always.times = 0;
    provider_sandbox.inject(always);
    const auto outcome = wait(hub->accounts().link(right_request()));
    provider_sandbox.clear_faults();
    ASSERT_FALSE(outcome.account);
    EXPECT_EQ(outcome.error.code, code) << outcome.error.message;
    EXPECT_NE(outcome.error.message.find(GetParam().info().hosts.front()), std::string::npos)
        << outcome.error.message;
  }
  expect_nothing_stored();
}

TEST_P(DeclaredConnector, HasAnEntryForEachActionAndNoneWithoutItsAction) {
  has_an_entry_for_each();
}
TEST_P(DeclaredConnector, NoActionThatWritesSaysThatItReads) {
  says_rightly_what_reads();
}
TEST_P(DeclaredConnector, IsTriedWithEveryInputItsActionsTake) {
  tries_every_input();
}
TEST_P(DeclaredConnector, ItsActionsSucceed) {
  all_succeed();
}
TEST_P(DeclaredConnector, PagesGoOnWhereOneEnded) {
  pages_go_on();
}
TEST_P(DeclaredConnector, NamesThePermissionThatIsMissing) {
  names_missing_permissions();
}
TEST_P(DeclaredConnector, RefusesWrongInputBeforeAnythingIsSent) {
  refuses_wrong_input();
}
TEST_P(DeclaredConnector, NamesAProviderThatFails) {
  names_a_provider_that_fails();
}

INSTANTIATE_TEST_SUITE_P(
    Of, DeclaredConnector,
    testing::Values(Declared{"hibob", &hibob_sandbox::info, &hibob_sandbox::make,
                             "GET /v1/company/people/fields"},
                    Declared{"humaans", &humaans_sandbox::info, &humaans_sandbox::make,
                             "GET /api/me"},
                    Declared{"bamboohr", &bamboohr_sandbox::info, &bamboohr_sandbox::make,
                             "GET /api/v1/company_information", ErrorCode::kInvalidCredentials},
                    Declared{"bamboohr", &bamboohr_sandbox::info, &bamboohr_sandbox::make,
                             "GET /api/v1/company_information", ErrorCode::kInvalidCredentials,
                             "bamboohr_library"}),
    [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace patchbay::integration
