#include "web/integration_pages.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/encoding.h"
#include "web/connector_view.h"
#include "web/manifest_text.h"
#include "web/operator_routes.h"
#include "web/request_checks.h"
#include "web/waiting_pages.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kHome = "/app/integrations";

// Every action that a manifest may have, what stands beside them in the list
// (accounts/permission_report.h), the mode and the CSRF token.
constexpr std::size_t kMostBoxes = accounts::kMostActions + 2 + 2;

std::string id_of(const net::Request& request) {
  return std::string(request.param("id"));
}

std::string address_of(std::string_view id) {
  return std::string(kHome) + "/" + percent_encode(id);
}

}  // namespace

void IntegrationPages::add_routes(net::Router& router) {
  OperatorRoutes<IntegrationPages> routes(router, site_, *this);
  constexpr auto kAdmin = store::Role::kAdmin;
  routes.get("/app/integrations", &IntegrationPages::list);
  routes.get("/app/integrations/{id}", &IntegrationPages::show);
  routes.post("/app/integrations", &IntegrationPages::create, kAdmin);
  routes.post("/app/integrations/{id}/actions", &IntegrationPages::allow, kAdmin,
              {.max_count = kMostBoxes});
  routes.post("/app/integrations/{id}", &IntegrationPages::describe, kAdmin);
  routes.post("/app/integrations/{id}/setup", &IntegrationPages::set_up, kAdmin);
  routes.post("/app/integrations/{id}/on", &IntegrationPages::switch_on, kAdmin);
  routes.post("/app/integrations/{id}/off", &IntegrationPages::switch_off, kAdmin);
  routes.post("/app/integrations/{id}/default", &IntegrationPages::make_default, kAdmin);
}

net::Response IntegrationPages::back(const net::Request& request, const Site::Session& session,
                                     std::string_view text_id,
                                     const std::optional<Error>& error) const {
  if (error && error->code == ErrorCode::kNotFound) return site_.error(request, *error, &session);
  return site_.go_with_flash(session, address_of(request.param("id")),
                             language_of(request).text(text_id), error);
}

net::Task<net::Response> IntegrationPages::list(net::Request& request,
                                                const Site::Session& session) {
  const Language& language = language_of(request);
  const auto all = co_await integrations_.list(session.project_id, "");
  if (!all) co_return site_.error(request, all.error(), &session);
  std::vector<View> rows;
  for (const auto& integration : *all)
    rows.push_back(integration_view(
        {integration, site_.options.registry.find(integration.connector_id)}, language));
  std::vector<View> connectors;
  for (const auto& connector : site_.options.registry.list()) {
    if (connector->state != connector::ConnectorState::kReady || !connector->manifest) continue;
    connectors.push_back(View()
                             .text("value", connector->id)
                             .text("label", provider_name(*connector->manifest, language)));
  }
  View view;
  view.flag("has_integrations", !rows.empty())
      .list("integrations", std::move(rows))
      .flag("has_connectors", !connectors.empty())
      .list("connectors", std::move(connectors));
  site_.put_flash(view, session);
  co_return site_.page(request, {.template_name = "integrations",
                                 .title = language.text("integrations.title"),
                                 .view = std::move(view),
                                 .nav = Nav::kIntegrations,
                                 .session = &session});
}

net::Task<net::Response> IntegrationPages::show(net::Request& request,
                                                const Site::Session& session) {
  co_return co_await show_one(request, session, {});
}

net::Task<net::Response> IntegrationPages::show_one(net::Request& request,
                                                    const Site::Session& session, Entered entered) {
  const Language& language = language_of(request);
  const auto integration = co_await integrations_.get(session.project_id, id_of(request));
  if (!integration) co_return site_.error(request, integration.error(), &session);
  const auto connector = site_.options.registry.find(integration->connector_id);
  View view = integration_view({*integration, connector}, language);
  bool sandboxed = false;
  if (connector && connector->manifest) {
    const auto& manifest = *connector->manifest;
    const auto chosen = chosen_actions(*integration);
    auto boxes = boxes_to_tick(manifest, chosen, language);
    view.view("allowed", action_choices(manifest, chosen, language))
        .flag("has_boxes", !boxes.empty())
        .list("boxes", std::move(boxes))
        .text("boxes_intro", language.text("integration.boxes_intro",
                                           {{"provider", provider_name(manifest, language)}}))
        .text("fields_to_fill", fields_to_fill(manifest, *integration, language))
        .view("setup", setup_view(manifest, *integration, entered.setup, language));
    sandboxed = is_sandboxed(manifest, site_.options.overridden_hosts);
  }
  view.text("redirect_uri",
            own_origin(request, site_.options.public_origin) + std::string(kReturnPath))
      .text("setup_error", entered.error);
  site_.put_flash(view, session);
  const bool wrong = !entered.error.empty() || !entered.setup.problems.empty();
  co_return site_.page(request, {.template_name = "integration",
                                 .title = integration->name,
                                 .view = std::move(view),
                                 .status = wrong ? 422U : 200U,
                                 .nav = Nav::kIntegrations,
                                 .session = &session,
                                 .problem = wrong,
                                 .sandboxed = sandboxed});
}

net::Task<net::Response> IntegrationPages::create(net::Request& request,
                                                  const Site::Session& session, net::Params& form) {
  accounts::NewIntegration wanted;
  wanted.connector_id = form.get_or("connector", "");
  if (const auto name = form.get_or("name", ""); !name.empty()) wanted.wish.name = name;
  const auto made = co_await integrations_.create(session.project_id, std::move(wanted),
                                                  operator_asks(request, session));
  if (!made)
    co_return site_.go_with_flash(session, kHome, language_of(request).text("integration.not_done"),
                                  made.error());
  co_return net::redirect(address_of(made->id));
}

net::Task<net::Response> IntegrationPages::change(net::Request& request,
                                                  const Site::Session& session,
                                                  accounts::IntegrationWish wish,
                                                  std::string_view done_text) {
  const auto changed = co_await integrations_.change(
      session.project_id, id_of(request), std::move(wish), operator_asks(request, session));
  if (changed) co_return back(request, session, done_text);
  co_return back(request, session, "integration.not_done", changed.error());
}

net::Task<net::Response> IntegrationPages::allow(net::Request& request,
                                                 const Site::Session& session, net::Params& form) {
  accounts::IntegrationWish wish;
  if (form.get_or("mode", "") == "reads") {
    wish.allowed_actions.emplace(std::nullopt);
  } else {
    const auto ticked = form.get_all("action");
    wish.allowed_actions.emplace(std::vector<std::string>(ticked.begin(), ticked.end()));
  }
  co_return co_await change(request, session, std::move(wish), "integration.now_allowed");
}

net::Task<net::Response> IntegrationPages::describe(net::Request& request,
                                                    const Site::Session& session,
                                                    net::Params& form) {
  accounts::IntegrationWish wish;
  wish.name = form.get_or("name", "");
  if (form.has("environment")) wish.environment = form.get_or("environment", "");
  co_return co_await change(request, session, std::move(wish), "integration.now_saved");
}

net::Task<net::Response> IntegrationPages::switch_on(net::Request& request,
                                                     const Site::Session& session) {
  co_return co_await change(request, session, {.active = true}, "integration.now_on");
}

net::Task<net::Response> IntegrationPages::switch_off(net::Request& request,
                                                      const Site::Session& session) {
  co_return co_await change(request, session, {.active = false}, "integration.now_off");
}

net::Task<net::Response> IntegrationPages::make_default(net::Request& request,
                                                        const Site::Session& session) {
  co_return co_await change(request, session, {.make_default = true}, "integration.now_default");
}

// What is secret is not shown again, so all of it has to be entered again after a mistake.
net::Task<net::Response> IntegrationPages::set_up(net::Request& request,
                                                  const Site::Session& session, net::Params& form) {
  const auto integration = co_await integrations_.get(session.project_id, id_of(request));
  if (!integration) co_return site_.error(request, integration.error(), &session);
  const auto connector = site_.options.registry.find(integration->connector_id);
  const auto* method = connector && connector->manifest
                           ? connector->manifest->find_auth_method(integration->auth_method)
                           : nullptr;
  Entered entered;
  std::map<std::string, SecretString> values;
  manifest::FormView shown;
  for (auto& field : take_fields(form)) {
    const auto* known = method != nullptr ? method->find_setup_field(field.name) : nullptr;
    if (known != nullptr && !known->secret && known->type != manifest::FieldType::kPassword)
      entered.setup.values.emplace(field.name, field.value.reveal());
    values.emplace(field.name, std::move(field.value));
  }
  for (const auto& [name, value] : values) shown[name] = value.reveal();
  if (method != nullptr) entered.setup.problems = check_form(method->setup_fields, shown);
  if (!entered.setup.problems.empty()) {
    entered.setup.secrets_retyped = true;
    co_return co_await show_one(request, session, std::move(entered));
  }
  const auto done = co_await integrations_.set_up(
      session.project_id, integration->id, std::move(values), operator_asks(request, session));
  if (done) co_return back(request, session, "integration.now_set_up");
  entered.error = done.error().message;
  entered.setup.secrets_retyped = true;
  co_return co_await show_one(request, session, std::move(entered));
}

}  // namespace patchbay::web
