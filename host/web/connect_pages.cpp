#include "web/connect_pages.h"

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "accounts/waiting_flows.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "web/colleague_pages.h"
#include "web/connect_access.h"
#include "web/connect_view.h"
#include "web/form_view.h"
#include "web/framing.h"
#include "web/guide_pages.h"
#include "web/manifest_text.h"
#include "web/person_place.h"
#include "web/picker_view.h"
#include "web/request_checks.h"
#include "web/waiting_pages.h"

namespace patchbay::web {
namespace {

using connector::ConnectorPtr;
using State = ConnectRuns::State;

constexpr unsigned kRunningRefresh = 2;  // seconds, without JavaScript
constexpr unsigned kMissingRefresh = 5;

manifest::FormValues stored_values(const store::Account& account) {
  manifest::FormValues values;
  const auto fields = json::Document::parse(account.fields);
  if (!fields) return values;
  for (std::size_t i = 0; i < fields->root().size(); ++i) {
    const auto [name, value] = fields->root().member(i);
    values.emplace(name, value.string_or(""));
  }
  return values;
}

// What may be shown again if the attempt fails: nothing that is, or equals, a secret.
manifest::FormValues showable(const accounts::FormInput& form) {
  manifest::FormValues values;
  for (const auto& typed : form.values) {
    const bool repeats_secret = std::ranges::any_of(form.secrets, [&typed](const auto& secret) {
      return !secret.value.empty() && secret.value.equals(typed.value);
    });
    if (!repeats_secret) values.emplace(typed.name, typed.value);
  }
  return values;
}

std::string_view to_string(State state) {
  switch (state) {
    case State::kRunning:
      return "running";
    case State::kWaiting:
      return "waiting";
    case State::kFailed:
      return "failed";
    case State::kLinked:
      return "linked";
  }
  return "none";
}

net::Response state_json(std::string_view state, bool cancelling, unsigned status = 200,
                         const std::string& go = {}) {
  json::Writer out;
  out.begin_object().member("state", std::string(state)).member("cancelling", cancelling);
  if (!go.empty()) out.member("go", go);
  return net::json(out.end_object().take(), status);
}

}  // namespace

struct ConnectPages::Visit {
  std::string token;  // "" when there is no cookie
  std::string key;
  Result<store::ConnectSession> session = make_error(ErrorCode::kNotFound, "");
  std::optional<ConnectRuns::Run> run;
  std::optional<accounts::Linker::Waiting> waiting;  // for the person
  std::optional<OperatorAccess::Session> viewer;     // the operator, if it is one

  Visit() = default;
  Visit(Visit&&) = default;
  Visit& operator=(Visit&&) = default;
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() { wipe(token.data(), token.size()); }
  [[nodiscard]] const OperatorAccess::Session* operator_session() const {
    return viewer ? &*viewer : nullptr;
  }
};

void ConnectPages::add_routes(net::Router& router) {
  using Step = net::Task<net::Response> (ConnectPages::*)(net::Request&);
  const auto add = [&](std::string_view method, std::string_view path, Step step) {
    router.add(method, path,
               site_.open([this, step](net::Request& request) { return (this->*step)(request); }));
  };
  add("GET", "/connect/{token}", &ConnectPages::take_link);
  add("GET", "/connect", &ConnectPages::show);
  add("POST", "/connect", &ConnectPages::connect);
  add("POST", "/connect/cancel", &ConnectPages::cancel);
  add("GET", "/connect/status", &ConnectPages::status);
  add("GET", "/connect/result", &ConnectPages::result);
}

net::Task<net::Response> ConnectPages::take_link(net::Request& request) {
  net::Response response = net::redirect("/connect");
  const std::string_view token = request.param("token");
  if (!looks_like_token(token)) {
    co_return site_.message(
        request, {.text_id = "connect.link_unknown", .status = 404, .for_end_users = true});
  }
  response.cookie(connect_cookie(request, token));
  take_theme(request, response);
  co_return response;
}

net::Task<ConnectPages::Visit> ConnectPages::visit(net::Request& request) {
  Visit visit;
  visit.token = connect_token(request);
  if (auto session = co_await site_.access.session(request)) visit.viewer = std::move(*session);
  if (visit.token.empty()) co_return visit;
  visit.key = sha256_hex(visit.token);
  visit.run = site_.runs->find(visit.key, site_.now());
  visit.session = co_await site_.options.accounts.find_session(visit.token);
  co_await look_after_wait(visit);
  co_return visit;
}

// What waits lies in the store: whoever comes back may do so in another process, or not at all.
net::Task<> ConnectPages::look_after_wait(Visit& visit) {
  if (!visit.session || (visit.run && visit.run->state != State::kWaiting)) co_return;
  auto waiting = co_await site_.options.accounts.linker().waiting(*visit.session);
  if (waiting) {
    visit.waiting = *std::move(waiting);
    co_return;
  }
  if (!visit.run || waiting.error().code != ErrorCode::kConflict) co_return;
  const auto at_work = co_await accounts::is_at_work(site_.options.services, *visit.session);
  if (at_work && *at_work) {
    visit.run->state = State::kRunning;
    co_return;
  }
  end_wait(visit.key, *visit.run, waiting.error());
  visit.run = site_.runs->find(visit.key, site_.now());
}

// The page says why it waits no more.
void ConnectPages::end_wait(const std::string& key, const ConnectRuns::Run& run, Error error) {
  if (!site_.runs->begin(key, run.connector_id, run.values, site_.now())) return;
  accounts::LinkOutcome outcome;
  outcome.error = std::move(error);
  site_.runs->finish(key, std::move(outcome), site_.now());
}

net::Task<Result<ConnectTarget>> ConnectPages::target(const store::ConnectSession& session,
                                                      const std::string& connector_id) {
  auto connector = site_.options.registry.find(connector_id);
  if (!connector) co_return make_error(ErrorCode::kUnavailable, "The connector is not there.");
  PATCHBAY_CO_TRY_ASSIGN(auto integration, co_await site_.options.accounts.linker().integration_for(
                                               session, *connector));
  co_return connect_target(std::move(connector), std::move(integration));
}

net::Response ConnectPages::link_is_over(net::Request& request, const Error& error) const {
  std::string_view text = "connect.link_unknown";
  unsigned status = 404;
  if (error.code == ErrorCode::kExpired) {
    text = "connect.link_expired";
    status = 410;
  } else if (error.code == ErrorCode::kConflict) {
    text = "connect.link_used";
    status = 410;
  } else if (error.code != ErrorCode::kNotFound) {
    return site_.error(request, error, nullptr);
  }
  return site_.message(request, {.text_id = text, .status = status, .for_end_users = true});
}

net::Task<net::Response> ConnectPages::show(net::Request& request) {
  const Visit visit = co_await this->visit(request);
  if (visit.token.empty()) {
    co_return site_.message(request,
                            {.text_id = "connect.no_link", .status = 404, .for_end_users = true});
  }
  if (visit.run && visit.run->state == State::kRunning) co_return show_running(request, visit);
  if (!visit.session) {
    if (visit.run && visit.run->state == State::kLinked) {
      if (auto view = co_await confirmation(request, visit)) {
        const Language& language = language_of(request);
        co_return site_.page(request, {.template_name = "connected",
                                       .title = language.text("confirmation.title"),
                                       .view = std::move(*view),
                                       .session = visit.operator_session(),
                                       .for_end_users = true});
      }
    }
    if (auto told = co_await told_elsewhere(site_, request, visit.token))
      co_return *std::move(told);
    co_return link_is_over(request, visit.session.error());
  }
  if (visit.waiting) {
    if (auto page = waiting_page(site_, request,
                                 {.token = visit.token,
                                  .waiting = *visit.waiting,
                                  .run = visit.run ? &*visit.run : nullptr,
                                  .session = visit.operator_session(),
                                  .session_row = &*visit.session}))
      co_return *std::move(page);
  }
  if (!visit.run && !request.query.has("here"))
    if (auto told = co_await told_elsewhere(site_, request, visit.token))
      co_return *std::move(told);
  std::string connector_id = visit.session->connector_id;
  if (connector_id.empty()) connector_id = request.query.get_or("connector", "");
  if (connector_id.empty() && visit.run && !request.query.has("choose")) {
    connector_id = visit.run->connector_id;
  }
  if (connector_id.empty()) co_return show_picker(request, visit);
  auto target = co_await this->target(*visit.session, connector_id);
  if (!target) {
    if (target.error().code != ErrorCode::kUnavailable) {
      co_return site_.error(request, target.error(), visit.operator_session());
    }
    co_return site_.message(request, {.text_id = "connect.connector_missing",
                                      .status = 503,
                                      .session = visit.operator_session(),
                                      .for_end_users = true,
                                      .refresh_s = kMissingRefresh});
  }
  co_return co_await show_form(request, visit, *target);
}

net::Response ConnectPages::show_picker(net::Request& request, const Visit& visit) const {
  const Language& language = language_of(request);
  std::vector<ConnectorPtr> choices;
  for (const auto& connector : site_.options.registry.list()) {
    if (connector->state == connector::ConnectorState::kReady &&
        accounts::may_link(*visit.session, *connector))
      choices.push_back(connector);
  }
  View view =
      picker_view(choices, request.query.get_or("q", ""), site_.options.overridden_hosts, language);
  view.html("who_html",
            language.rich("connect.choose_who", {{"product", site_.product_name()},
                                                 {"owner", visit.session->owner_name}}));
  return site_.page(request, {.template_name = "choose",
                              .title = language.text("connect.choose_title"),
                              .view = std::move(view),
                              .session = visit.operator_session(),
                              .for_end_users = true});
}

net::Response ConnectPages::show_running(net::Request& request, const Visit& visit) const {
  const Language& language = language_of(request);
  const auto connector = site_.options.registry.find(visit.run->connector_id);
  const std::string provider =
      provider_called(manifest_of(connector), visit.run->connector_id, language);
  View view;
  view.text("csrf", connect_csrf(visit.token))
      .text("provider", provider)
      .view("logo", logo_view(manifest_of(connector), provider))
      .flag("cancelling", visit.run->cancelling)
      .text("headline", language.text("connect.running_title", {{"provider", provider}}))
      .text("checking", language.text("connect.running_body", {{"provider", provider}}));
  return site_.page(request,
                    {.template_name = "connecting",
                     .title = language.text("connect.running_title", {{"provider", provider}}),
                     .view = std::move(view),
                     .session = visit.operator_session(),
                     .refresh_s = kRunningRefresh,
                     .for_end_users = true});
}

net::Task<net::Response> ConnectPages::show_form(net::Request& request, const Visit& visit,
                                                 const ConnectTarget& target) {
  const Language& language = language_of(request);
  const manifest::Manifest& manifest = target.manifest();
  const store::ConnectSession& session = *visit.session;
  const std::string provider = provider_name(manifest, language);

  FormState state;
  if (!session.account_id.empty()) {
    const auto account =
        co_await site_.options.accounts.get(session.project_id, session.account_id);
    if (account) state.values = stored_values(*account);
  }
  const bool failed = visit.run && visit.run->state == State::kFailed &&
                      visit.run->connector_id == target.connector->id;
  if (failed) {
    const accounts::LinkOutcome& outcome = *visit.run->outcome;
    state.values = visit.run->values;
    state.problems = outcome.field_problems;
    if (!outcome.message.field_id.empty()) state.errors.push_back(outcome.message);
    state.notices = outcome.notices;
    state.secrets_retyped = true;
  }
  const bool sandboxed = is_sandboxed(manifest, site_.options.overridden_hosts);
  const bool reconnect = !session.account_id.empty();
  const bool is_passed_on = !session.passed_on_by.empty();
  const bool was_passed_on =
      !is_passed_on && (co_await waits_for_colleague(site_, session)).has_value();
  View view = connect_form_view({.manifest = manifest,
                                 .fields = target.method->fields,
                                 .guide = target.method->guide,
                                 .state = state,
                                 .ask = {.product_name = site_.product_name(),
                                         .owner_name = session.owner_name,
                                         .reconnect = reconnect,
                                         .sandboxed = sandboxed,
                                         .needed = target.needed,
                                         .needed_fields = target.needed_fields},
                                 .csrf = connect_csrf(visit.token),
                                 .white_label = site_.options.white_label,
                                 .can_choose = session.connector_id.empty(),
                                 .can_pass_on = !is_passed_on && !was_passed_on,
                                 .was_passed_on = was_passed_on,
                                 .is_passed_on = is_passed_on},
                                language);
  const auto to_share = guide_link(site_, request, target.integration);
  view.text("guide_link", to_share ? *to_share : "");
  if (failed) {
    const accounts::LinkOutcome& outcome = *visit.run->outcome;
    std::vector<View> loose;
    for (const auto& notice : outcome.notices) {
      if (target.method->find_field(notice.field_id) != nullptr) continue;
      loose.push_back(View().html("message_html", message_html(manifest, language, notice)));
    }
    view.view("failure", failure_view(manifest, outcome, visit.viewer.has_value(), language))
        .flag("has_loose_notices", !loose.empty())
        .list("loose_notices", std::move(loose));
  } else {
    view.flag("failure", false).flag("has_loose_notices", false);
  }
  const bool cancelled = failed && visit.run->outcome->error.code == ErrorCode::kCancelled;
  co_return site_.page(request, {.template_name = "connect",
                                 .title = language.text(
                                     reconnect ? "connect.headline_reconnect" : "connect.headline",
                                     {{"provider", provider}}),
                                 .view = std::move(view),
                                 .session = visit.operator_session(),
                                 .problem = failed && !cancelled,
                                 .for_end_users = true,
                                 .sandboxed = sandboxed});
}

net::Task<net::Response> ConnectPages::connect(net::Request& request) {
  if (!site_.is_from_own_page(request)) {
    co_return site_.message(
        request, {.text_id = "message.foreign_origin", .status = 403, .for_end_users = true});
  }
  const bool script = is_from_script(request);
  const Visit visit = co_await this->visit(request);
  auto form = request.take_form();
  if (visit.token.empty() || !form || !csrf_matches(request, *form, connect_csrf(visit.token))) {
    if (script) co_return state_json("stale", false, 403);
    co_return site_.message(request, {.text_id = "connect.stale_page",
                                      .status = 403,
                                      .for_end_users = true,
                                      .link = "/connect",
                                      .link_text_id = "connect.load_again"});
  }
  const auto to_page = [&] {
    return script ? state_json("none", false) : net::redirect("/connect");
  };
  if (!visit.session) co_return to_page();
  std::string connector_id = visit.session->connector_id;
  if (connector_id.empty()) connector_id = form->get_or("connector", "");
  auto target = co_await this->target(*visit.session, connector_id);
  if (!target) co_return to_page();

  accounts::LinkRequest link;
  link.session = *visit.session;
  link.connector_id = connector_id;
  link.form = accounts::split_form(*target->method, take_fields(*form));
  link.has_browser = true;
  link.redirect_uri = own_origin(request, site_.options.public_origin) + std::string(kReturnPath);
  const auto cancel = site_.runs->begin(visit.key, connector_id, showable(link.form), site_.now());
  if (!cancel) co_return script ? state_json("running", false) : net::redirect("/connect");
  link.cancel = *cancel;
  if (!script) {
    co_await follow(site_.runs, site_.options.clock, visit.key,
                    site_.options.accounts.link(std::move(link)));
    co_return net::redirect("/connect");
  }
  net::asio::co_spawn(co_await net::asio::this_coro::executor,
                      follow(site_.runs, site_.options.clock, visit.key,
                             site_.options.accounts.link(std::move(link))),
                      net::asio::detached);
  co_return state_json("running", false, 202);
}

net::Task<net::Response> ConnectPages::cancel(net::Request& request) {
  const bool script = is_from_script(request);
  const std::string token = connect_token(request);
  auto form = request.take_form();
  if (!site_.is_from_own_page(request) || token.empty() || !form ||
      !csrf_matches(request, *form, connect_csrf(token))) {
    if (script) co_return state_json("stale", false, 403);
    co_return site_.message(
        request, {.text_id = "connect.stale_page", .status = 403, .for_end_users = true});
  }
  const auto key = sha256_hex(token);
  const auto place = co_await place_of(site_, request, token);
  const auto run = site_.runs->find(key, site_.now());
  if (run && run->state == State::kRunning) {
    site_.runs->cancel(key);
  } else if (const auto session = co_await site_.options.accounts.find_session(token)) {
    // What waits for the person is left to the recovery, which revokes what it had minted.
    const auto given_up = co_await site_.options.accounts.linker().give_up(*session);
    if (!given_up) log::warning("web", "not_given_up", {{"error", given_up.error().message}});
    if (run && run->state == State::kWaiting)
      end_wait(key, *run, make_error(ErrorCode::kCancelled, "Connecting was cancelled."));
    else
      site_.runs->forget(key);
  }
  co_return script ? state_json("running", true) : to_person(place);
}

net::Task<net::Response> ConnectPages::status(net::Request& request) {
  const std::string token = connect_token(request);
  if (token.empty()) co_return state_json("none", false);
  const auto run = site_.runs->find(sha256_hex(token), site_.now());
  if (run && run->state != State::kWaiting)
    co_return state_json(to_string(run->state), run->cancelling);
  const Visit visit = co_await this->visit(request);
  if (visit.waiting) co_return state_json("waiting", false, 200, visit.waiting->pause.redirect_url);
  if (!visit.run) co_return state_json("none", false);
  const bool is_over = !visit.session && visit.run->state == State::kWaiting;
  co_return state_json(is_over ? "none" : to_string(visit.run->state), visit.run->cancelling);
}

net::Task<std::optional<View>> ConnectPages::confirmation(net::Request& request,
                                                          const Visit& visit) {
  const auto connector = site_.options.registry.find(visit.run->connector_id);
  const auto& account = visit.run->outcome->account;
  if (!connector || !account) co_return std::nullopt;
  const auto detail = co_await site_.options.accounts.detail(account->project_id, account->id);
  if (!detail) co_return std::nullopt;
  View view = confirmation_view(*connector->manifest, *detail, *visit.run->outcome,
                                site_.product_name(), language_of(request));
  view.flag("for_operator", visit.viewer.has_value());
  co_return view;
}

net::Task<net::Response> ConnectPages::result(net::Request& request) {
  const Visit visit = co_await this->visit(request);
  if (!visit.run || visit.run->state != State::kLinked) co_return net::redirect("/connect");
  auto view = co_await confirmation(request, visit);
  if (!view) co_return net::redirect("/connect");
  co_return site_.fragment(request, "confirmation", *view);
}

}  // namespace patchbay::web
