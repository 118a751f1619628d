#include "web/site.h"

#include <utility>

#include "base/encoding.h"
#include "base/log.h"
#include "web/framing.h"
#include "web/page_frame.h"
#include "web/render.h"
#include "web/request_checks.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types patchbay";

constexpr std::int64_t kLanguageCookieSeconds = 365LL * 24 * 3600;

void set_if_absent(net::Response& response, std::string_view name, std::string_view value) {
  if (!response.headers.has(name)) response.headers.set(name, value);
}

unsigned status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 422;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kForbidden:
      return 403;
    case ErrorCode::kExpired:
      return 410;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kRateLimited:
      return 429;
    case ErrorCode::kInternal:
      return 500;
    default:
      return 503;
  }
}

// The address of the request without ?lang, built from its decoded parts.
std::string without_language(const net::Request& request) {
  std::string target;
  for (const auto& segment : request.segments) target += "/" + percent_encode(segment);
  if (target.empty()) target = "/";
  char separator = '?';
  for (std::size_t i = 0; i < request.query.size(); ++i) {
    const auto [name, value] = request.query.at(i);
    if (name == "lang") continue;
    target += separator + percent_encode(name) + "=" + percent_encode(value);
    separator = '&';
  }
  return target;
}

// Who may do everything needn't be told.
std::string role_text(const OperatorAccess::Session& session, const Language& language) {
  if (session.may(store::Role::kAdmin)) return {};
  return language.text("role." + std::string(store::to_string(session.person.role)));
}

// Nothing to choose where there is one, and on pages that belong to no project.
std::vector<View> project_choices(const Page& page) {
  std::vector<View> choices;
  if (page.session == nullptr || page.for_end_users || page.session->projects.size() < 2)
    return choices;
  choices.reserve(page.session->projects.size());
  for (const auto& project : page.session->projects)
    choices.push_back(View()
                          .text("value", project.id)
                          .text("label", project.name)
                          .flag("selected", project.id == page.session->project_id));
  return choices;
}

std::optional<net::Response> switch_language(const net::Request& request) {
  const auto chosen = request.query.get("lang");
  if (!chosen || request.method != "GET" || !is_language(*chosen)) return std::nullopt;
  net::Response response = net::redirect(without_language(request));
  response.cookie(visitor_cookie(request, kLanguageCookie, *chosen, kLanguageCookieSeconds));
  return response;
}

}  // namespace

Site::Site(Options site_options)
    : options(std::move(site_options)),
      access(options.store, options.clock, options.random, options.times) {}

audit::Asker operator_asks(const net::Request& request, const OperatorAccess::Session& session) {
  return {
      .request_id = request.id, .peer = request.peer_address, .actor = actor_of(session.person)};
}

void put_rights(View& view, const OperatorAccess::Session& session) {
  view.flag("may_operate", session.may(store::Role::kOperator))
      .flag("may_administer", session.may(store::Role::kAdmin));
}

bool is_from_script(const net::Request& request) {
  return request.header("X-Requested-With") == "patchbay";
}

net::Response secured(net::Response response) {
  set_if_absent(response, "Content-Security-Policy", kPolicy);
  set_if_absent(response, "X-Content-Type-Options", "nosniff");
  set_if_absent(response, "Referrer-Policy", "no-referrer");
  set_if_absent(response, "X-Frame-Options", "DENY");
  set_if_absent(response, "X-Robots-Tag", "noindex, nofollow");
  set_if_absent(response, "Cross-Origin-Opener-Policy", "same-origin");
  set_if_absent(response, "Cross-Origin-Resource-Policy", "same-origin");
  set_if_absent(response, "Permissions-Policy",
                "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  return response;
}

net::Response Site::page(const net::Request& request, Page page) const {
  const Language& language = language_of(request);
  put_frame(page.view,
            {.title = page.title,
             .name = page.for_end_users ? product_name() : options.hub_name,
             .product_name = product_name(),
             .session_csrf = page.session != nullptr ? page.session->csrf : "",
             .role_text = page.session != nullptr ? role_text(*page.session, language) : "",
             .projects = project_choices(page),
             .problem = page.problem,
             .white_label = page.for_end_users && options.white_label,
             .for_end_users = page.for_end_users,
             .at_connectors = page.nav == Nav::kConnectors,
             .at_integrations = page.nav == Nav::kIntegrations,
             .at_accounts = page.nav == Nav::kAccounts,
             .at_settings = page.nav == Nav::kSettings,
             .sandboxed = page.sandboxed,
             .framed = is_framed(request),
             .theme = theme_of(request),
             .refresh_s = page.refresh_s},
            language);
  if (page.session != nullptr) put_rights(page.view, *page.session);
  net::Response response = net::html(render(page.template_name, page.view, language), page.status);
  response.with("Content-Language", language.tag());
  response.secret = page.secret;
  return response;
}

net::Response Site::fragment(const net::Request& request, std::string_view template_name,
                             const View& view) const {
  return net::html(render(template_name, view, language_of(request)));
}

net::Response Site::message(const net::Request& request, const Message& message) const {
  const Language& language = language_of(request);
  const std::string id(message.text_id);
  View view;
  view.text("reason", id.substr(id.find('.') + 1))
      .html("message_html", language.rich(id + ".body"))
      .text("headline", language.text(id + ".title"))
      .html("hint_html", own_texts().has(id + ".hint") ? language.rich(id + ".hint") : SafeHtml())
      .text("detail", message.detail)
      .flag("closes_window", message.closes_window)
      .text("link", message.link)
      .text("link_text", message.link_text_id.empty() ? "" : language.text(message.link_text_id));
  Page page{.template_name = "message", .title = language.text(id + ".title"), .view = view};
  page.status = message.status;
  page.session = message.session;
  page.for_end_users = message.for_end_users;
  page.refresh_s = message.refresh_s;
  return this->page(request, std::move(page));
}

net::Response Site::error(const net::Request& request, const Error& error,
                          const Session* session) const {
  const unsigned status = status_of(error.code);
  if (status >= 500) {
    log::error(
        "web", "page_failed",
        {{"request", request.id}, {"code", to_string(error.code)}, {"error", error.message}});
  }
  Message message{.text_id = status == 404   ? "message.not_found"
                             : status == 403 ? "message.forbidden"
                                             : "message.failed"};
  message.status = status;
  message.session = session;
  if (session != nullptr) {  // the hub's own error texts are for operators
    message.detail = error.message;
    message.link = "/app/connectors";
    message.link_text_id = "message.to_connectors";
  }
  return this->message(request, message);
}

void Site::put_flash(View& view, const Session& session) {
  const auto flash = memory.take_flash(session.id);
  view.flag("flash_good", flash && flash->good)
      .text("flash", flash ? flash->text : "")
      .text("flash_detail", flash ? flash->detail : "");
}

net::Response Site::go_with_flash(const Session& session, std::string_view address,
                                  std::string text, const std::optional<Error>& error) {
  memory.flash(session.id, {.good = !error.has_value(),
                            .text = std::move(text),
                            .detail = error ? error->message : std::string()});
  return net::redirect(address);
}

bool Site::is_from_own_page(const net::Request& request) const {
  return web::is_from_own_page(request, options.public_origin);
}

net::Handler Site::open(OpenHandler handler) {
  return [this, handler = std::move(handler)](net::Request& request) {
    return run_open(request, handler);
  };
}

net::Handler Site::operator_get(OperatorGet handler, store::Role least) {
  return [this, least, handler = std::move(handler)](net::Request& request) {
    return run_get(request, handler, least);
  };
}

net::Handler Site::operator_post(OperatorPost handler, store::Role least, net::ParamLimits limits) {
  return [this, least, limits, handler = std::move(handler)](net::Request& request) {
    return run_post(request, handler, least, limits);
  };
}

net::Response Site::role_too_small(const net::Request& request, const Session& session,
                                   store::Role least) const {
  return message(request, {.text_id = least == store::Role::kAdmin ? "message.needs_admin"
                                                                   : "message.needs_operator",
                           .status = 403,
                           .session = &session,
                           .link = "/app/connectors",
                           .link_text_id = "message.to_connectors"});
}

net::Task<net::Response> Site::run_open(net::Request& request, const OpenHandler& handler) {
  auto switched = switch_language(request);
  net::Response response = secured(switched ? std::move(*switched) : co_await handler(request));
  allow_framing(request, options.embed_origins, response);
  co_return response;
}

net::Task<net::Response> Site::run_get(net::Request& request, const OperatorGet& handler,
                                       store::Role least) {
  if (auto switched = switch_language(request)) co_return secured(std::move(*switched));
  const auto session = co_await access.session(request);
  if (!session) co_return secured(error(request, session.error(), nullptr));
  if (!*session) {
    if (is_from_script(request)) co_return secured(net::empty(403));
    co_return secured(net::redirect("/signin"));
  }
  if (!(*session)->may(least)) co_return secured(role_too_small(request, **session, least));
  net::Response response = co_await handler(request, **session);
  co_return secured(std::move(response));
}

net::Task<net::Response> Site::run_post(net::Request& request, const OperatorPost& handler,
                                        store::Role least, const net::ParamLimits& limits) {
  if (!is_from_own_page(request)) {
    co_return secured(message(request, {.text_id = "message.foreign_origin", .status = 403}));
  }
  const auto session = co_await access.session(request);
  if (!session) co_return secured(error(request, session.error(), nullptr));
  if (!*session) co_return secured(message(request, {.text_id = "signin.needed", .status = 403}));
  auto form = request.take_form(limits);
  if (!form) co_return secured(error(request, form.error(), &**session));
  if (!csrf_matches(request, *form, (*session)->csrf)) {
    co_return secured(message(request, {.text_id = "message.stale_form",
                                        .status = 403,
                                        .session = &**session,
                                        .link = "/app/connectors",
                                        .link_text_id = "message.to_connectors"}));
  }
  if (!(*session)->may(least)) co_return secured(role_too_small(request, **session, least));
  net::Response response = co_await handler(request, **session, *form);
  co_return secured(std::move(response));
}

}  // namespace patchbay::web
