#pragma once
// A hub with the Salesforce connector, the operator's app set up, beside Salesforce's sandbox; and
// the person who connects an organisation, with a browser's part played over TLS.
#include <string>
#include <utility>
#include <vector>

#include "provider_actions.h"
#include "salesforce_sandbox/salesforce_sandbox.h"

namespace patchbay::integration {

class SalesforceHub : public ProviderActions {
 protected:
  SalesforceHub()
      : ProviderActions("salesforce", "salesforce.so", salesforce_sandbox::info(),
                        salesforce_sandbox::make) {
    const auto text = read_bytes(PATCHBAY_BUILD_DIR "/manifests/salesforce.json");
    const auto parsed = sandbox::json::parse(text);
    for (const auto& limit : parsed.at("rate_limits").as_array()) {  // nobody shall wait
      auto& change = pace.limit_changes[{"salesforce", std::string(limit.at("id").as_string())}];
      change.requests = 600'000;
    }
    open_with_connector();
    integration_id = make_integration("production");
  }

  std::string make_integration(const std::string& environment) {
    auto made =
        SigningIn::make_integration({.connector_id = "salesforce",
                                     .wish = {.name = environment,
                                              .environment = environment,
                                              .make_default = environment == "production"}});
    set_up_app(made);
    return made;
  }

  void set_up_app(const std::string& integration, const std::string& secret = {}) {
    const auto app = provider->credentials().front().as_object().at("fields").as_object();
    std::map<std::string, SecretString> values;
    values.emplace("client_id", SecretString(std::string(app.at("client_id").as_string())));
    values.emplace(
        "client_secret",
        SecretString(secret.empty() ? std::string(app.at("client_secret").as_string()) : secret));
    values.emplace("session_minutes", SecretString(std::string("120")));
    set_up(integration, std::move(values));
  }

  void set_option(const std::string& name, sandbox::json::value value) const {
    const auto wrong = provider->set_options({{name, std::move(value)}});
    ASSERT_FALSE(wrong) << *wrong;
  }

  void allow_all() {
    std::vector<std::string> all;
    for (const Action& action : manifest->actions) all.push_back(action.id);
    all.emplace_back("raw_reads");
    allow(integration_id, std::move(all));
  }

  // ---- the person ----

  Away send_away(const std::string& owner = "acme", const std::string& account_id = {}) {
    auto wanted = session_request(owner);
    wanted.account_id = account_id;
    wanted.integration_id = integration_id;
    return SigningIn::send_away("salesforce", std::move(wanted));
  }

  // `org`: 0 acme, 1 globex, 2 acme's sandbox.
  sandbox::Fields decide(const std::string& url, const std::string& decision,
                         const std::string& org = "0") {
    EXPECT_NE(url.find(".salesforce.com/services/oauth2/authorize?"), std::string::npos) << url;
    return SigningIn::decide(salesforce, url, {{"decision", decision}, {"org", org}});
  }

  accounts::LinkOutcome connected(const std::string& owner = "acme", const std::string& org = "0",
                                  const std::string& account_id = {}) {
    const Away away = send_away(owner, account_id);
    if (away.url.empty()) throw std::runtime_error("not sent away: " + away.outcome.error.message);
    return come_back(away, decide(away.url, "allow", org));
  }
  store::Account connected_account(const std::string& owner = "acme",
                                   const std::string& org = "0") {
    auto outcome = connected(owner, org);
    if (!outcome.account) throw std::runtime_error("not linked: " + outcome.error.message);
    return *std::move(outcome.account);
  }
  store::Account linked_account() override {
    allow_all();
    return connected_account();
  }

  // "contacts:write" is "Contact.edit" at Salesforce, and "identity:read" is a scope.
  std::string denial_of(const std::string& permission) const override {
    static const std::map<std::string, std::string> kObjects = {
        {"contacts", "Contact"}, {"accounts", "Account"}, {"leads", "Lead"},
        {"cases", "Case"},       {"tasks", "Task"},       {"opportunities", "Opportunity"},
        {"records", "*"}};
    if (permission == "api:read") return "api";
    if (permission == "identity:read") return "openid";
    const auto ref = manifest::PermissionRef::parse(permission);
    if (!ref) throw std::logic_error("there is no permission " + permission);
    return kObjects.at(ref->id) + (ref->access == manifest::Access::kRead ? ".read" : ".edit");
  }

  sandbox::Sandbox& salesforce = provider_sandbox;
  std::string integration_id;
};

}  // namespace patchbay::integration
