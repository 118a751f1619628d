#include "web/people_pages.h"

#include <algorithm>
#include <utility>

#include "web/operator_routes.h"
#include "web/people_view.h"
#include "web/request_checks.h"
#include "web/secret_page.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kHome = "/app/settings/people";
constexpr std::size_t kMostNameBytes = 100;

bool is_name(std::string_view text) {
  return text.size() <= kMostNameBytes &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

// What was entered, and what is wrong with it.
struct PeoplePages::Form {
  Person person{store::Role::kViewer, {}};
  std::string name_error = {};
  unsigned status = 200;
};

void PeoplePages::add_routes(net::Router& router) {
  OperatorRoutes<PeoplePages> routes(router, site_, *this);
  routes.get("/app/settings/people", &PeoplePages::list, store::Role::kAdmin);
  routes.post("/app/settings/people", &PeoplePages::make_link, store::Role::kAdmin);
  routes.post("/app/settings/people/links/{link}/withdraw", &PeoplePages::withdraw_link,
              store::Role::kAdmin);
  routes.post("/app/settings/people/sessions/{session}/end", &PeoplePages::end_session,
              store::Role::kAdmin);
}

net::Task<net::Response> PeoplePages::list(net::Request& request, const Site::Session& session) {
  co_return co_await show_list(request, session, {});
}

net::Task<net::Response> PeoplePages::show_list(net::Request& request, const Site::Session& session,
                                                Form form) {
  const Language& language = language_of(request);
  const auto present = co_await site_.access.present(session.id);
  if (!present) co_return site_.error(request, present.error(), &session);
  std::vector<View> sessions;
  sessions.reserve(present->signed_in.size());
  for (const auto& row : present->signed_in)
    sessions.push_back(session_view(row, site_.now(), language));
  std::vector<View> links;
  links.reserve(present->links.size());
  for (const auto& link : present->links)
    links.push_back(open_link_view(link, site_.now(), language));
  View view;
  view.flag("at_people", true)
      .list("sessions", std::move(sessions))
      .flag("has_links", !links.empty())
      .list("links", std::move(links))
      .flag("cut", present->cut)
      .text("entered_name", form.person.name)
      .text("name_error", form.name_error)
      .list("roles", role_choices(form.person.role, language));
  site_.put_flash(view, session);
  co_return site_.page(request, {.template_name = "people",
                                 .title = language.text("people.title"),
                                 .view = std::move(view),
                                 .status = form.status,
                                 .nav = Nav::kSettings,
                                 .session = &session,
                                 .problem = form.status != 200});
}

// A link lets somebody in, so it is recorded before it is made.
net::Task<net::Response> PeoplePages::make_link(net::Request& request, const Site::Session& session,
                                                net::Params& form) {
  const Language& language = language_of(request);
  Form entered;
  entered.person.name = form.get_or("name", "");
  const auto role = store::role_from(form.get_or("role", ""));
  entered.person.role = role.value_or(store::Role::kViewer);
  entered.status = 422;
  if (entered.person.name.empty()) entered.name_error = language.text("people.name_missing");
  if (!is_name(entered.person.name)) entered.name_error = language.text("people.name_malformed");
  if (!role || !entered.name_error.empty())
    co_return co_await show_list(request, session, std::move(entered));
  if (site_.options.audit != nullptr) {
    const auto recorded = site_.options.audit->append(audit::asked_by(
        operator_asks(request, session),
        {.kind = "operator.signin_link_made", .subject = actor_of(entered.person)}));
    if (!recorded)
      co_return site_.go_with_flash(session, kHome, language.text("people.not_made"),
                                    recorded.error());
  }
  const auto path = co_await site_.access.make_link(entered.person);
  if (!path)
    co_return site_.go_with_flash(session, kHome, language.text("people.not_made"), path.error());
  SecretString link(own_origin(request, site_.options.public_origin));
  link.append(path->reveal());
  co_return secret_page(
      site_, request, session,
      {.texts = "people",
       .title = language.text("people.made_title"),
       .intro = language.rich(
           "people.made_intro",
           {{"name", entered.person.name},
            {"role", language.text("role." + std::string(store::to_string(entered.person.role)))}}),
       .secret = link,
       .use = language.text("people.made_use",
                            {{"time", language.duration(site_.options.times.link_ms)}}),
       .back = kHome,
       .done = std::string(kHome)});
}

net::Task<net::Response> PeoplePages::withdraw_link(net::Request& request,
                                                    const Site::Session& session) {
  const Language& language = language_of(request);
  const auto person = co_await site_.access.withdraw_link(std::string(request.param("link")));
  if (!person)
    co_return site_.go_with_flash(session, kHome, language.text("people.not_done"), person.error());
  audit::append_or_complain(
      site_.options.audit,
      audit::asked_by(operator_asks(request, session),
                      {.kind = "operator.signin_link_withdrawn", .subject = actor_of(*person)}));
  co_return site_.go_with_flash(
      session, kHome,
      language.text("people.now_withdrawn", {{"name", name_of(*person, language)}}));
}

net::Task<net::Response> PeoplePages::end_session(net::Request& request,
                                                  const Site::Session& session) {
  const Language& language = language_of(request);
  const auto ended = co_await site_.access.end_session(std::string(request.param("session")));
  if (!ended)
    co_return site_.go_with_flash(session, kHome, language.text("people.not_done"), ended.error());
  site_.memory.forget(ended->session_id);
  audit::append_or_complain(
      site_.options.audit,
      audit::asked_by(operator_asks(request, session),
                      {.kind = "operator.session_ended", .subject = actor_of(ended->person)}));
  co_return site_.go_with_flash(
      session, kHome,
      language.text("people.now_ended", {{"name", name_of(ended->person, language)}}));
}

}  // namespace patchbay::web
