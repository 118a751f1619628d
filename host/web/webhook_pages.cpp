#include "web/webhook_pages.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "web/number_in.h"
#include "web/operator_routes.h"
#include "web/secret_page.h"
#include "web/webhook_view.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kHome = "/app/settings/webhooks";
constexpr std::int64_t kDeliveries = 50;
constexpr std::int64_t kGivenUpMs = webhooks::WebhookEndpoints::kReplayDays * 24 * 3'600'000;

std::string id_of(const net::Request& request) {
  return std::string(request.param("id"));
}

std::string address_of(std::string_view id) {
  return std::string(kHome) + "/" + percent_encode(id);
}

}  // namespace

// What was entered, and what is wrong with it.
struct WebhookPages::Form {
  std::string url = {};
  std::string description = {};
  std::vector<std::string> events = {};
  std::optional<Error> error = {};

  static Form of(const store::WebhookEndpoint& endpoint) {
    return {endpoint.url, endpoint.description, events_of(endpoint), {}};
  }
  static Form entered(const net::Params& form) {
    const auto events = form.get_all("event");
    return {
        form.get_or("url", ""), form.get_or("description", ""), {events.begin(), events.end()}, {}};
  }
  [[nodiscard]] webhooks::EndpointWish wish() const {
    return {.url = url, .description = description, .events = events};
  }
  [[nodiscard]] std::string error_at(std::string_view field) const {
    return error && error->field == field ? error->message : std::string();
  }
  void put_into(View& view, const Language& language) const {
    view.text("entered_url", url)
        .text("entered_description", description)
        .text("url_error", error_at("url"))
        .text("description_error", error_at("description"))
        .view("event_choices", event_choices(events, language));
  }
};

void WebhookPages::add_routes(net::Router& router) {
  OperatorRoutes<WebhookPages> routes(router, site_, *this);
  constexpr auto kAdmin = store::Role::kAdmin;
  routes.get("/app/settings/webhooks", &WebhookPages::list);
  routes.get("/app/settings/webhooks/{id}", &WebhookPages::show);
  routes.get("/app/settings/webhooks/{id}/remove", &WebhookPages::ask_remove, kAdmin);
  routes.post("/app/settings/webhooks", &WebhookPages::create, kAdmin);
  routes.post("/app/settings/webhooks/{id}", &WebhookPages::change, kAdmin);
  routes.post("/app/settings/webhooks/{id}/on", &WebhookPages::switch_on, kAdmin);
  routes.post("/app/settings/webhooks/{id}/off", &WebhookPages::switch_off, kAdmin);
  routes.post("/app/settings/webhooks/{id}/secret", &WebhookPages::rotate_secret, kAdmin);
  routes.post("/app/settings/webhooks/{id}/remove", &WebhookPages::remove, kAdmin);
  routes.post("/app/settings/webhooks/{id}/test", &WebhookPages::test);
  routes.post("/app/settings/webhooks/{id}/replay", &WebhookPages::replay);
}

net::Response WebhookPages::back(const net::Request& request, const Site::Session& session,
                                 std::string text, const std::optional<Error>& error) const {
  if (error && error->code == ErrorCode::kNotFound) return site_.error(request, *error, &session);
  return site_.go_with_flash(session, address_of(request.param("id")), std::move(text), error);
}

net::Response WebhookPages::show_secret(const net::Request& request, const Site::Session& session,
                                        const store::WebhookEndpoint& endpoint,
                                        const SecretString& secret) const {
  const Language& language = language_of(request);
  return secret_page(site_, request, session,
                     {.texts = "webhooks",
                      .title = language.text("webhooks.secret_title"),
                      .intro = language.rich("webhooks.secret_intro", {{"url", endpoint.url}}),
                      .secret = secret,
                      .back = kHome,
                      .done = address_of(endpoint.id)});
}

net::Task<net::Response> WebhookPages::list(net::Request& request, const Site::Session& session) {
  co_return co_await show_list(request, session, {});
}

net::Task<net::Response> WebhookPages::show_list(net::Request& request,
                                                 const Site::Session& session, Form form) {
  const Language& language = language_of(request);
  const auto all = co_await endpoints_.list(session.project_id);
  if (!all) co_return site_.error(request, all.error(), &session);
  std::vector<View> rows;
  for (const auto& endpoint : *all) rows.push_back(webhook_view(endpoint, site_.now(), language));
  View view;
  view.flag("has_webhooks", !rows.empty())
      .list("webhooks", std::move(rows))
      .flag("at_webhooks", true);
  form.put_into(view, language);
  site_.put_flash(view, session);
  co_return site_.page(request, {.template_name = "webhooks",
                                 .title = language.text("webhooks.title"),
                                 .view = std::move(view),
                                 .status = form.error ? 422U : 200U,
                                 .nav = Nav::kSettings,
                                 .session = &session,
                                 .problem = form.error.has_value()});
}

net::Task<net::Response> WebhookPages::show(net::Request& request, const Site::Session& session) {
  co_return co_await show_one(request, session, std::nullopt);
}

net::Task<net::Response> WebhookPages::show_one(net::Request& request, const Site::Session& session,
                                                std::optional<Form> form) {
  const Language& language = language_of(request);
  const auto endpoint = co_await endpoints_.get(session.project_id, id_of(request));
  if (!endpoint) co_return site_.error(request, endpoint.error(), &session);
  const auto sent =
      co_await endpoints_.deliveries(session.project_id, endpoint->id, 0, kDeliveries);
  if (!sent) co_return site_.error(request, sent.error(), &session);
  std::vector<View> rows;
  for (const auto& delivery : *sent) rows.push_back(delivery_view(delivery, site_.now(), language));
  View view = webhook_view(*endpoint, site_.now(), language);
  view.flag("has_deliveries", !rows.empty())
      .list("deliveries", std::move(rows))
      .flag("any_given_up", std::ranges::count(*sent, store::DeliveryState::kGivenUp,
                                               &store::WebhookDelivery::state) > 0);
  if (!form) form = Form::of(*endpoint);
  form->put_into(view, language);
  site_.put_flash(view, session);
  co_return site_.page(request, {.template_name = "webhook",
                                 .title = endpoint->url,
                                 .view = std::move(view),
                                 .status = form->error ? 422U : 200U,
                                 .nav = Nav::kSettings,
                                 .session = &session,
                                 .problem = form->error.has_value()});
}

net::Task<net::Response> WebhookPages::create(net::Request& request, const Site::Session& session,
                                              net::Params& form) {
  Form entered = Form::entered(form);
  const auto made = co_await endpoints_.create(session.project_id, entered.wish(),
                                               operator_asks(request, session));
  if (made) co_return show_secret(request, session, made->endpoint, made->secret);
  entered.error = made.error();
  if (entered.error->field.empty())
    site_.memory.flash(session.id, {.good = false,
                                    .text = language_of(request).text("webhooks.not_done"),
                                    .detail = made.error().message});
  co_return co_await show_list(request, session, std::move(entered));
}

net::Task<net::Response> WebhookPages::change(net::Request& request, const Site::Session& session,
                                              net::Params& form) {
  Form entered = Form::entered(form);
  const auto changed = co_await endpoints_.change(session.project_id, id_of(request),
                                                  entered.wish(), operator_asks(request, session));
  if (changed) co_return back(request, session, language_of(request).text("webhooks.now_saved"));
  if (changed.error().field.empty())
    co_return back(request, session, language_of(request).text("webhooks.not_done"),
                   changed.error());
  entered.error = changed.error();
  co_return co_await show_one(request, session, std::move(entered));
}

net::Task<net::Response> WebhookPages::switch_on(net::Request& request,
                                                 const Site::Session& session) {
  co_return co_await set_active(request, session, true);
}

net::Task<net::Response> WebhookPages::switch_off(net::Request& request,
                                                  const Site::Session& session) {
  co_return co_await set_active(request, session, false);
}

net::Task<net::Response> WebhookPages::set_active(net::Request& request,
                                                  const Site::Session& session, bool active) {
  const Language& language = language_of(request);
  const auto changed = co_await endpoints_.change(
      session.project_id, id_of(request), {.active = active}, operator_asks(request, session));
  if (!changed)
    co_return back(request, session, language.text("webhooks.not_done"), changed.error());
  co_return back(request, session, language.text(active ? "webhooks.now_on" : "webhooks.now_off"));
}

net::Task<net::Response> WebhookPages::test(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  const auto event = co_await endpoints_.test(session.project_id, id_of(request));
  if (!event) co_return back(request, session, language.text("webhooks.not_done"), event.error());
  co_return back(request, session, language.text("webhooks.now_tested"));
}

// One event by its number, or all that were given up.
net::Task<net::Response> WebhookPages::replay(net::Request& request, const Site::Session& session,
                                              net::Params& form) {
  const Language& language = language_of(request);
  const std::string& project = session.project_id;
  const auto endpoint = co_await endpoints_.get(project, id_of(request));
  if (!endpoint) co_return site_.error(request, endpoint.error(), &session);
  std::int64_t queued = 1;
  if (const auto sequence = number_in(form, "seq", 0); sequence != 0) {
    const auto done = co_await endpoints_.replay(project, endpoint->id, sequence);
    if (!done)  // the event may be gone, where the webhook is not
      co_return site_.go_with_flash(session, address_of(endpoint->id),
                                    language.text("webhooks.not_done"), done.error());
  } else {
    const auto many =
        co_await endpoints_.replay_given_up(project, id_of(request), site_.now() - kGivenUpMs);
    if (!many) co_return back(request, session, language.text("webhooks.not_done"), many.error());
    queued = *many;
  }
  co_return back(request, session, language.count("webhooks.now_queued", queued));
}

net::Task<net::Response> WebhookPages::rotate_secret(net::Request& request,
                                                     const Site::Session& session) {
  const auto endpoint = co_await endpoints_.get(session.project_id, id_of(request));
  if (!endpoint) co_return site_.error(request, endpoint.error(), &session);
  const auto secret = co_await endpoints_.rotate_secret(session.project_id, endpoint->id,
                                                        operator_asks(request, session));
  if (!secret)
    co_return back(request, session, language_of(request).text("webhooks.not_done"),
                   secret.error());
  co_return show_secret(request, session, *endpoint, *secret);
}

net::Task<net::Response> WebhookPages::ask_remove(net::Request& request,
                                                  const Site::Session& session) {
  const Language& language = language_of(request);
  const auto endpoint = co_await endpoints_.get(session.project_id, id_of(request));
  if (!endpoint) co_return site_.error(request, endpoint.error(), &session);
  View view = webhook_view(*endpoint, site_.now(), language);
  view.html("intro_html", language.rich("webhooks.remove_intro", {{"url", endpoint->url}}));
  co_return site_.page(request, {.template_name = "webhook_remove",
                                 .title = language.text("webhooks.remove_title"),
                                 .view = std::move(view),
                                 .nav = Nav::kSettings,
                                 .session = &session});
}

net::Task<net::Response> WebhookPages::remove(net::Request& request, const Site::Session& session) {
  const auto gone = co_await endpoints_.remove(session.project_id, id_of(request),
                                               operator_asks(request, session));
  if (!gone)
    co_return back(request, session, language_of(request).text("webhooks.not_done"), gone.error());
  co_return site_.go_with_flash(session, kHome, language_of(request).text("webhooks.now_removed"));
}

}  // namespace patchbay::web
