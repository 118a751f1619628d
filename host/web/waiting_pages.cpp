#include "web/waiting_pages.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/hash.h"
#include "manifest/hosts.h"
#include "web/attempt_pages.h"
#include "web/connect_access.h"
#include "web/connector_view.h"
#include "web/form_view.h"
#include "web/framing.h"
#include "web/manifest_text.h"
#include "web/person_place.h"
#include "web/request_checks.h"
#include "web/sign_in_window.h"

namespace patchbay::web {
namespace {

// What a provider may send along; more is no answer of a sign-in page.
constexpr std::size_t kMostParameters = 32;
constexpr std::size_t kLongestParameter = 8192;

constexpr unsigned kFrameRefresh = 5;  // seconds, without JavaScript

std::vector<connector::NamedSecret> take_query(net::Request& request) {
  std::vector<connector::NamedSecret> query;
  for (std::size_t i = 0; i < request.query.size() && i < kMostParameters; ++i) {
    const auto [name, value] = request.query.at(i);
    if (value.size() <= kLongestParameter)
      query.push_back({std::string(name), SecretString(std::string(value))});
  }
  return query;
}

// What the form showed; it does again if this fails.
manifest::FormValues shown_before(const Site& site, const std::string& key) {
  auto run = site.runs->find(key, site.now());
  return run ? std::move(run->values) : manifest::FormValues();
}

// What is wrong with the last answer, in the host's own words.
std::string objection_to(const ConnectRuns::Run* run, const Language& language) {
  if (run == nullptr || run->outcome == nullptr) return {};
  const auto& outcome = *run->outcome;
  if (!outcome.waiting || outcome.error.message.empty() || !outcome.field_problems.empty())
    return {};
  return language.text("waiting.other_answer");
}

View ask_view(const manifest::Manifest& manifest, const manifest::AuthMethod& method,
              const WaitingPage& page, const Language& language) {
  FormState state;
  if (page.run != nullptr && page.run->outcome != nullptr)
    state.problems = page.run->outcome->field_problems;
  const auto& pause = page.waiting.pause;
  SafeHtml reason;
  if (pause.ask_reason) reason = message_html(manifest, language, *pause.ask_reason);
  return View()
      .html("reason_html", reason)
      .view("form",
            form_view(manifest, accounts::fields_asked_for(method, pause), state, language));
}

// In a frame, where the provider's page opens in a window of its own.
View window_view(const std::string& ticket, const manifest::TextArguments& about,
                 const Language& language) {
  View view;
  view.text("ticket", ticket).text("path", kSignInPath);
  for (const std::string_view id :
       {"body", "go", "again", "tab", "open", "blocked", "closed", "checking"})
    view.text(id, language.text("sign_in_window." + std::string(id), about));
  return view;
}

}  // namespace

std::optional<net::Response> waiting_page(Site& site, const net::Request& request,
                                          const WaitingPage& page) {
  const auto connector = site.options.registry.find(page.waiting.connector_id);
  if (!connector) return std::nullopt;
  const auto& manifest = *connector->manifest;
  const auto* method = manifest.find_auth_method(page.waiting.auth_method_id);
  if (method == nullptr) return std::nullopt;
  const Language& language = language_of(request);
  const std::string provider = provider_name(manifest, language);
  const auto& url = page.waiting.pause.redirect_url;
  const auto parts = manifest::parse_https_url(url);
  const manifest::TextArguments about{{"provider", provider}, {"host", parts ? parts->host : ""}};
  const std::string_view kind = page.waiting.pause.is_redirect() ? "go" : "ask";
  const std::string headline = language.text("waiting." + std::string(kind) + "_title", about);

  const std::string objection = objection_to(page.run, language);
  View view;
  view.text("csrf", connect_csrf(page.token))
      .view("logo", logo_view(&manifest, provider))
      .text("headline", headline)
      .text("explain", language.text("waiting." + std::string(kind) + "_body", about))
      .text("objection", objection)
      .flag("goes_on", page.in_sign_in_window && objection.empty())
      .text("url", url)
      .text("go", language.text("waiting.go", about));
  unsigned refresh_s = 0;
  if (page.waiting.pause.is_redirect()) {
    view.flag("ask", false);
    if (page.session_row != nullptr && is_framed(request)) {
      const auto ticket = sign_in_ticket(site, *page.session_row, page.token);
      if (!ticket) return site.error(request, ticket.error(), page.session);
      view.view("window", window_view(*ticket, about, language));
      refresh_s = kFrameRefresh;
    }
  } else {
    view.view("ask", ask_view(manifest, *method, page, language));
  }
  return site.page(request, {.template_name = "waiting",
                             .title = headline,
                             .view = std::move(view),
                             .session = page.session,
                             .refresh_s = refresh_s,
                             .for_end_users = true,
                             .sandboxed = is_sandboxed(manifest, site.options.overridden_hosts)});
}

void WaitingPages::add_routes(net::Router& router) {
  router.add("GET", kReturnPath,
             site_.open([this](net::Request& request) { return come_back(request); }));
  router.add("POST", "/connect/more",
             site_.open([this](net::Request& request) { return fill_in(request); }));
}

net::Task<net::Response> WaitingPages::come_back(net::Request& request) {
  const std::string token = connect_token(request);
  if (token.empty())
    co_return site_.message(
        request, {.text_id = "waiting.other_browser", .status = 403, .for_end_users = true});
  accounts::ResumeRequest resume;
  resume.query = take_query(request);
  auto& accounts = site_.options.accounts;
  const auto place = co_await place_of(site_, request, token);
  auto session = co_await accounts.find_session(token);
  if (!session) co_return to_person(place);
  const auto waiting = co_await accounts.linker().waiting(*session);
  // What the frame is told is left as it is: cancelled, over.
  if (!waiting && place == PersonPlace::kSignInWindow) co_return to_person(place);
  const std::string connector_id = waiting ? waiting->connector_id : session->connector_id;
  resume.session = std::move(*session);
  const auto key = sha256_hex(token);
  const auto cancel = site_.runs->begin(key, connector_id, shown_before(site_, key), site_.now());
  if (!cancel) co_return to_person(place);
  resume.cancel = *cancel;
  // The page shows the progress; the address with the code in it is left at once.
  net::asio::co_spawn(
      co_await net::asio::this_coro::executor,
      follow(site_.runs, site_.options.clock, key,
             telling_attempt(accounts, site_.options.registry.find(connector_id),
                             waiting ? waiting->auth_method_id : "", language_of(request),
                             accounts.linker().resume(std::move(resume)))),
      net::asio::detached);
  co_return to_person(place);
}

net::Task<net::Response> WaitingPages::fill_in(net::Request& request) {
  const std::string token = connect_token(request);
  auto form = request.take_form();
  if (!site_.is_from_own_page(request) || token.empty() || !form ||
      !csrf_matches(request, *form, connect_csrf(token)))
    co_return site_.message(request, {.text_id = "connect.stale_page",
                                      .status = 403,
                                      .for_end_users = true,
                                      .link = "/connect",
                                      .link_text_id = "connect.load_again"});
  auto& accounts = site_.options.accounts;
  const auto place = co_await place_of(site_, request, token);
  auto session = co_await accounts.find_session(token);
  if (!session) co_return to_person(place);
  const auto waiting = co_await accounts.linker().waiting(*session);
  if (!waiting) co_return to_person(place);
  const auto connector = site_.options.registry.find(waiting->connector_id);
  const auto* method =
      connector ? connector->manifest->find_auth_method(waiting->auth_method_id) : nullptr;
  if (method == nullptr) co_return to_person(place);
  accounts::ResumeRequest resume;
  resume.session = std::move(*session);
  resume.form = accounts::split_form(*method, take_fields(*form));
  const auto key = sha256_hex(token);
  const auto cancel =
      site_.runs->begin(key, waiting->connector_id, shown_before(site_, key), site_.now());
  if (!cancel) co_return to_person(place);
  resume.cancel = *cancel;
  co_await follow(site_.runs, site_.options.clock, key,
                  telling_attempt(accounts, connector, method->id, language_of(request),
                                  accounts.linker().resume(std::move(resume))));
  co_return to_person(place);
}

}  // namespace patchbay::web
