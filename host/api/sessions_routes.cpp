// Links for end users: POST /connect_sessions, /connect_sessions/authenticate and
// /accounts/{id}/manage_link.
#include "accounts/sealed_link.h"
#include "api/api.h"
#include "api/api_response.h"
#include "api/json_body.h"
#include "api/session_json.h"
#include "base/iso_time.h"
#include "store/integrations_table.h"

namespace patchbay::api {
namespace {

constexpr std::int64_t kUsualLife = 1800;
constexpr std::int64_t kLongestLife = 30LL * 24 * 3600;
// A manage link can't be taken back, so it is not good for long.
constexpr std::int64_t kUsualManageLife = 3600;
constexpr std::int64_t kLongestManageLife = 24LL * 3600;

accounts::SessionRequest read_session(JsonBody& body, const Caller& caller) {
  accounts::SessionRequest wanted;
  wanted.project_id = caller.project_id;
  wanted.owner_id = body.required_text("origin_owner_id");
  wanted.owner_name = body.required_text("origin_owner_name");
  wanted.username = body.text("origin_username");
  wanted.connector_id = body.text("provider");
  wanted.integration_id = body.text("integration_id");
  wanted.account_id = body.text("account_id");
  wanted.label = body.text("label");
  wanted.multiple = body.flag("multiple", false);
  wanted.type = body.choice("type", {"production", "test"}) == "test"
                    ? store::AccountType::kTest
                    : store::AccountType::kProduction;
  if (const auto metadata = body.object("metadata"); metadata.is_object())
    wanted.metadata = metadata.dump();
  json::Writer categories;
  categories.begin_array();
  for (const auto& category : body.texts("categories", session_categories()))
    categories.string(category);
  wanted.categories = categories.end_array().take();
  body.take("provider_version");  // their clients have it still
  wanted.expires_in_s = body.integer("expires_in", kUsualLife, 1, kLongestLife);
  return wanted;
}

Error unknown(std::string_view what, const char* field) {
  return make_error(ErrorCode::kInvalidArgument,
                    "There is no " + std::string(what) + " of that name here.", field);
}

}  // namespace

Task<Result<>> Api::check_target(accounts::SessionRequest& wanted) {
  if (!wanted.connector_id.empty() && !runner_.find_connector(wanted.connector_id))
    co_return unknown("provider", "provider");
  if (wanted.integration_id.empty()) co_return Result<>();
  const auto found = co_await options_.services.store.read(
      [project = wanted.project_id, id = wanted.integration_id](store::Database& db) {
        return store::integrations_table::find(db, project, id);
      });
  if (!found) co_return found.error();
  if (!*found || (!wanted.connector_id.empty() && (*found)->connector_id != wanted.connector_id))
    co_return unknown("integration", "integration_id");
  wanted.connector_id = (*found)->connector_id;
  co_return Result<>();
}

Task<net::Response> Api::create_session(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return error(request, api_error(body.error()));
  auto wanted = read_session(*body, caller);
  if (const auto problems = body->problems()) co_return error(request, api_error(*problems));
  if (const auto known = co_await check_target(wanted); !known)
    co_return error(request, api_error(known.error()));
  auto made = co_await options_.accounts.create_session(std::move(wanted));
  if (!made) co_return error(request, api_error(made.error()));

  json::Writer out;
  write_connect_session(out, made->session, request.header("User-Agent"));
  const std::string object = out.end_object().take();
  // The link holds the token, so both go into memory that is wiped.
  SecretString link(options_.hub_url());
  link.append("/connect/");
  link.append(made->token.reveal());
  const auto with_token = secret_json(object, "token", made->token.reveal());
  co_return secret_json(with_token.body, "auth_link_url", link.reveal(), 201);
}

Task<net::Response> Api::authenticate_session(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return error(request, api_error(body.error()));
  std::string token = body->required_text("token");
  if (const auto problems = body->problems()) co_return error(request, api_error(*problems));
  // The project first: what became of another one's link is nobody's business here.
  const auto of_any_state = co_await options_.accounts.find_session_in_any_state(token);
  if (!of_any_state) co_return error(request, api_error(of_any_state.error()));
  if (of_any_state->project_id != caller.project_id)
    co_return error(request,
                    api_error(make_error(ErrorCode::kNotFound, "This link is not valid.")));
  const auto session = co_await options_.accounts.find_session(std::move(token));
  if (!session) co_return error(request, api_error(session.error()));
  json::Writer out;
  write_connect_session(out, *session, request.header("User-Agent"));
  co_return net::json(out.end_object().take(), 201);
}

Task<net::Response> Api::make_manage_link(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  const auto life = body->integer("expires_in", kUsualManageLife, 60, kLongestManageLife);
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  const auto account =
      co_await options_.accounts.get(caller.project_id, std::string(request.param("id")));
  if (!account) co_return problem_error(api_error(account.error()), request);
  const auto expires = options_.services.clock.unix_ms() + life * 1000;
  const auto token = accounts::seal_link(options_.services.vault, accounts::LinkPurpose::kManage,
                                         {caller.project_id, account->id, expires});
  if (!token) co_return problem_error(api_error(token.error()), request);
  json::Writer out;
  out.begin_object().member("account_id", account->id).member("expires_at", iso_time(expires));
  SecretString link(options_.hub_url());
  link.append("/manage/");
  link.append(*token);
  co_return secret_json(out.end_object().take(), "url", link.reveal(), 201);
}

}  // namespace patchbay::api
