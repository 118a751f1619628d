#include "web/review_pages.h"

#include "base/log.h"
#include "web/manifest_text.h"
#include "web/operator_routes.h"
#include "web/review_view.h"

namespace patchbay::web {
namespace {

using connector::ConnectorState;

// As review_view.cpp reads it.
std::string decider(const Site::Session& session) {
  return session.person.name.empty() ? "page" : actor_of(session.person);
}

Site::Message gone(const Site::Session& session) {
  return {.text_id = "review.gone",
          .status = 404,
          .session = &session,
          .link = "/app/connectors",
          .link_text_id = "message.to_connectors"};
}

}  // namespace

void ReviewPages::add_routes(net::Router& router) {
  OperatorRoutes<ReviewPages> routes(router, site_, *this);
  routes.get("/app/connectors/review/{sha256}", &ReviewPages::show);
  const auto admin = store::Role::kAdmin;
  routes.post("/app/connectors/review/{sha256}/approve", &ReviewPages::approve, admin);
  routes.get("/app/connectors/review/{sha256}/withdraw", &ReviewPages::ask_withdraw, admin);
  routes.post("/app/connectors/review/{sha256}/withdraw", &ReviewPages::withdraw, admin);
  routes.post("/app/connectors/{id}/restart", &ReviewPages::restart, admin);
}

// Of several with the same content, the one that runs.
connector::ConnectorPtr ReviewPages::find(std::string_view sha256) const {
  connector::ConnectorPtr found;
  for (const auto& connector : site_.options.registry.list()) {
    if (connector->sha256 != sha256 || !can_be_reviewed(*connector)) continue;
    if (!found || connector->state == ConnectorState::kReady) found = connector;
  }
  return found;
}

net::Response ReviewPages::back(const Site::Session& session, Flash message) const {
  site_.memory.flash(session.id, std::move(message));
  return net::redirect("/app/connectors");
}

net::Task<net::Response> ReviewPages::show(net::Request& request, const Site::Session& session) {
  const auto connector = find(request.param("sha256"));
  if (!connector) co_return site_.message(request, gone(session));
  View view = review_page(*connector, site_.now(), language_of(request));
  co_return site_.page(request, {.template_name = "review",
                                 .title = provider_name(*connector->manifest, language_of(request)),
                                 .view = std::move(view),
                                 .nav = Nav::kConnectors,
                                 .session = &session});
}

net::Task<net::Response> ReviewPages::approve(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  const std::string sha256(request.param("sha256"));
  const auto decided = co_await site_.options.registry.approve(sha256, decider(session));
  if (!decided) {
    const bool exchanged = decided.error().code == ErrorCode::kNotFound;
    co_return back(session,
                   {.good = false,
                    .text = language.text(exchanged ? "review.exchanged" : "review.not_approved"),
                    .detail = exchanged ? std::string() : decided.error().message});
  }
  const auto connector = find(sha256);
  if (!connector)
    co_return back(session,
                   {.good = true, .text = language.text("review.approved_and_gone"), .detail = {}});
  const bool ready = connector->state == ConnectorState::kReady;
  const manifest::TextArguments names{{"name", provider_name(*connector->manifest, language)},
                                      {"version", connector->manifest->version}};
  co_return back(
      session,
      {.good = ready,
       .text = language.text(ready ? "review.now_approved" : "review.approved_but_unusable", names),
       .detail = connector->reason});
}

net::Task<net::Response> ReviewPages::ask_withdraw(net::Request& request,
                                                   const Site::Session& session) {
  const Language& language = language_of(request);
  const auto connector = find(request.param("sha256"));
  if (!connector) co_return site_.message(request, gone(session));
  store::AccountFilter filter;
  filter.project_id = session.project_id;
  filter.connector_ids = {connector->id};
  filter.limit = store::AccountFilter::kMaxLimit;
  const auto accounts = co_await site_.options.accounts.list(filter);
  if (!accounts) co_return site_.error(request, accounts.error(), &session);
  const manifest::TextArguments names{{"name", provider_name(*connector->manifest, language)},
                                      {"version", connector->manifest->version}};
  const auto count = static_cast<std::int64_t>(accounts->size());
  View view = review_page(*connector, site_.now(), language);
  view.html("intro_html", language.rich("withdraw.intro", names))
      .text("worker", language.text("withdraw.worker", names))
      .flag("has_accounts", count != 0)
      .text("accounts", count == 0 ? language.text("withdraw.no_accounts")
                                   : language.count("withdraw.accounts", count))
      .flag("several_projects", session.projects.size() > 1);
  co_return site_.page(request, {.template_name = "withdraw",
                                 .title = language.text("withdraw.title"),
                                 .view = std::move(view),
                                 .nav = Nav::kConnectors,
                                 .session = &session});
}

net::Task<net::Response> ReviewPages::withdraw(net::Request& request,
                                               const Site::Session& session) {
  const Language& language = language_of(request);
  const auto connector = find(request.param("sha256"));
  const auto decided = co_await site_.options.registry.withdraw(
      std::string(request.param("sha256")), decider(session));
  if (!decided || !connector) {
    const bool exchanged = decided || decided.error().code == ErrorCode::kNotFound;
    co_return back(session,
                   {.good = false,
                    .text = language.text(exchanged ? "review.exchanged" : "review.not_withdrawn"),
                    .detail = exchanged ? std::string() : decided.error().message});
  }
  co_return back(session,
                 {.good = true,
                  .text = language.text("review.now_withdrawn",
                                        {{"name", provider_name(*connector->manifest, language)}}),
                  .detail = {}});
}

net::Task<net::Response> ReviewPages::restart(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  const auto connector = site_.options.registry.find(request.param("id"));
  if (!connector) {
    co_return site_.message(request, {.text_id = "connectors.gone",
                                      .status = 404,
                                      .session = &session,
                                      .link = "/app/connectors",
                                      .link_text_id = "message.to_connectors"});
  }
  log::info("web", "connector_restarted", {{"connector", connector->id}});
  connector->runtime->forgive();
  const auto started = co_await connector->runtime->start();
  co_return back(session,
                 {.good = static_cast<bool>(started),
                  .text = language.text(started ? "health.now_started" : "health.not_started",
                                        {{"name", provider_name(*connector->manifest, language)}}),
                  .detail = started ? std::string() : started.error().message});
}

}  // namespace patchbay::web
