#pragma once
// A hub with the Salesforce connector, the operator's app set up, beside Salesforce's sandbox; and
// the person who connects an organisation, with a browser's part played over TLS.
#include <string>
#include <utility>
#include <vector>

#include "accounts/waiting_flows.h"
#include "patchbay/sandbox/client.h"
#include "patchbay/sandbox/text.h"
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
    accounts::IntegrationService integrations(hub->services());
    auto made = wait(integrations.create(hub->project_id(),
                                         {.connector_id = "salesforce",
                                          .wish = {.name = environment,
                                                   .environment = environment,
                                                   .make_default = environment == "production"}},
                                         {}));
    if (!made) throw std::runtime_error(made.error().message);
    set_up_app(made->id);
    return made->id;
  }

  void set_up_app(const std::string& integration, const std::string& secret = {}) {
    const auto app = provider->credentials().front().as_object().at("fields").as_object();
    std::map<std::string, SecretString> values;
    values.emplace("client_id", SecretString(std::string(app.at("client_id").as_string())));
    values.emplace(
        "client_secret",
        SecretString(secret.empty() ? std::string(app.at("client_secret").as_string()) : secret));
    values.emplace("session_minutes", SecretString(std::string("120")));
    accounts::IntegrationService integrations(hub->services());
    const auto done =
        wait(integrations.set_up(hub->project_id(), integration, std::move(values), {}));
    ASSERT_TRUE(done) << done.error().message;
  }

  void set_option(const std::string& name, sandbox::json::value value) const {
    const auto wrong = provider->set_options({{name, std::move(value)}});
    ASSERT_FALSE(wrong) << *wrong;
  }

  void allow_all() {
    std::vector<std::string> all;
    for (const Action& action : manifest->actions) all.push_back(action.id);
    all.emplace_back("raw_reads");
    accounts::IntegrationWish wish;
    wish.allowed_actions = std::move(all);
    accounts::IntegrationService integrations(hub->services());
    const auto done =
        wait(integrations.change(hub->project_id(), integration_id, std::move(wish), {}));
    ASSERT_TRUE(done) << done.error().message;
  }

  // ---- the person ----

  struct Away {
    store::ConnectSession session;
    std::string url;  // of the sign-in page; empty: nobody was sent there
    Error error;
  };
  Away send_away(const std::string& owner = "acme", const std::string& account_id = {}) {
    auto wanted = session_request(owner);
    wanted.account_id = account_id;
    wanted.integration_id = integration_id;
    auto request = link_request({"", ""}, std::move(wanted), "salesforce");
    request.form.values.clear();
    request.form.secrets.clear();
    request.has_browser = true;
    request.redirect_uri = "https://hub.example/connect/return";
    auto session = request.session;
    auto outcome = wait(hub->accounts().link(std::move(request)));
    return {std::move(session), outcome.waiting ? outcome.waiting->redirect_url : "",
            std::move(outcome.error)};
  }

  // What the page answers: the query of the address it sends the person back to; empty when it
  // refuses, which `page` then says. `org`: 0 acme, 1 globex, 2 acme's sandbox.
  sandbox::Fields decide(const std::string& url, const std::string& decision,
                         const std::string& org = "0") {
    const std::string host = manifest::parse_https_url(url)->host;
    const std::string target = manifest::parse_https_url(url)->path_and_query;
    sandbox::Client browser({.host = host,
                             .address = "127.0.0.1",
                             .port = salesforce.port(),
                             .ca_file = salesforce.ca_file()});
    const auto shown = browser.get(target);
    page = shown.body;
    if (shown.status != 200) return {};
    auto form =
        sandbox::parse_form(target.substr(target.find('?') + 1)).value_or(sandbox::Fields());
    form.add("decision", decision);
    form.add("org", org);
    const auto answer = browser.post_form("/services/oauth2/authorize", form);
    const std::string back = answer.headers.find("Location").value_or("");
    EXPECT_TRUE(back.starts_with("https://hub.example/connect/return?")) << answer.body;
    return sandbox::parse_form(back.substr(back.find('?') + 1)).value_or(sandbox::Fields());
  }

  accounts::LinkOutcome come_back(const Away& away, const sandbox::Fields& query) {
    accounts::ResumeRequest request;
    request.session = away.session;
    for (const auto& [name, value] : query) request.query.push_back({name, SecretString(value)});
    return wait(hub->accounts().linker().resume(std::move(request)));
  }

  accounts::LinkOutcome connected(const std::string& owner = "acme", const std::string& org = "0",
                                  const std::string& account_id = {}) {
    const Away away = send_away(owner, account_id);
    if (away.url.empty()) throw std::runtime_error("not sent away: " + away.error.message);
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
  std::string page;  // what the sign-in page last showed
};

}  // namespace patchbay::integration
