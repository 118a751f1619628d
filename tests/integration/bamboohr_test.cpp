// BambooHR beyond what every connector without code is tried with (declared_connectors_test): the
// company that becomes part of the host, refusals as BambooHR words them, and that its manifest
// alone does what a library with the same manifest does.
#include "bamboohr_sandbox/bamboohr_sandbox.h"
#include "base/encoding.h"
#include "manifest/hosts.h"
#include "patchbay/sandbox/client.h"
#include "provider_actions.h"

namespace patchbay::integration {
namespace {

class BamboohrTest : public ProviderActions {
 protected:
  BamboohrTest()
      : ProviderActions("bamboohr", "bamboohr.json", bamboohr_sandbox::info(),
                        &bamboohr_sandbox::make) {
    open_with_connector();
    const auto fields = provider->credentials().front().as_object().at("fields").as_object();
    key = fields.at("api_key").as_string();
  }

  // The same provider again, to a hub without accounts that has the library in the manifest's
  // place.
  void come_as_library() {
    runner.reset();
    tokens.reset();
    hub.reset();
    fs::remove(connectors + "/bamboohr.json");
    drop("bamboohr.so", PATCHBAY_BUILD_DIR "/bamboohr_library/bamboohr.so");
    data = folder / "data-of-the-library";
    open_with_connector();
  }

  accounts::LinkOutcome link_company(const std::string& company, const std::string& api_key) {
    auto request = link_request({"", ""}, session_request("acme"), "bamboohr");
    request.form.values = {{"company", company}};
    request.form.secrets.clear();
    request.form.secrets.push_back({"api_key", SecretString(api_key)});
    return wait(hub->accounts().link(std::move(request)));
  }
  store::Account linked_account() override {
    auto outcome = link_company("acme", key);
    if (!outcome.account) throw std::runtime_error("not linked: " + outcome.error.message);
    return *std::move(outcome.account);
  }

  std::string key;
};

// What a person may type, or paste, and what another host could be made of.
const std::vector<std::string> kNoLabels = {"evil.example/",
                                            "evil.example#",
                                            "evil.example?",
                                            "evil.example\\",
                                            "acme.evil",
                                            "acme@",
                                            "user@evil.example",
                                            "acme:443",
                                            "a..b",
                                            "..",
                                            ".",
                                            "-a",
                                            "a-",
                                            "a_b",
                                            "ac me",
                                            "acme%2e",
                                            "\xc3\xa4rzte",
                                            "acme\xe3\x80\x82",
                                            "{company}",
                                            "https://acme.bamboohr.com",
                                            "https://acme.bamboohr.com/home",
                                            "acme.bamboohr.com",
                                            std::string(64, 'a')};

TEST_F(BamboohrTest, ACompanyThatIsNoLabelIsRefusedAtItsFieldAndNothingIsSent) {
  const auto& field = *manifest->auth_methods.front().find_field("company");
  for (const std::string& company : kNoLabels) {
    const auto outcome = link_company(company, key);
    ASSERT_FALSE(outcome.account) << company;
    ASSERT_EQ(outcome.field_problems.size(), 1U) << company;
    EXPECT_EQ(outcome.field_problems[0].field, "company") << company;
    EXPECT_EQ(outcome.field_problems[0].text, field.pattern_error) << company;
  }
  const auto empty = link_company("  ", key);
  ASSERT_EQ(empty.field_problems.size(), 1U);
  EXPECT_EQ(empty.field_problems[0].kind, manifest::FieldProblem::Kind::kRequired);
  EXPECT_EQ(provider_sandbox.calls().total(), 0U);
  expect_nothing_stored();
  // Whoever pastes the whole address reads what to type instead.
  for (const char* language : {"en", "de"}) {
    const auto text = manifest->texts.find(language, field.pattern_error);
    EXPECT_NE(text.find("https://acme.bamboohr.com"), std::string_view::npos) << text;
  }
}

TEST_F(BamboohrTest, NoHostButTheCompanysOwnIsAllowed) {
  const auto allowed = [&](const std::string& url, const std::string& company) {
    return manifest::host_allowed(*manifest, "GET", url, {{"company", company}});
  };
  EXPECT_TRUE(allowed("https://acme.bamboohr.com/api/v1/employees", "acme"));
  EXPECT_TRUE(allowed("https://acme.bamboohr.com/api/v1/employees", "ACME"));
  for (const char* url : {"https://globex.bamboohr.com/", "https://bamboohr.com/",
                          "https://acme.bamboohr.com.evil.example/", "https://evil.example/",
                          "http://acme.bamboohr.com/", "https://acme.bamboohr.com:8443/",
                          "https://acme@evil.example/"})
    EXPECT_FALSE(allowed(url, "acme")) << url;
  for (const std::string& company : kNoLabels) {
    EXPECT_FALSE(allowed("https://" + company + ".bamboohr.com/", company)) << company;
    EXPECT_FALSE(allowed("https://evil.example/", company)) << company;
    EXPECT_FALSE(allowed("https://acme.bamboohr.com/", company)) << company;
  }
}

// As if somebody had got at the store: what the form would never let in does not get out either.
TEST_F(BamboohrTest, AnAccountWhoseCompanyWasTamperedWithSendsNothing) {
  ready_for_actions();
  const auto sent = provider_sandbox.calls().total();
  for (const char* company : {"evil.example/", "acme.evil", "x@evil.example/"}) {
    sql(std::string("UPDATE accounts SET fields = '{\"company\":\"") + company + "\"}'");
    const auto reply = run("bamboohr_list_fields", "{}");
    ASSERT_FALSE(reply) << company;
    EXPECT_EQ(reply.error().code, ErrorCode::kConfiguration) << reply.error().message;
  }
  EXPECT_EQ(provider_sandbox.calls().total(), sent);
  sql(R"(UPDATE accounts SET fields = '{"company":"acme"}')");
  EXPECT_TRUE(run("bamboohr_list_fields", "{}"));  // and that was why
}

TEST_F(BamboohrTest, LettersOfEitherCaseAndBlanksAroundThemAreTheSameCompany) {
  for (const char* company : {"ACME", " acme\n", "Acme",
                              "\xc2\xa0"
                              "acme\xe2\x80\x8b"}) {
    const auto outcome = link_company(company, key);
    ASSERT_TRUE(outcome.account) << company << ": " << outcome.error.message;
    account_id = outcome.account->id;
    EXPECT_TRUE(run("bamboohr_list_fields", "{}")) << company;
  }
}

TEST_F(BamboohrTest, TheKeyIsTheUserNameAndStaysSecret) {
  ready_for_actions();
  const auto reply = run("bamboohr_list_fields", "{}");
  ASSERT_TRUE(reply) << reply.error().message;
  // The password may be anything.
  sandbox::Client client({.host = host,
                          .address = "127.0.0.1",
                          .port = provider_sandbox.port(),
                          .ca_file = provider_sandbox.ca_file()});
  const auto with = [&](const std::string& password) {
    return sandbox::Headers{{"Authorization", "Basic " + base64_encode(key + ":" + password)}};
  };
  EXPECT_EQ(client.get("/api/v1/company_information", with("x")).status, 200);
  EXPECT_EQ(client.get("/api/v1/company_information", with("")).status, 200);
  EXPECT_EQ(audited().find(key), std::string::npos);
}

TEST_F(BamboohrTest, WhatBambooHrSaysInAHeaderIsPassedOn) {
  ready_for_actions();
  deny("directory:read");
  const auto denied = run("bamboohr_list_directory", "{}");
  ASSERT_FALSE(denied);
  EXPECT_NE(denied.error().message.find("Directory disabled for this account"), std::string::npos)
      << denied.error().message;
  const auto gone = run("bamboohr_get_employee", R"({"employee_id": "999"})");
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().message.find("Employee not found"), std::string::npos)
      << gone.error().message;
}

TEST_F(BamboohrTest, TooManyRequestsAreToldWithTheTimeToWait) {
  ready_for_actions();
  ASSERT_FALSE(provider->set_options({{"requests_per_minute", 1}}));
  ASSERT_TRUE(run("bamboohr_list_fields", "{}"));
  const auto refused = run("bamboohr_list_fields", "{}");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited) << refused.error().message;
  EXPECT_GT(refused.error().retry_after_ms, 30'000);
}

TEST_F(BamboohrTest, TheSandboxAnswersInXmlUnlessJsonIsAskedFor) {
  sandbox::Client client({.host = host,
                          .address = "127.0.0.1",
                          .port = provider_sandbox.port(),
                          .ca_file = provider_sandbox.ca_file()});
  const auto asked = [&](const std::string& accept) {
    sandbox::Headers headers{{"Authorization", "Basic " + base64_encode(key + ":x")}};
    if (!accept.empty()) headers.add("Accept", accept);
    return client.get("/api/v1/employees/101?fields=firstName", headers);
  };
  EXPECT_TRUE(asked("").body.starts_with("<?xml")) << asked("").body;
  EXPECT_TRUE(asked("text/html").body.starts_with("<?xml"));
  EXPECT_EQ(asked("application/json").json().as_object().at("firstName").as_string(), "Ada");
}

// ---- alone, and as a library ----

struct Exchange {
  const char* name;
  const char* company;
  bool right_key;
  std::optional<Fault> fault;
};

TEST_F(BamboohrTest, TheManifestAloneDoesWhatALibraryWithItDoes) {
  const auto status = [](int number, const char* body = "") {
    return Fault{.kind = FaultKind::status, .times = 0, .status = number, .body = body};
  };
  const auto kind = [](FaultKind what) { return Fault{.kind = what, .times = 0}; };
  const std::vector<Exchange> kExchanges = {
      {"right", "acme", true, {}},
      {"upper case", "ACME", true, {}},
      {"wrong key", "acme", false, {}},
      {"nobody's host", "nobody", true, {}},
      {"no label", "evil.example/", true, {}},
      {"400", "acme", true, status(400)},
      {"401", "acme", true, status(401)},
      {"403", "acme", true, status(403, R"({"error":"x"})")},
      {"404", "acme", true, status(404, "<html>")},
      {"406", "acme", true, status(406)},
      {"429", "acme", true, status(429)},
      {"500", "acme", true, status(500)},
      {"503", "acme", true, status(503)},
      {"redirect", "acme", true, status(302)},
      {"empty", "acme", true, status(200)},
      {"no name", "acme", true, status(200, R"({"displayName": null})")},
      {"another shape", "acme", true, status(200, "[]")},
      {"garbage", "acme", true, kind(FaultKind::garbage)},
      {"cut", "acme", true, kind(FaultKind::cut_before_answer)},
      {"cut in the answer", "acme", true, kind(FaultKind::cut_in_answer)},
      {"html", "acme", true, kind(FaultKind::html)},
      {"broken JSON", "acme", true, kind(FaultKind::invalid_json)},
  };
  const auto told = [](const accounts::LinkOutcome& outcome) {
    std::string text = outcome.account
                           ? "linked: " + outcome.account->facts + " " + outcome.account->fields
                           : std::string(to_string(outcome.error.code)) + " at '" +
                                 outcome.error.field + "': " + outcome.error.message + " [" +
                                 outcome.message.id + "]";
    for (const auto& problem : outcome.field_problems) text += " " + problem.field;
    for (const auto& notice : outcome.notices) text += " (" + notice.id + ")";
    return text;
  };
  // How often depends on which connections were left open.
  const auto were_asked = [&] { return provider_sandbox.calls().total() > 0 ? ", asked" : ""; };
  const auto run_all = [&] {
    std::vector<std::string> seen;
    seen.reserve(2 * kExchanges.size());
    for (const Exchange& exchange : kExchanges) {
      provider_sandbox.calls().clear();
      if (exchange.fault) provider_sandbox.inject(*exchange.fault);
      const auto outcome = link_company(exchange.company, exchange.right_key ? key : "k" + key);
      provider_sandbox.clear_faults();
      seen.push_back(std::string(exchange.name) + ": " + told(outcome) + were_asked());
    }
    const auto account = linked_account();
    for (const Exchange& exchange : kExchanges) {
      if (!exchange.fault) continue;
      provider_sandbox.calls().clear();
      provider_sandbox.inject(*exchange.fault);
      const auto checked = refresh(account.id);
      provider_sandbox.clear_faults();
      seen.push_back("later, " + std::string(exchange.name) + ": " +
                     (checked ? "well" : checked.error().message) + were_asked());
    }
    return seen;
  };
  const auto alone = run_all();
  come_as_library();
  const auto coded = run_all();
  EXPECT_EQ(alone, coded);
  EXPECT_NE(alone[0].find("Acme"), std::string::npos) << alone[0];
  const std::set<std::string> different(alone.begin(), alone.end());
  EXPECT_GT(different.size(), kExchanges.size());  // the table tells cases apart
}

}  // namespace
}  // namespace patchbay::integration
