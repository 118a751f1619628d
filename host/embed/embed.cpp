#include "embed/embed.h"

#include <algorithm>

#include "accounts/credentials.h"
#include "accounts/kept_secrets.h"
#include "api/json_body.h"
#include "embed/component_form.h"
#include "embed/failure_answer.h"
#include "embed/session_token.h"

namespace patchbay::embed {
namespace {

constexpr std::size_t kMostFields = 100;
constexpr std::size_t kMostCredentialBytes = std::size_t{256} << 10U;

Error not_offered() {
  return make_error(ErrorCode::kNotFound, "This link does not lead to such an integration.");
}

Error window_needed() {
  return make_error(ErrorCode::kInvalidArgument,
                    "People sign in at this provider. Make a connection attempt "
                    "(POST /hub/connection_attempts) and open its window.");
}

// What was entered. A text for each field, nothing else.
Result<std::vector<connector::NamedSecret>> read_credentials(const json::Value& credentials) {
  std::vector<connector::NamedSecret> entered;
  if (credentials.size() > kMostFields)
    return make_error(ErrorCode::kInvalidArgument, "There are too many credentials.",
                      "credentials");
  for (std::size_t i = 0; i < credentials.size(); ++i) {
    const auto [name, value] = credentials.member(i);
    const auto text = value.as_string();
    if (!text)
      return make_error(ErrorCode::kInvalidArgument,
                        "\"" + std::string(name) + "\" must be a text.", "credentials");
    entered.push_back({std::string(name), SecretString(*text)});
  }
  return entered;
}

struct Posted {
  std::string integration_id;
  std::vector<connector::NamedSecret> credentials;
};

boost::system::result<Posted, actions::ActionError> read_posted(const net::Request& request) {
  PATCHBAY_TRY_ASSIGN(auto body, api::JsonBody::read(request));
  Posted posted;
  posted.integration_id = body.required_text("integration_id");
  const auto credentials = body.object("credentials", kMostCredentialBytes);
  if (auto problems = body.problems()) return *std::move(problems);
  PATCHBAY_TRY_ASSIGN(posted.credentials, read_credentials(credentials));
  return posted;
}

}  // namespace

void Embed::add_routes(net::Router& router) {
  add(router, "GET", "/hub/settings", &Embed::settings);
  add(router, "GET", "/hub/connectors", &Embed::connectors);
  add(router, "GET", "/hub/connectors/{id}", &Embed::form);
  add(router, "POST", "/hub/accounts", &Embed::create_account);
  add(router, "GET", "/hub/accounts/{id}", &Embed::read_account);
  add(router, "PATCH", "/hub/accounts/{id}", &Embed::change_account);
  for (const auto* const path : {"/hub/settings", "/hub/connectors", "/hub/connectors/{id}",
                                 "/hub/accounts", "/hub/accounts/{id}"})
    add_preflight(router, options_.origins, path);
  attempts_.add_routes(router);
}

void Embed::let_pages_read(const net::Request& request, net::Response& response) const {
  if (request.path == "/hub" || request.path.starts_with("/hub/"))
    options_.origins.mark(request, response);
}

void Embed::add(net::Router& router, std::string_view method, std::string_view pattern,
                Handler handler) {
  router.add(method, pattern,
             [this, handler](net::Request& request) { return answer(handler, request); });
}

net::Task<net::Response> Embed::answer(Handler handler, net::Request& request) {
  if (!options_.origins.allow(request)) co_return failure(request, foreign_origin());
  const auto session = co_await session_of(request);
  auto response = session
                      ? co_await (this->*handler)(request, *session)
                      : session_answer(request, session.error(), options_.services.clock.unix_ms());
  options_.origins.mark(request, response);
  co_return response;
}

net::Response Embed::failure(const net::Request& request, const Error& error) const {
  return failure_answer(request, error, options_.services.clock.unix_ms());
}

net::Response Embed::refused(const net::Request& request, const actions::ActionError& error) const {
  return failure_answer(request, error, options_.services.clock.unix_ms());
}

net::Task<Result<Embed::Session>> Embed::session_of(const net::Request& request) const {
  PATCHBAY_CO_TRY_ASSIGN(auto token, session_token(request));
  auto session = co_await options_.accounts.find_session(std::move(token));
  if (session && !is_for_component(*session)) co_return not_for_component();
  co_return session;
}

net::Task<Result<Embed::Target>> Embed::usual_target(const Session& session,
                                                     connector::ConnectorPtr connector) const {
  auto target = co_await options_.accounts.linker().usual_target(session, std::move(connector));
  if (target && !is_offered(*target->method)) co_return not_offered();
  co_return target;
}

net::Task<Result<Embed::Target>> Embed::target(const Session& session,
                                               std::string integration_id) const {
  auto target = co_await options_.accounts.linker().target(session, std::move(integration_id));
  if (target && !is_offered(*target->method)) co_return not_offered();
  co_return target;
}

net::Task<Result<store::Account>> Embed::account_of(const Session& session, std::string id) const {
  auto account = co_await options_.accounts.get(session.project_id, std::move(id));
  if (!account) co_return account.error();
  const bool named = session.account_id == account->id;
  const bool owned =
      session.account_id.empty() && account->owner_id == session.owner_id &&
      (session.connector_id.empty() || session.connector_id == account->connector_id);
  if (!named && !owned)
    co_return make_error(ErrorCode::kNotFound, "This link does not lead to such an account.");
  co_return account;
}

net::Task<net::Response> Embed::settings(net::Request& /*request*/, const Session& session) {
  json::Writer out;
  out.begin_object().key("enabled_features").begin_array().end_array();
  if (!session.account_id.empty()) out.member("existing_account_id", session.account_id);
  co_return net::json(out.end_object().take());
}

net::Task<net::Response> Embed::connectors(net::Request& request, const Session& session) {
  const auto asked = request.query.get_or("provider", "");
  const auto& language = web::language_of(request);
  json::Writer out;
  out.begin_object().key("integrations").begin_array();
  bool any = false;
  for (const auto& connector : options_.services.registry.list()) {
    if (connector->state != connector::ConnectorState::kReady ||
        !accounts::may_link(session, *connector) || (!asked.empty() && connector->id != asked))
      continue;
    const auto target = co_await usual_target(session, connector);
    if (!target && target.error().code != ErrorCode::kNotFound)
      co_return failure(request, target.error());
    if (!target) continue;
    write_entry(out, target->integration, *connector, language);
    any = true;
  }
  // An empty list would look as if there were nothing to connect.
  if (!any && !session.connector_id.empty())
    co_return failure(request,
                      make_error(ErrorCode::kUnavailable,
                                 "This provider can't be linked at the moment: its connector is "
                                 "not installed, not ready, or needs the hub's own connect page."));
  co_return net::json(out.end_array().end_object().take());
}

net::Task<net::Response> Embed::form(net::Request& request, const Session& session) {
  const auto target = co_await this->target(session, std::string(request.param("id")));
  if (!target) co_return failure(request, target.error());
  json::Writer out;
  write_form(out, *target->connector, *target->method, web::language_of(request));
  co_return net::json(out.take());
}

net::Task<net::Response> Embed::create_account(net::Request& request, const Session& session) {
  auto posted = read_posted(request);
  if (!posted) co_return refused(request, posted.error());
  auto target = co_await this->target(session, posted->integration_id);
  if (!target) co_return failure(request, target.error());
  if (needs_window(*target->method)) co_return failure(request, window_needed());
  auto form = accounts::split_form(*target->method, std::move(posted->credentials));
  co_return co_await link(request, session, std::move(*target), std::move(form), 201);
}

net::Task<net::Response> Embed::read_account(net::Request& request, const Session& session) {
  const auto account = co_await account_of(session, std::string(request.param("id")));
  if (!account) co_return failure(request, account.error());
  const auto target = co_await this->target(session, account->integration_id);
  if (!target) co_return failure(request, target.error());
  const auto names = co_await accounts::stored_secret_names(options_.services, *account);
  if (!names) co_return failure(request, names.error());
  json::Writer out;
  write_account(out, *account, target->integration, *target->connector, *names);
  co_return net::json(out.take());
}

net::Task<net::Response> Embed::change_account(net::Request& request, const Session& session) {
  const auto account = co_await account_of(session, std::string(request.param("id")));
  if (!account) co_return failure(request, account.error());
  auto posted = read_posted(request);
  if (!posted) co_return refused(request, posted.error());
  if (posted->integration_id != account->integration_id) co_return failure(request, not_offered());
  auto target = co_await this->target(session, posted->integration_id);
  if (!target) co_return failure(request, target.error());
  if (needs_window(*target->method)) co_return failure(request, window_needed());
  auto form = co_await accounts::with_kept_secrets(
      options_.services, *account, *target->connector->manifest, *target->method,
      accounts::split_form(*target->method, std::move(posted->credentials)));
  if (!form) co_return failure(request, form.error());
  Session editing = session;
  editing.account_id = account->id;
  co_return co_await link(request, std::move(editing), std::move(*target), std::move(*form), 200);
}

net::Task<net::Response> Embed::link(const net::Request& request, Session session, Target target,
                                     accounts::FormInput form, unsigned status) {
  accounts::LinkRequest wanted;
  session.integration_id = target.integration.id;
  wanted.session = std::move(session);
  wanted.connector_id = target.connector->id;
  wanted.form = std::move(form);
  const auto outcome = co_await options_.accounts.link(std::move(wanted));
  if (!outcome.account)
    co_return failure_answer(request, *target.connector->manifest, *target.method, outcome,
                             options_.services.clock.unix_ms());
  json::Writer out;
  out.begin_object()
      .member("id", outcome.account->id)
      .member("provider", outcome.account->connector_id)
      .end_object();
  co_return net::json(out.take(), status);
}

}  // namespace patchbay::embed
