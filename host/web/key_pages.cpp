#include "web/key_pages.h"

#include <utility>

#include "base/encoding.h"
#include "web/key_view.h"
#include "web/operator_routes.h"
#include "web/secret_page.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kHome = "/app/settings/keys";

// A word of the select box; anything else is the usual one.
std::int64_t overlap_of(const net::Params& form) {
  const std::string text = form.get_or("overlap_hours", "");
  for (const std::int64_t hours : kOverlapHours) {
    if (text == std::to_string(hours)) return hours;
  }
  return api::KeyIssuer::kUsualOverlapH;
}

}  // namespace

// What was entered, and what is wrong with it.
struct KeyPages::Form {
  std::string name = {};
  api::Scopes scopes = api::Scopes::from_stored(api::KeyIssuer::kUsualScopes);
  std::string name_error = {};
  std::string scopes_error = {};

  unsigned status = 200;
};

void KeyPages::add_routes(net::Router& router) {
  OperatorRoutes<KeyPages> routes(router, site_, *this);
  routes.get("/app/settings/keys", &KeyPages::list);
  routes.get("/app/settings/keys/{id}", &KeyPages::show);
  routes.post("/app/settings/keys", &KeyPages::create, store::Role::kAdmin);
  routes.post("/app/settings/keys/{id}/rotate", &KeyPages::rotate, store::Role::kAdmin);
  routes.post("/app/settings/keys/{id}/revoke", &KeyPages::revoke, store::Role::kAdmin);
}

net::Task<net::Response> KeyPages::list(net::Request& request, const Site::Session& session) {
  co_return co_await show_list(request, session, {});
}

net::Task<net::Response> KeyPages::show_list(net::Request& request, const Site::Session& session,
                                             Form form) {
  const Language& language = language_of(request);
  const auto all = co_await issuer_.list(session.project_id);
  if (!all) co_return site_.error(request, all.error(), &session);
  std::vector<View> rows;
  for (const bool over : {false, true}) {
    for (const auto& key : *all) {
      if (store::is_over(key, site_.now()) == over)
        rows.push_back(key_view(key, site_.now(), language));
    }
  }
  View view;
  view.flag("has_keys", !rows.empty())
      .list("keys", std::move(rows))
      .flag("at_keys", true)
      .text("entered_name", form.name)
      .text("name_error", form.name_error)
      .text("scopes_error", form.scopes_error)
      .view("scope_choices", scope_choices(form.scopes, language));
  site_.put_flash(view, session);
  co_return site_.page(request, {.template_name = "keys",
                                 .title = language.text("keys.title"),
                                 .view = std::move(view),
                                 .status = form.status,
                                 .nav = Nav::kSettings,
                                 .session = &session,
                                 .problem = form.status != 200});
}

net::Task<net::Response> KeyPages::show(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  const auto key = co_await issuer_.get(session.project_id, std::string(request.param("id")));
  if (!key) co_return site_.error(request, key.error(), &session);
  View view = key_view(*key, site_.now(), language);
  view.list("overlaps", overlap_choices(api::KeyIssuer::kUsualOverlapH, language));
  site_.put_flash(view, session);
  co_return site_.page(request, {.template_name = "key",
                                 .title = key->name,
                                 .view = std::move(view),
                                 .nav = Nav::kSettings,
                                 .session = &session});
}

net::Response KeyPages::show_made(const net::Request& request, const Site::Session& session,
                                  const api::NewApiKey& made) const {
  const Language& language = language_of(request);
  return secret_page(site_, request, session,
                     {.texts = "keys",
                      .title = language.text("keys.made_title"),
                      .intro = language.rich("keys.made_intro", {{"name", made.row.name}}),
                      .secret = made.key,
                      .use = language.text("keys.made_use"),
                      .back = kHome,
                      .done = std::string(kHome)});
}

net::Task<net::Response> KeyPages::create(net::Request& request, const Site::Session& session,
                                          net::Params& form) {
  const Language& language = language_of(request);
  Form entered;
  entered.name = form.get_or("name", "");
  std::string words;
  for (const std::string_view word : form.get_all("scope"))
    words.append(words.empty() ? "" : " ").append(word);
  entered.scopes = api::Scopes::from_stored(words);
  if (entered.name.empty()) entered.name_error = language.text("keys.name_missing");
  if (words.empty()) entered.scopes_error = language.text("keys.scopes_missing");
  entered.status = 422;
  if (entered.name.empty() || words.empty())
    co_return co_await show_list(request, session, std::move(entered));
  const auto made = co_await issuer_.create(session.project_id, entered.name, words,
                                            operator_asks(request, session));
  if (made) co_return show_made(request, session, *made);
  if (made.error().field == "name") {
    entered.name_error = language.text("keys.name_malformed");
    co_return co_await show_list(request, session, std::move(entered));
  }
  entered.status = made.error().status;
  site_.memory.flash(
      session.id,
      {.good = false, .text = language.text("keys.not_made"), .detail = made.error().message});
  co_return co_await show_list(request, session, std::move(entered));
}

net::Task<net::Response> KeyPages::rotate(net::Request& request, const Site::Session& session,
                                          net::Params& form) {
  const std::string id(request.param("id"));
  const auto made = co_await issuer_.rotate(session.project_id, id, overlap_of(form),
                                            operator_asks(request, session));
  if (made) co_return show_made(request, session, *made);
  if (made.error().status == 404)
    co_return site_.error(request, make_error(ErrorCode::kNotFound, made.error().message),
                          &session);
  site_.memory.flash(session.id, {.good = false,
                                  .text = language_of(request).text("keys.not_made"),
                                  .detail = made.error().message});
  co_return net::redirect(std::string(kHome) + "/" + percent_encode(id));
}

net::Task<net::Response> KeyPages::revoke(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  const std::string id(request.param("id"));
  const auto key = co_await issuer_.get(session.project_id, id);
  if (!key) co_return site_.error(request, key.error(), &session);
  const auto done =
      co_await issuer_.revoke(session.project_id, id, operator_asks(request, session));
  if (!done)
    co_return site_.go_with_flash(session, kHome, language.text("keys.not_revoked"), done.error());
  co_return site_.go_with_flash(session, kHome,
                                language.text("keys.now_revoked", {{"name", key->name}}));
}

}  // namespace patchbay::web
