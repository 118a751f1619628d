#include "web/playground_pages.h"

#include <optional>
#include <utility>

#include "actions/catalogue.h"
#include "api/call_action.h"
#include "base/encoding.h"
#include "web/connector_view.h"
#include "web/manifest_text.h"
#include "web/operator_routes.h"
#include "web/playground_result.h"
#include "web/playground_view.h"

namespace patchbay::web {
namespace {

std::string actions_of(const net::Request& request) {
  return "/app/accounts/" + percent_encode(request.param("id")) + "/actions";
}

}  // namespace

struct PlaygroundPages::Visit {
  net::Request& request;
  const Site::Session& session;
  actions::Catalogue catalogue = {};
  const manifest::Action* action = nullptr;  // in the catalogue's manifest
  std::vector<InputField> fields = {};
};

struct PlaygroundPages::Outcome {
  EnteredInput entered = {};
  std::vector<FieldFault> faults = {};
  std::optional<api::ApiError> error = {};
  std::optional<actions::ActionReply> reply = {};
  bool planned = false;  // the reply says what would be sent
  bool asks = false;     // it deletes, and nobody has said yes yet
};

void PlaygroundPages::add_routes(net::Router& router) {
  OperatorRoutes<PlaygroundPages> routes(router, site_, *this);
  constexpr auto kOperator = store::Role::kOperator;
  routes.get("/app/accounts/{id}/actions", &PlaygroundPages::list, kOperator);
  routes.get("/app/accounts/{id}/actions/{action}", &PlaygroundPages::show, kOperator);
  routes.post("/app/accounts/{id}/actions/{action}", &PlaygroundPages::try_it);
}

net::Response PlaygroundPages::refused(const net::Request& request, const Site::Session& session,
                                       const Error& error) const {
  if (error.code != ErrorCode::kForbidden) return site_.error(request, error, &session);
  return site_.message(request, {.text_id = "playground.not_allowed",
                                 .status = 404,
                                 .session = &session,
                                 .link = actions_of(request),
                                 .link_text_id = "playground.to_actions"});
}

net::Task<net::Response> PlaygroundPages::list(net::Request& request,
                                               const Site::Session& session) {
  const Language& language = language_of(request);
  const auto catalogue =
      co_await actions::catalogue_of(site_.options.services, site_.options.api.runner(),
                                     session.project_id, std::string(request.param("id")));
  if (!catalogue) co_return refused(request, session, catalogue.error());
  co_return site_.page(
      request, {.template_name = "playground",
                .title = language.text("playground.title"),
                .view = action_list_view(*catalogue, request.query.get_or("q", ""), language),
                .nav = Nav::kAccounts,
                .session = &session,
                .sandboxed = is_sandboxed(*catalogue->manifest, site_.options.overridden_hosts)});
}

net::Task<Result<PlaygroundPages::Visit>> PlaygroundPages::visit(net::Request& request,
                                                                 const Site::Session& session) {
  Visit visit{.request = request, .session = session};
  PATCHBAY_CO_TRY_ASSIGN(
      visit.catalogue,
      co_await actions::catalogue_of(site_.options.services, site_.options.api.runner(),
                                     session.project_id, std::string(request.param("id"))));
  visit.action = visit.catalogue.find(request.param("action"));
  if (visit.action == nullptr)
    co_return make_error(ErrorCode::kForbidden, "The integration does not allow this action.");
  visit.fields = input_fields(*visit.action);
  co_return visit;
}

net::Task<net::Response> PlaygroundPages::show(net::Request& request,
                                               const Site::Session& session) {
  const auto visited = co_await visit(request, session);
  if (!visited) co_return refused(request, session, visited.error());
  co_return page(*visited, {});
}

net::Task<net::Response> PlaygroundPages::try_it(net::Request& request,
                                                 const Site::Session& session, net::Params& form) {
  const auto visited = co_await visit(request, session);
  if (!visited) co_return refused(request, session, visited.error());
  const auto outcome = co_await run(*visited, entered_input(visited->fields, form), form);
  co_return page(*visited, outcome);
}

net::Task<PlaygroundPages::Outcome> PlaygroundPages::run(const Visit& visit, EnteredInput entered,
                                                         const net::Params& form) {
  Outcome outcome{.entered = std::move(entered)};
  const Language& language = language_of(visit.request);
  auto input = input_json(visit.fields, outcome.entered);
  outcome.faults = faults_of(input.mistakes, language);
  if (!outcome.faults.empty()) co_return outcome;
  const manifest::Action& action = *visit.action;
  outcome.planned = form.get("how") == "plan";
  outcome.asks = !outcome.planned && action.destructive && form.get("confirmed") != "yes";
  if (outcome.asks && action.handler == manifest::Handler::kConnector) co_return outcome;
  outcome.planned = outcome.planned || outcome.asks;
  auto& api = site_.options.api;
  auto reply = co_await api::call_action(api.door(), api.runner(), visit.request,
                                         {.project_id = visit.session.project_id,
                                          .who = operator_asks(visit.request, visit.session),
                                          .source = "pages"},
                                         {.account_id = visit.catalogue.account.id,
                                          .action_id = action.id,
                                          .input = std::move(input.text),
                                          .next = form.get_or("next", ""),
                                          .dry_run = outcome.planned});
  if (reply) {
    outcome.reply = *std::move(reply);
  } else {
    outcome.error = std::move(reply).error();
    outcome.faults = faults_of(outcome.error->problems, language);
    outcome.asks = false;
  }
  co_return outcome;
}

net::Response PlaygroundPages::page(const Visit& visit, const Outcome& outcome) const {
  const Language& language = language_of(visit.request);
  const manifest::Manifest& manifest = *visit.catalogue.manifest;
  View view = action_view(visit.catalogue, *visit.action, language);
  auto fields = field_views(visit.fields, outcome.entered, outcome.faults, language);
  view.flag("has_fields", !fields.empty())
      .list("fields", std::move(fields))
      .list("hidden", hidden_inputs(outcome.entered))
      .flag("asks", outcome.asks)
      .flag("is_planned", outcome.reply && outcome.planned)
      .flag("is_done", outcome.reply && !outcome.planned)
      .flag("has_faults", !outcome.faults.empty())
      .flag("has_failed", outcome.error && outcome.faults.empty())
      .text("next", outcome.reply ? outcome.reply->next : "")
      .text("request_id", visit.request.id);
  if (outcome.reply && outcome.planned)
    view.view("planned", planned_view(manifest, outcome.reply->data, language));
  if (outcome.reply && !outcome.planned)
    view.view("result", result_view(outcome.reply->data, language));
  if (outcome.error) view.view("failure", failure_view(manifest, *outcome.error, language));
  const bool problem = outcome.error || !outcome.faults.empty();
  return site_.page(visit.request,
                    {.template_name = "playground_action",
                     .title = plain(manifest, language, visit.action->label),
                     .view = std::move(view),
                     .status = !outcome.faults.empty() ? 422U
                               : outcome.error         ? outcome.error->status
                                                       : 200U,
                     .nav = Nav::kAccounts,
                     .session = &visit.session,
                     .problem = problem,
                     .secret = outcome.reply.has_value(),
                     .sandboxed = is_sandboxed(manifest, site_.options.overridden_hosts)});
}

}  // namespace patchbay::web
