#include "web/project_pages.h"

#include <algorithm>

#include "web/account_view.h"
#include "web/operator_routes.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kHome = "/app/settings/projects";

// Of the sections that the menu has; anything else is the first.
std::string_view address_of(std::string_view section) {
  if (section == "integrations") return "/app/integrations";
  if (section == "accounts") return "/app/accounts";
  return section == "settings" ? "/app/settings/keys" : "/app/connectors";
}

}  // namespace

// What the form was given that failed, and why.
struct ProjectPages::Entered {
  std::string name = {};
  std::string error = {};
  unsigned status = 200;
};

void ProjectPages::add_routes(net::Router& router) {
  OperatorRoutes<ProjectPages> routes(router, site_, *this);
  routes.post("/app/project", &ProjectPages::choose, store::Role::kViewer);
  routes.get(kHome, &ProjectPages::list, store::Role::kAdmin);
  routes.post(kHome, &ProjectPages::create, store::Role::kAdmin);
  routes.post("/app/settings/projects/{id}/name", &ProjectPages::rename, store::Role::kAdmin);
}

net::Task<net::Response> ProjectPages::choose(net::Request& request, const Site::Session& session,
                                              net::Params& form) {
  const auto chosen =
      std::ranges::find(session.projects, form.get_or("project", ""), &store::Project::id);
  if (chosen == session.projects.end())
    co_return site_.message(request, {.text_id = "message.not_found",
                                      .status = 404,
                                      .session = &session,
                                      .link = "/app/connectors",
                                      .link_text_id = "message.to_connectors"});
  site_.memory.forget(session.id);  // what is remembered there is of the project that it leaves
  net::Response response = net::redirect(address_of(form.get_or("at", "")));
  response.cookie(OperatorAccess::choose(session, chosen->id));
  co_return response;
}

net::Task<net::Response> ProjectPages::list(net::Request& request, const Site::Session& session) {
  co_return show_list(request, session, {});
}

net::Response ProjectPages::show_list(const net::Request& request, const Site::Session& session,
                                      const Entered& entered) {
  const Language& language = language_of(request);
  std::vector<View> rows;
  rows.reserve(session.projects.size());
  for (const auto& project : session.projects)
    rows.push_back(View()
                       .text("id", project.id)
                       .text("name", project.name)
                       .flag("shown", project.id == session.project_id)
                       .view("created", time_view(project.created, site_.now(), language)));
  View view;
  view.list("rows", std::move(rows))
      .flag("at_projects", true)
      .text("entered_name", entered.name)
      .text("name_error", entered.error);
  site_.put_flash(view, session);
  return site_.page(request, {.template_name = "projects",
                              .title = language.text("projects.title"),
                              .view = std::move(view),
                              .status = entered.status,
                              .nav = Nav::kSettings,
                              .session = &session,
                              .problem = entered.status != 200});
}

net::Task<net::Response> ProjectPages::create(net::Request& request, const Site::Session& session,
                                              net::Params& form) {
  const Language& language = language_of(request);
  const auto made =
      co_await projects_.create(form.get_or("name", ""), operator_asks(request, session));
  if (made)
    co_return site_.go_with_flash(session, kHome,
                                  language.text("projects.now_made", {{"name", made->name}}));
  if (made.error().field != "name")
    co_return site_.go_with_flash(session, kHome, language.text("projects.not_made"), made.error());
  const bool taken = made.error().code == ErrorCode::kConflict;
  co_return show_list(
      request, session,
      {.name = form.get_or("name", ""),
       .error = language.text(taken ? "projects.name_taken" : "projects.name_malformed"),
       .status = 422});
}

net::Task<net::Response> ProjectPages::rename(net::Request& request, const Site::Session& session,
                                              net::Params& form) {
  const Language& language = language_of(request);
  const auto renamed = co_await projects_.rename(
      std::string(request.param("id")), form.get_or("name", ""), operator_asks(request, session));
  if (renamed)
    co_return site_.go_with_flash(session, kHome,
                                  language.text("projects.now_renamed", {{"name", renamed->name}}));
  if (renamed.error().code == ErrorCode::kNotFound)
    co_return site_.error(request, renamed.error(), &session);
  co_return site_.go_with_flash(session, kHome, language.text("projects.not_renamed"),
                                renamed.error());
}

}  // namespace patchbay::web
