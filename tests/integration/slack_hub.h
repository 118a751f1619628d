#pragma once
// A hub with the Slack connector, the operator's app set up, beside Slack's sandbox; and the person
// who installs the app, with a browser's part played over TLS.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "accounts/waiting_flows.h"
#include "patchbay/sandbox/client.h"
#include "patchbay/sandbox/text.h"
#include "provider_actions.h"
#include "slack_sandbox/slack_sandbox.h"

namespace patchbay::integration {

class SlackHub : public ProviderActions {
 protected:
  SlackHub() : ProviderActions("slack", "slack.so", slack_sandbox::info(), slack_sandbox::make) {
    set_option("rate_limits", false);
    const auto text = read_bytes(PATCHBAY_BUILD_DIR "/manifests/slack.json");
    const auto parsed = sandbox::json::parse(text);
    for (const auto& limit : parsed.at("rate_limits").as_array())  // nobody shall wait
      pace.limit_changes[{"slack", std::string(limit.at("id").as_string())}].requests = 60'000;
    open_with_connector();
    accounts::IntegrationService integrations(hub->services());
    auto made = wait(integrations.create(hub->project_id(), {.connector_id = "slack"}, {}));
    if (!made) throw std::runtime_error(made.error().message);
    integration_id = made->id;
    set_up_app("off");
  }

  void set_option(const std::string& name, sandbox::json::value value) const {
    const auto wrong = provider->set_options({{name, std::move(value)}});
    ASSERT_FALSE(wrong) << *wrong;
  }

  // The values of the sandbox's app, and whether the hub uses PKCE with it.
  void set_up_app(const std::string& pkce, const std::string& secret = {}) {
    const auto app = provider->credentials().front().as_object().at("fields").as_object();
    std::map<std::string, SecretString> values;
    values.emplace("client_id", SecretString(std::string(app.at("client_id").as_string())));
    values.emplace(
        "client_secret",
        SecretString(secret.empty() ? std::string(app.at("client_secret").as_string()) : secret));
    values.emplace("pkce", SecretString(pkce));
    accounts::IntegrationService integrations(hub->services());
    const auto done =
        wait(integrations.set_up(hub->project_id(), integration_id, std::move(values), {}));
    ASSERT_TRUE(done) << done.error().message;
  }

  void allow_actions(std::vector<std::string> actions) {
    accounts::IntegrationWish wish;
    wish.allowed_actions = std::move(actions);
    accounts::IntegrationService integrations(hub->services());
    const auto done =
        wait(integrations.change(hub->project_id(), integration_id, std::move(wish), {}));
    ASSERT_TRUE(done) << done.error().message;
  }

  // ---- the person ----

  struct Away {
    store::ConnectSession session;
    std::string url;  // of Slack's page; empty: nobody was sent there
    Error error;
  };
  Away send_away(const std::string& owner = "acme", const std::string& account_id = {}) {
    auto wanted = session_request(owner);
    wanted.account_id = account_id;
    auto request = link_request({"", ""}, std::move(wanted), "slack");
    request.form.values.clear();
    request.form.secrets.clear();
    request.has_browser = true;
    request.redirect_uri = "https://hub.example/connect/return";
    auto session = request.session;
    auto outcome = wait(hub->accounts().link(std::move(request)));
    return {std::move(session), outcome.waiting ? outcome.waiting->redirect_url : "",
            std::move(outcome.error)};
  }

  // What the page answers to `decision`: the query of the address it sends the person back to;
  // empty when it refuses, which `page` then says.
  sandbox::Fields decide(const std::string& url, const std::string& decision) {
    constexpr std::string_view kSite = "https://slack.com";
    EXPECT_TRUE(url.starts_with(kSite)) << url;
    sandbox::Client browser({.host = "slack.com",
                             .address = "127.0.0.1",
                             .port = slack.port(),
                             .ca_file = slack.ca_file()});
    const std::string target = url.substr(kSite.size());
    const auto shown = browser.get(target);
    page = shown.body;
    if (shown.status != 200) return {};
    auto form =
        sandbox::parse_form(target.substr(target.find('?') + 1)).value_or(sandbox::Fields());
    form.add("decision", decision);
    const auto answer = browser.post_form("/oauth/v2/authorize", form);
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

  accounts::LinkOutcome installed(const std::string& owner = "acme",
                                  const std::string& account_id = {}) {
    const Away away = send_away(owner, account_id);
    if (away.url.empty()) throw std::runtime_error("not sent away: " + away.error.message);
    return come_back(away, decide(away.url, "allow"));
  }
  store::Account linked_account() override {
    // With every action allowed, so that their scopes are asked for.
    std::vector<std::string> all;
    for (const Action& action : manifest->actions) all.push_back(action.id);
    allow_actions(std::move(all));
    return installed_account();
  }
  std::string denial_of(const std::string& permission) const override {
    const auto ref = manifest::PermissionRef::parse(permission);
    const auto* known = ref ? manifest->find_permission(ref->id) : nullptr;
    if (known == nullptr) throw std::logic_error("there is no permission " + permission);
    return known->side(ref->access).scopes.front();
  }
  store::Account installed_account() {
    auto outcome = installed();
    if (!outcome.account) throw std::runtime_error("not linked: " + outcome.error.message);
    return *std::move(outcome.account);
  }

  sandbox::Sandbox& slack = provider_sandbox;
  std::string integration_id;
  std::string page;  // what Slack's page last showed
};

}  // namespace patchbay::integration
