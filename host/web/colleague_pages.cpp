#include "web/colleague_pages.h"

#include "base/encoding.h"
#include "base/iso_time.h"
#include "base/log.h"
#include "web/connect_access.h"
#include "web/connect_view.h"
#include "web/manifest_text.h"
#include "web/request_checks.h"

namespace patchbay::web {
namespace {

using store::ConnectSession;
using store::SessionStatus;

constexpr unsigned kRefresh = 15;  // seconds, without JavaScript

enum class Stage : std::uint8_t {
  kNone,     // nobody is waited for
  kWaiting,  // for the colleague
  kLinked,   // by the colleague
};

Stage stage_of(const ConnectSession& session, const std::optional<ConnectSession>& passed_on,
               std::int64_t now_ms) {
  if (!passed_on) return Stage::kNone;
  if (session.status == SessionStatus::kUsed)
    return passed_on->status == SessionStatus::kUsed ? Stage::kLinked : Stage::kNone;
  const bool open = session.status == SessionStatus::kOpen &&
                    passed_on->status == SessionStatus::kOpen && passed_on->expires > now_ms;
  return open ? Stage::kWaiting : Stage::kNone;
}

std::string version_of(Stage stage) {
  switch (stage) {
    case Stage::kWaiting:
      return "waiting";
    case Stage::kLinked:
      return "linked";
    case Stage::kNone:
      break;
  }
  return "none";
}

net::Task<Result<ConnectSession>> session_of(Site& site, std::string token) {
  return site.options.accounts.find_session_in_any_state(std::move(token));
}

// Lines of a mail end in CR LF (RFC 6068, section 5).
std::string mail_address(std::string_view subject, std::string_view body) {
  std::string lines;
  for (const char c : body) lines += c == '\n' ? "\r\n" : std::string(1, c);
  return "mailto:?subject=" + percent_encode(subject) + "&body=" + percent_encode(lines);
}

audit::Asker asks(const net::Request& request) {
  return {.request_id = request.id, .peer = request.peer_address};
}

}  // namespace

struct ColleaguePages::Visit {
  SecretString token;
  ConnectSession session;
  std::optional<ConnectSession> passed_on;
  Stage stage = Stage::kNone;
};

net::Task<std::optional<ConnectSession>> waits_for_colleague(Site& site,
                                                             const ConnectSession& session) {
  auto last = co_await site.options.accounts.passed_on().last_of(session);
  if (!last || stage_of(session, *last, site.now()) != Stage::kWaiting) co_return std::nullopt;
  co_return std::move(*last);
}

net::Task<std::optional<net::Response>> told_elsewhere(Site& site, const net::Request& request,
                                                       std::string token) {
  auto& passed_on = site.options.accounts.passed_on();
  const auto session = co_await session_of(site, std::move(token));
  if (!session) co_return std::nullopt;
  if (!session->passed_on_by.empty()) {
    if (session->status != SessionStatus::kCancelled) co_return std::nullopt;
    const auto by = co_await passed_on.passed_on_by(*session);
    const bool second = by && by->status == SessionStatus::kUsed;
    co_return site.message(request,
                           {.text_id = second ? "colleague.second" : "colleague.taken_back",
                            .status = 410,
                            .for_end_users = true});
  }
  const auto last = co_await passed_on.last_of(*session);
  if (!last || stage_of(*session, *last, site.now()) == Stage::kNone) co_return std::nullopt;
  co_return net::redirect(std::string(kColleaguePath));
}

void ColleaguePages::add_routes(net::Router& router) {
  using Step = net::Task<net::Response> (ColleaguePages::*)(net::Request&);
  const auto add = [&](std::string_view method, std::string_view end, Step step) {
    router.add(method, std::string(kColleaguePath).append(end),
               site_.open([this, step](net::Request& request) { return (this->*step)(request); }));
  };
  add("GET", "", &ColleaguePages::show);
  add("GET", "/status", &ColleaguePages::status);
  add("POST", "", &ColleaguePages::pass_on);
  add("POST", "/take-back", &ColleaguePages::take_back);
}

net::Task<Result<ColleaguePages::Visit>> ColleaguePages::visit(const net::Request& request) {
  Visit visit{.token = SecretString(connect_token(request)), .session = {}, .passed_on = {}};
  PATCHBAY_CO_TRY_ASSIGN(visit.session,
                         co_await session_of(site_, std::string(visit.token.reveal())));
  PATCHBAY_CO_TRY_ASSIGN(visit.passed_on,
                         co_await site_.options.accounts.passed_on().last_of(visit.session));
  visit.stage = stage_of(visit.session, visit.passed_on, site_.now());
  co_return visit;
}

std::optional<net::Params> ColleaguePages::own_form(net::Request& request) const {
  const SecretString token(connect_token(request));
  auto form = request.take_form();
  if (!site_.is_from_own_page(request) || token.empty() || !form ||
      !csrf_matches(request, *form, connect_csrf(token.reveal())))
    return std::nullopt;
  return std::move(*form);
}

net::Task<net::Response> ColleaguePages::show(net::Request& request) {
  const auto visit = co_await this->visit(request);
  if (!visit || visit->stage == Stage::kNone) co_return net::redirect("/connect");
  if (visit->stage == Stage::kWaiting) co_return show_waiting(request, *visit);
  co_return co_await show_linked(request, *visit);
}

net::Task<net::Response> ColleaguePages::status(net::Request& request) {
  const auto visit = co_await this->visit(request);
  co_return net::text(version_of(visit ? visit->stage : Stage::kNone));
}

bool ColleaguePages::leads_to_sandbox(const connector::ConnectorPtr& connector) const {
  return connector && is_sandboxed(*connector->manifest, site_.options.overridden_hosts);
}

net::Response ColleaguePages::show_waiting(const net::Request& request, const Visit& visit) const {
  const Language& language = language_of(request);
  const auto& passed_on = *visit.passed_on;
  const auto connector = site_.options.registry.find(passed_on.connector_id);
  const std::string provider =
      provider_called(manifest_of(connector), passed_on.connector_id, language);
  SecretString link(own_origin(request, site_.options.public_origin) + "/connect/");
  link.append(accounts::passed_on_token(visit.token, passed_on.id).reveal());
  const manifest::TextArguments arguments{{"provider", provider},
                                          {"product", site_.product_name()},
                                          {"owner", visit.session.owner_name},
                                          {"expires", language.date_time(passed_on.expires)},
                                          {"link", std::string(link.reveal())}};
  const std::string title = language.text("colleague.waiting_title", arguments);
  View view;
  view.text("csrf", connect_csrf(visit.token.reveal()))
      .view("logo", logo_view(manifest_of(connector), provider))
      .text("headline", title)
      .html("intro_html", language.rich("colleague.waiting_intro", arguments))
      .text("link_to_send", link.reveal())
      .text("mail", mail_address(language.text("colleague.mail_subject", arguments),
                                 language.text("colleague.mail_body", arguments)))
      .text("version", version_of(visit.stage))
      .text("expires", language.date_time(passed_on.expires))
      .text("expires_iso", iso_time(passed_on.expires))
      .text("expires_relative", language.relative(passed_on.expires, site_.now()))
      .flag("may_connect_here", visit.session.expires > site_.now())
      .text("here", "/connect?here=1&connector=" + percent_encode(passed_on.connector_id));
  return site_.page(request, {.template_name = "colleague",
                              .title = title,
                              .view = std::move(view),
                              .refresh_s = kRefresh,
                              .secret = true,
                              .for_end_users = true,
                              .sandboxed = leads_to_sandbox(connector)});
}

net::Task<net::Response> ColleaguePages::show_linked(const net::Request& request,
                                                     const Visit& visit) {
  const auto& options = site_.options;
  const Language& language = language_of(request);
  const std::string& connector_id = visit.passed_on->connector_id;
  const auto detail =
      co_await options.accounts.detail(visit.session.project_id, visit.session.result_account_id);
  const auto connector = options.registry.find(connector_id);
  const std::string provider = provider_called(manifest_of(connector), connector_id, language);
  const manifest::TextArguments arguments{{"provider", provider},
                                          {"product", site_.product_name()},
                                          {"owner", visit.session.owner_name}};
  const std::string title = language.text("colleague.linked_title", arguments);
  View view;
  if (detail && connector) {
    accounts::LinkOutcome outcome;
    outcome.account = detail->account;
    view =
        confirmation_view(*connector->manifest, *detail, outcome, site_.product_name(), language);
  } else {  // the account or the connector is gone again
    view.text("account_id", visit.session.result_account_id)
        .text("connector_id", connector_id)
        .view("logo", logo_view(manifest_of(connector), provider));
  }
  view.text("headline", title)
      .html("body_html", language.rich("colleague.linked_body", arguments))
      .flag("for_operator", false);
  co_return site_.page(request, {.template_name = "connected",
                                 .title = title,
                                 .view = std::move(view),
                                 .for_end_users = true,
                                 .sandboxed = leads_to_sandbox(connector)});
}

net::Task<net::Response> ColleaguePages::pass_on(net::Request& request) {
  const auto form = own_form(request);
  if (!form)
    co_return site_.message(request, {.text_id = "connect.stale_page",
                                      .status = 403,
                                      .for_end_users = true,
                                      .link = "/connect",
                                      .link_text_id = "connect.load_again"});
  const auto& options = site_.options;
  const SecretString token(connect_token(request));
  const auto session = co_await options.accounts.find_session(std::string(token.reveal()));
  if (!session || !session->passed_on_by.empty()) co_return net::redirect("/connect");
  std::string connector_id = session->connector_id;
  if (connector_id.empty()) connector_id = form->get_or("connector", "");
  const auto connector = options.registry.find(connector_id);
  if (!connector) co_return net::redirect("/connect");
  const auto target = co_await options.accounts.linker().usual_target(*session, connector);
  if (!target) co_return site_.error(request, target.error(), nullptr);
  const auto made = co_await options.accounts.passed_on().pass_on(
      *session, token, connector_id, target->integration.id, asks(request));
  if (!made && made.error().code == ErrorCode::kTooLarge)
    co_return site_.message(request, {.text_id = "colleague.too_often",
                                      .status = 429,
                                      .for_end_users = true,
                                      .link = "/connect",
                                      .link_text_id = "colleague.back"});
  if (!made && made.error().code != ErrorCode::kConflict)
    co_return site_.error(request, made.error(), nullptr);
  if (made) log::info("web", "link_passed_on", {{"by", session->id}, {"session", made->id}});
  co_return net::redirect(std::string(kColleaguePath));
}

net::Task<net::Response> ColleaguePages::take_back(net::Request& request) {
  if (!own_form(request))
    co_return site_.message(request, {.text_id = "connect.stale_page",
                                      .status = 403,
                                      .for_end_users = true,
                                      .link = std::string_view(kColleaguePath),
                                      .link_text_id = "connect.load_again"});
  const auto session = co_await session_of(site_, connect_token(request));
  if (session) {
    const auto done =
        co_await site_.options.accounts.passed_on().take_back(*session, asks(request));
    if (!done) co_return site_.error(request, done.error(), nullptr);
  }
  co_return net::redirect("/connect");
}

}  // namespace patchbay::web
