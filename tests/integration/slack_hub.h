#pragma once
// A hub with the Slack connector, the operator's app set up, beside Slack's sandbox; and the person
// who installs the app, with a browser's part played over TLS.
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    integration_id = make_integration({.connector_id = "slack"});
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
    set_up(integration_id, std::move(values));
  }

  void allow_actions(std::vector<std::string> actions) {
    allow(integration_id, std::move(actions));
  }

  // ---- the person ----

  Away send_away(const std::string& owner = "acme", const std::string& account_id = {}) {
    auto wanted = session_request(owner);
    wanted.account_id = account_id;
    return SigningIn::send_away("slack", std::move(wanted));
  }
  sandbox::Fields decide(const std::string& url, const std::string& decision) {
    EXPECT_TRUE(url.starts_with("https://slack.com/oauth/v2/authorize?")) << url;
    return SigningIn::decide(slack, url, {{"decision", decision}});
  }

  accounts::LinkOutcome installed(const std::string& owner = "acme",
                                  const std::string& account_id = {}) {
    const Away away = send_away(owner, account_id);
    if (away.url.empty()) throw std::runtime_error("not sent away: " + away.outcome.error.message);
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
};

}  // namespace patchbay::integration
