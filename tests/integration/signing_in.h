#pragma once
// A hub whose accounts are made where people sign in at the provider: the operator's client, and
// the person, with a browser's part played over TLS.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "accounts/integration_service.h"
#include "accounts/waiting_flows.h"
#include "hub_fixture.h"
#include "manifest/hosts.h"
#include "patchbay/sandbox/client.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::integration {

class SigningIn : public HubTest {
 protected:
  static constexpr std::string_view kReturn = "https://hub.example/connect/return";

  // ---- the operator ----

  std::string make_integration(accounts::NewIntegration wanted) {
    accounts::IntegrationService integrations(hub->services());
    auto made = wait(integrations.create(hub->project_id(), std::move(wanted), {}));
    if (!made) throw std::runtime_error(made.error().message);
    return made->id;
  }
  void set_up(const std::string& integration, std::map<std::string, SecretString> values) {
    accounts::IntegrationService integrations(hub->services());
    const auto done =
        wait(integrations.set_up(hub->project_id(), integration, std::move(values), {}));
    ASSERT_TRUE(done) << done.error().message;
  }
  void allow(const std::string& integration, std::vector<std::string> actions) {
    accounts::IntegrationWish wish;
    wish.allowed_actions = std::move(actions);
    accounts::IntegrationService integrations(hub->services());
    const auto done =
        wait(integrations.change(hub->project_id(), integration, std::move(wish), {}));
    ASSERT_TRUE(done) << done.error().message;
  }

  // ---- the person ----

  struct Away {
    store::ConnectSession session;
    std::string url;  // of the sign-in page; empty: nobody was sent there
    accounts::LinkOutcome outcome;
  };
  Away send_away(const std::string& connector, accounts::SessionRequest wanted) {
    auto request = link_request({"", ""}, std::move(wanted), connector);
    request.form.values.clear();
    request.form.secrets.clear();
    request.has_browser = true;
    request.redirect_uri = kReturn;
    auto session = request.session;
    auto outcome = wait(hub->accounts().link(std::move(request)));
    const auto url = outcome.waiting ? outcome.waiting->redirect_url : std::string();
    return {std::move(session), url, std::move(outcome)};
  }

  // What the sign-in page of `provider` answers to what the person enters there: the query of the
  // address it sends them back to; empty when it refuses, which `page` then says.
  sandbox::Fields decide(sandbox::Sandbox& provider, const std::string& url,
                         const std::vector<std::pair<std::string, std::string>>& entered) {
    const auto parts = manifest::parse_https_url(url);
    if (!parts) throw std::runtime_error("not a sign-in page: " + url);
    sandbox::Client browser({.host = parts->host,
                             .address = "127.0.0.1",
                             .port = provider.port(),
                             .ca_file = provider.ca_file()});
    const auto shown = browser.get(parts->path_and_query);
    page = shown.body;
    if (shown.status != 200) return {};
    const auto question = parts->path_and_query.find('?');
    auto form =
        sandbox::parse_form(parts->path_and_query.substr(question + 1)).value_or(sandbox::Fields());
    for (const auto& [name, value] : entered) form.add(name, value);
    const auto answer = browser.post_form(parts->path_and_query.substr(0, question), form);
    const std::string back = answer.headers.find("Location").value_or("");
    EXPECT_TRUE(back.starts_with(std::string(kReturn) + "?")) << answer.body;
    return sandbox::parse_form(back.substr(back.find('?') + 1)).value_or(sandbox::Fields());
  }

  accounts::LinkOutcome come_back(const Away& away, const sandbox::Fields& query) {
    accounts::ResumeRequest request;
    request.session = away.session;
    for (const auto& [name, value] : query) request.query.push_back({name, SecretString(value)});
    return wait(hub->accounts().linker().resume(std::move(request)));
  }

  std::string page;  // what a sign-in page last showed
};

}  // namespace patchbay::integration
