#include "web/connector_pages.h"

#include <algorithm>
#include <set>

#include "manifest/form_check.h"
#include "net/entity_tag.h"
#include "web/connect_access.h"
#include "web/manifest_text.h"
#include "web/render.h"
#include "web/request_checks.h"

namespace patchbay::web {
namespace {

constexpr std::int64_t kHere = 30LL * 60;  // seconds a link to oneself is good for
constexpr std::int64_t kDay = 24LL * 3600;
constexpr std::int64_t kValidDays[] = {1, 7, 30};
constexpr std::int64_t kUsualDays = 7;

// /app/connectors/{id}/...
std::string_view connector_in(const net::Request& request) {
  return request.segments.size() > 2 ? std::string_view(request.segments[2]) : std::string_view();
}

std::int64_t days_from(std::string_view text) {
  for (const std::int64_t days : kValidDays) {
    if (text == std::to_string(days)) return days;
  }
  return kUsualDays;
}

}  // namespace

struct ConnectorPages::LinkForm {
  Owner owner;
  std::int64_t days = kUsualDays;
  std::string id_error;
  std::string name_error;
};

void ConnectorPages::add_routes(net::Router& router) {
  using Session = Site::Session;
  router.add("GET", "/app/connectors",
             site_.operator_get([this](net::Request& request, const Session& session) {
               return list(request, session);
             }));
  router.add("GET", "/fragments/connectors",
             site_.operator_get([this](net::Request& request, const Session& session) {
               return list_fragment(request, session);
             }));
  // The second for a connector that is called "review", like the folder of the review pages.
  for (const char* path : {"/app/connectors/{id}/link", "/app/connectors/review/link"}) {
    router.add(
        "GET", path,
        site_.operator_get([this](net::Request& request,
                                  const Session& session) { return link_form(request, session); },
                           store::Role::kOperator));
  }
  router.add(
      "POST", "/app/connectors/{id}/link",
      site_.operator_post([this](net::Request& request, const Session& session, net::Params& form) {
        return link(request, session, form);
      }));
}

View ConnectorPages::cards(const net::Request& request, const Site::Session& session) const {
  const Language& language = language_of(request);
  const auto all = site_.options.registry.list();
  // A running connector and what its file is now are two of the list.
  const auto beside = [&](const connector::ConnectorPtr& one) {
    const auto other = std::ranges::find_if(
        all, [&](const auto& item) { return item != one && item->file == one->file; });
    return other == all.end() ? nullptr : other->get();
  };
  std::vector<View> ready;
  std::vector<View> awaiting;
  std::vector<View> troubled;
  for (const auto& connector : all) {
    auto& into = connector->state == connector::ConnectorState::kReady              ? ready
                 : connector->state == connector::ConnectorState::kAwaitingApproval ? awaiting
                                                                                    : troubled;
    into.push_back(
        connector_card(*connector, site_.options.overridden_hosts, language, beside(connector)));
  }
  View view;
  put_rights(view, session);
  return view.text("session_csrf", session.csrf)
      .flag("none", all.empty())
      .html("none_html", language.rich("connectors.none"))
      .flag("has_awaiting", !awaiting.empty())
      .list("awaiting", std::move(awaiting))
      .flag("has_ready", !ready.empty())
      .list("ready", std::move(ready))
      .flag("has_troubled", !troubled.empty())
      .list("troubled", std::move(troubled));
}

net::Task<net::Response> ConnectorPages::list(net::Request& request, const Site::Session& session) {
  View view = cards(request, session);
  const auto list = site_.fragment(request, "connector_list", view);
  view.text("etag", net::entity_tag(list.body));
  site_.put_flash(view, session);
  co_return site_.page(request, {.template_name = "connectors",
                                 .title = language_of(request).text("connectors.title"),
                                 .view = std::move(view),
                                 .nav = Nav::kConnectors,
                                 .session = &session});
}

net::Task<net::Response> ConnectorPages::list_fragment(net::Request& request,
                                                       const Site::Session& session) {
  net::Response response = site_.fragment(request, "connector_list", cards(request, session));
  const std::string tag = net::entity_tag(response.body);
  co_return net::with_entity_tag(request, std::move(response), tag);
}

net::Task<net::Response> ConnectorPages::link_form(net::Request& request,
                                                   const Site::Session& session) {
  co_return co_await show_form(
      request, session,
      {.owner = site_.memory.last_owner(session.id), .id_error = {}, .name_error = {}});
}

net::Task<net::Response> ConnectorPages::show_form(net::Request& request,
                                                   const Site::Session& session, LinkForm form) {
  const auto connector = site_.options.registry.find(connector_in(request));
  if (!connector) {
    co_return site_.message(request, {.text_id = "connectors.gone",
                                      .status = 404,
                                      .session = &session,
                                      .link = "/app/connectors",
                                      .link_text_id = "message.to_connectors"});
  }
  // Owners known from other accounts, to pick from.
  store::AccountFilter filter;
  filter.project_id = session.project_id;
  filter.limit = 200;
  std::vector<View> owners;
  if (const auto accounts = co_await site_.options.accounts.list(filter)) {
    std::set<std::string> seen;
    for (const auto& account : *accounts) {
      if (!seen.insert(account.owner_id).second) continue;
      owners.push_back(View().text("id", account.owner_id).text("name", account.owner_name));
    }
  }
  const Language& language = language_of(request);
  const std::string provider = provider_name(*connector->manifest, language);
  std::vector<View> validities;
  for (const std::int64_t days : kValidDays) {
    validities.push_back(View()
                             .text("value", std::to_string(days))
                             .text("label", language.count("time.days", days))
                             .flag("selected", days == form.days));
  }
  const bool problem = !form.id_error.empty() || !form.name_error.empty();
  View view;
  view.text("provider", provider)
      .text("headline", language.text("link.title", {{"provider", provider}}))
      .view("logo", logo_view(connector->manifest.get(), provider))
      .text("action", "/app/connectors/" + connector->id + "/link")
      .text("provider_id", connector->id)
      .text("hub_url", own_origin(request, site_.options.public_origin))
      .text("owner_id", form.owner.id)
      .text("owner_name", form.owner.name)
      .text("owner_id_error", form.id_error)
      .text("owner_name_error", form.name_error)
      .flag("has_owners", !owners.empty())
      .list("owners", std::move(owners))
      .list("validities", std::move(validities));
  co_return site_.page(
      request, {.template_name = "link",
                .title = language.text("link.title", {{"provider", provider}}),
                .view = std::move(view),
                .status = problem ? 422U : 200U,
                .nav = Nav::kConnectors,
                .session = &session,
                .problem = problem,
                .sandboxed = is_sandboxed(*connector->manifest, site_.options.overridden_hosts)});
}

net::Task<net::Response> ConnectorPages::link(net::Request& request, const Site::Session& session,
                                              net::Params& form) {
  const Language& language = language_of(request);
  LinkForm entered;
  entered.owner = {std::string(manifest::trim(form.get_or("owner_id", ""))),
                   std::string(manifest::trim(form.get_or("owner_name", "")))};
  entered.days = days_from(form.get_or("valid_days", ""));
  if (entered.owner.id.empty()) entered.id_error = language.text("link.owner_id_missing");
  if (entered.owner.name.empty()) entered.name_error = language.text("link.owner_name_missing");
  const auto connector = site_.options.registry.find(connector_in(request));
  if (!connector || !entered.id_error.empty() || !entered.name_error.empty()) {
    co_return co_await show_form(request, session, std::move(entered));
  }

  const bool here = form.get_or("how", "here") != "link";
  accounts::SessionRequest wanted;
  wanted.project_id = session.project_id;
  wanted.owner_id = entered.owner.id;
  wanted.owner_name = entered.owner.name;
  wanted.connector_id = connector->id;
  wanted.expires_in_s = here ? kHere : entered.days * kDay;
  auto made = co_await site_.options.accounts.create_session(std::move(wanted));
  if (!made) {
    if (made.error().code != ErrorCode::kInvalidArgument &&
        made.error().code != ErrorCode::kTooLarge) {
      co_return site_.error(request, made.error(), &session);
    }
    const bool at_name = made.error().field == "origin_owner_name";
    (at_name ? entered.name_error : entered.id_error) = language.text("link.owner_malformed");
    co_return co_await show_form(request, session, std::move(entered));
  }
  site_.memory.remember_owner(session.id, entered.owner);
  if (here) {
    net::Response response = net::redirect("/connect");
    response.cookie(connect_cookie(request, made->token.reveal()));
    co_return response;
  }

  const std::string provider = provider_name(*connector->manifest, language);
  std::string link = own_origin(request, site_.options.public_origin) + "/connect/";
  link += made->token.reveal();
  View view;
  view.text("link_to_send", link)
      .text("provider", provider)
      .text("owner", entered.owner.name)
      .html("intro_html", language.rich("link.ready_intro",
                                        {{"owner", entered.owner.name}, {"provider", provider}}))
      .text("expires", language.date_time(made->session.expires))
      .text("expires_iso", iso_time(made->session.expires))
      .text("expires_relative", language.relative(made->session.expires, site_.now()))
      .text("again", "/app/connectors/" + connector->id + "/link");
  wipe(link.data(), link.size());
  co_return site_.page(request,
                       {.template_name = "link_ready",
                        .title = language.text("link.ready_title", {{"provider", provider}}),
                        .view = std::move(view),
                        .nav = Nav::kConnectors,
                        .session = &session,
                        .secret = true});
}

}  // namespace patchbay::web
