#include "web/attempt_pages.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "web/connect_access.h"
#include "web/failure_words.h"
#include "web/person_place.h"
#include "web/request_checks.h"
#include "web/waiting_pages.h"

namespace patchbay::web {
namespace {

using accounts::AttemptStage;
using accounts::AttemptStatus;

constexpr std::size_t kMostFields = 100;
constexpr std::string_view kLookAgain = "2";  // seconds

// Why the window leads nowhere, as the clean address says it; each is a text.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kRefusals = {{
    {"page", "window.other_page"},
    {"link", "connect.link_unknown"},
    {"used", "connect.link_used"},
    {"expired", "connect.link_expired"},
    {"over", "window.over"},
    {"failed", "message.failed"},
}};

net::Response refuse(std::string_view why) {
  return net::redirect(std::string(kWindowPath) + "?why=" + std::string(why));
}

std::string_view refusal_for(const Error& error) {
  switch (error.code) {
    case ErrorCode::kExpired:
      return "expired";
    case ErrorCode::kConflict:
      return "used";
    case ErrorCode::kNotFound:
      return "link";
    default:
      return "failed";
  }
}

bool is_secret(const manifest::AuthMethod& method, std::string_view id) {
  const auto* field = method.find_field(id);
  if (field == nullptr) field = method.find_further_field(id);
  return field != nullptr && field->secret;
}

}  // namespace

// What the component's address says.
struct AttemptPages::Asked {
  std::string token;
  std::string attempt_id;
  std::string redirect_uri;
  std::vector<connector::NamedSecret> entered;

  explicit Asked(const net::Request& request) {
    for (std::size_t i = 0; i < request.query.size(); ++i) {
      const auto [name, value] = request.query.at(i);
      if (name == "token")
        token = value;
      else if (name == "connection_attempt_id")
        attempt_id = value;
      else if (name == "redirect_uri")
        redirect_uri = value;
      else if (entered.size() < kMostFields && !value.empty())
        entered.push_back({std::string(name), SecretString(value)});
    }
  }
  Asked(Asked&&) = default;
  Asked& operator=(Asked&&) = default;
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  ~Asked() { wipe(token.data(), token.size()); }
};

struct AttemptPages::Visit {
  std::string token;
  store::ConnectSession session;
  accounts::ConnectionAttempt attempt;
};

net::Task<bool> is_in_window(Site& site, std::string token) {
  auto& accounts = site.options.accounts;
  const auto session = co_await accounts.find_session_in_any_state(std::move(token));
  if (!session) co_return false;
  const auto opened = co_await accounts.attempts().find_opened(*session);
  if (!opened) co_return false;
  if (opened->state.stage == AttemptStage::kStarted) co_return true;
  // The window's own link is over; another may wait on the connect page.
  const auto waiting = co_await accounts.linker().waiting(*session);
  co_return !waiting;
}

net::Task<accounts::LinkOutcome> telling_attempt(accounts::AccountService& accounts,
                                                 connector::ConnectorPtr connector,
                                                 std::string auth_method_id,
                                                 const Language& language,
                                                 net::Task<accounts::LinkOutcome> link) {
  auto outcome = co_await std::move(link);
  if (outcome.account || outcome.waiting || outcome.attempt_id.empty()) co_return outcome;
  const auto* method = connector ? connector->manifest->find_auth_method(auth_method_id) : nullptr;
  const auto text = method != nullptr
                        ? failure_text(*connector->manifest, *method, outcome, language)
                        : outcome.error.message;
  const auto told = co_await accounts.attempts().fail(outcome.attempt_id, outcome.error.code, text);
  if (!told) log::warning("web", "attempt_not_told", {{"error", told.error().message}});
  co_return outcome;
}

void AttemptPages::add_routes(net::Router& router) {
  // Not behind the language switch, which would repeat the address.
  router.add("GET", "/connect/oauth2/{integration_id}",
             [this](net::Request& request) -> net::Task<net::Response> {
               co_return secured(keeping_opener(co_await open(request)));
             });
  router.add("GET", kWindowPath,
             site_.open([this](net::Request& request) -> net::Task<net::Response> {
               co_return keeping_opener(co_await show(request));
             }));
}

net::Task<net::Response> AttemptPages::open(net::Request& request) {
  Asked asked(request);
  if (!site_.options.embed_origins.allow_address(request, asked.redirect_uri))
    co_return refuse("page");
  if (!looks_like_token(asked.token)) co_return refuse("link");
  const auto session = co_await site_.options.accounts.find_session(asked.token);
  if (!session) co_return refuse(refusal_for(session.error()));
  if (!session->passed_on_by.empty()) co_return refuse("link");
  const auto cookie = connect_cookie(request, asked.token);
  const auto taken = co_await take(request, *session, std::move(asked));
  if (!taken && taken.error().code != ErrorCode::kNotFound) co_return refuse("failed");
  if (!taken || !*taken) co_return refuse("over");
  auto response = net::redirect(kWindowPath);
  response.cookie(cookie);
  co_return response;
}

// False: the window was opened before, or the attempt is over.
net::Task<Result<bool>> AttemptPages::take(const net::Request& request,
                                           const store::ConnectSession& session, Asked asked) {
  auto& attempts = site_.options.accounts.attempts();
  PATCHBAY_CO_TRY_ASSIGN(const auto target,
                         co_await site_.options.accounts.linker().target(
                             session, std::string(request.param("integration_id"))));
  if (target.method->grant_type != manifest::GrantType::kAuthorizationCode) co_return false;
  const bool has_secrets = std::ranges::any_of(
      asked.entered, [&](const auto& field) { return is_secret(*target.method, field.name); });
  accounts::ConnectionAttempts::Opening opening;
  opening.integration_id = target.integration.id;
  opening.is_vouched =
      site_.options.embed_origins.allow_address(request, request.header("Referer"));
  if (!has_secrets)
    for (const auto& field : asked.entered)
      opening.entered.push_back({field.name, std::string(field.value.reveal())});
  PATCHBAY_CO_TRY_ASSIGN(const bool ours,
                         co_await attempts.open(session, asked.attempt_id, std::move(opening)));
  if (ours && has_secrets)
    PATCHBAY_CO_TRY(co_await attempts.fail(asked.attempt_id, ErrorCode::kInvalidArgument,
                                           language_of(request).text("window.secret")));
  co_return ours;
}

net::Response AttemptPages::say(const net::Request& request, std::string_view text_id,
                                unsigned status, std::string detail) const {
  return site_.message(request, {.text_id = text_id,
                                 .status = status,
                                 .for_end_users = true,
                                 .detail = std::move(detail),
                                 .closes_window = text_id == "window.linked"});
}

net::Task<net::Response> AttemptPages::show(net::Request& request) {
  if (const auto why = request.query.get("why")) {
    const auto* const refusal =
        std::ranges::find(kRefusals, *why, &decltype(kRefusals)::value_type::first);
    co_return say(request, refusal == kRefusals.end() ? "window.over" : refusal->second, 400);
  }
  Visit visit{.token = connect_token(request), .session = {}, .attempt = {}};
  auto session = co_await site_.options.accounts.find_session_in_any_state(visit.token);
  if (!session) co_return say(request, "window.over", 404);
  visit.session = *std::move(session);
  auto attempt = co_await site_.options.accounts.attempts().find_opened(visit.session);
  if (!attempt) co_return say(request, "window.over", 404);
  visit.attempt = *std::move(attempt);
  switch (accounts::status_of(visit.attempt.state, visit.session, site_.now())) {
    case AttemptStatus::kPending:
      break;
    case AttemptStatus::kLinked:
      co_return say(request, "window.linked");
    case AttemptStatus::kFailed:
      co_return say(request, "window.failed", 200, visit.attempt.state.error_text);
    case AttemptStatus::kCancelled:
      co_return say(request, "window.cancelled");
    case AttemptStatus::kExpired:
      co_return say(request, "window.expired");
  }
  if (visit.attempt.state.stage == AttemptStage::kOpened) co_return co_await start(request, visit);
  co_return co_await go_on(request, visit);
}

net::Task<net::Response> AttemptPages::start(net::Request& request, const Visit& visit) {
  auto& accounts = site_.options.accounts;
  const auto& key = visit.session.token_hash;
  auto entered = accounts.attempts().entered(visit.attempt);
  if (!entered) co_return site_.error(request, entered.error(), nullptr);
  const auto target =
      co_await accounts.linker().target(visit.session, visit.attempt.state.integration_id);
  if (!target) co_return site_.error(request, target.error(), nullptr);
  accounts::LinkRequest link;
  link.session = visit.session;
  link.session.integration_id = target->integration.id;
  link.connector_id = target->connector->id;
  link.form.values = *std::move(entered);
  link.has_browser = true;
  link.redirect_uri = own_origin(request, site_.options.public_origin) + std::string(kReturnPath);
  link.attempt_id = visit.attempt.row.id;
  const auto cancel = site_.runs->begin(key, link.connector_id, {}, site_.now());
  if (!cancel) co_return co_await go_on(request, visit);
  link.cancel = *cancel;
  co_await follow(site_.runs, site_.options.clock, key,
                  telling_attempt(accounts, target->connector, target->method->id,
                                  language_of(request), accounts.link(std::move(link))));
  const auto run = site_.runs->find(key, site_.now());
  const bool goes = run && run->outcome && run->outcome->waiting &&
                    run->outcome->waiting->is_redirect() && visit.attempt.state.is_vouched;
  co_return net::redirect(goes ? run->outcome->waiting->redirect_url : std::string(kWindowPath));
}

net::Task<net::Response> AttemptPages::go_on(net::Request& request, const Visit& visit) {
  const auto run = site_.runs->find(visit.session.token_hash, site_.now());
  if (!run || run->state != ConnectRuns::State::kRunning) {
    if (const auto waiting = co_await site_.options.accounts.linker().waiting(visit.session))
      if (auto page = waiting_page(
              site_, request,
              {.token = visit.token, .waiting = *waiting, .run = run ? &*run : nullptr}))
        co_return *std::move(page);
  }
  co_return say(request, "window.at_work").with("Refresh", kLookAgain);
}

}  // namespace patchbay::web
