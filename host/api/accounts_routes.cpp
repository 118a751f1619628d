// GET /accounts; GET, PATCH and DELETE /accounts/{id} and what hangs on it.
#include <algorithm>
#include <array>

#include "accounts/permission_report.h"
#include "api/api.h"
#include "api/json_body.h"
#include "api/linked_account.h"
#include "api/query_number.h"

namespace patchbay::api {
namespace {

constexpr std::int64_t kPageSize = 25;
constexpr std::int64_t kMaxPage = 1'000'000;

void collect(const net::Params& query, std::initializer_list<std::string_view> names,
             std::vector<std::string>& out) {
  for (const auto name : names)
    for (const auto value : query.get_all(name))
      if (!value.empty()) out.emplace_back(value);
}

struct Listing {
  store::AccountFilter filter;
  bool nothing = false;  // asks for statuses of which we have none
};

// Unknown keys are ignored, as their clients need.
Result<Listing> read_listing(const net::Params& query, const std::string& project_id) {
  Listing listing;
  store::AccountFilter& filter = listing.filter;
  filter.project_id = project_id;
  collect(query, {"account_ids"}, filter.account_ids);
  collect(query, {"origin_owner_id", "origin_owner_ids"}, filter.owner_ids);
  collect(query, {"provider", "providers"}, filter.connector_ids);
  std::vector<std::string> statuses;
  collect(query, {"status"}, statuses);
  for (const auto& word : statuses) {
    // Newer clients know "suspended" as a status of its own.
    const auto status = store::account_status_from(word == "suspended" ? "inactive" : word);
    if (status) filter.statuses.push_back(*status);
  }
  listing.nothing = !statuses.empty() && filter.statuses.empty();
  PATCHBAY_TRY_ASSIGN(const auto page, query_number(query, "page", 1, 1, kMaxPage));
  PATCHBAY_TRY_ASSIGN(const auto size, query_number(query, "page_size", kPageSize, 1, kMaxPage));
  filter.limit = std::min(size, store::AccountFilter::kMaxLimit);
  filter.offset = (page - 1) * filter.limit;
  return listing;
}

}  // namespace

net::Response Api::account_response(const store::Account& account) {
  json::Writer out;
  write_linked_account(out, account, runner_.find_connector(account.connector_id).get());
  return net::json(out.take());
}

Task<net::Response> Api::list_accounts(net::Request& request, const Caller& caller) {
  const auto listing = read_listing(request.query, caller.project_id);
  if (!listing) co_return error(request, api_error(listing.error()));
  std::vector<store::Account> accounts;
  if (!listing->nothing) {
    auto found = co_await options_.accounts.list(listing->filter);
    if (!found) co_return error(request, api_error(found.error()));
    accounts = *std::move(found);
  }
  json::Writer out;
  out.begin_array();
  for (const auto& account : accounts)
    write_linked_account(out, account, runner_.find_connector(account.connector_id).get());
  co_return net::json(out.end_array().take());
}

Task<net::Response> Api::get_account(net::Request& request, const Caller& caller) {
  const auto account =
      co_await options_.accounts.get(caller.project_id, std::string(request.param("id")));
  if (!account) co_return error(request, api_error(account.error()));
  co_return account_response(*account);
}

namespace {

// Members of StackOne's that are not changed here.
constexpr std::array<std::string_view, 6> kOfThePerson = {
    "credentials", "secrets",  "setup_information",
    "environment", "provider", "authentication_config_key"};
constexpr std::size_t kLongestDetail = 1024;

// Clients send {} for what shall stay as it is, which must not wipe it.
bool is_empty(const json::Value& value) {
  return !value.exists() || value.is_null() || (value.is_object() && value.size() == 0);
}

store::AccountDetails read_details(JsonBody& body) {
  store::AccountDetails details;
  const auto take = [&body](std::string_view name, std::optional<std::string>& into) {
    body.take(name);
    if (!is_empty(body.root().get(name))) into = body.text(name, kLongestDetail);
  };
  take("origin_owner_id", details.owner_id);
  take("origin_owner_name", details.owner_name);
  take("origin_username", details.username);
  take("label", details.label);
  const auto metadata = body.object("metadata");
  if (metadata.is_object() && metadata.size() > 0) details.metadata = metadata.dump();
  for (const auto name : kOfThePerson) {
    body.take(name);
    if (!is_empty(body.root().get(name)))
      body.wrong(name,
                 "can't be changed here: whoever connected the account does that, with a connect "
                 "session that names it as account_id");
  }
  return details;
}

}  // namespace

Task<net::Response> Api::change_account(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return error(request, api_error(body.error()));
  auto details = read_details(*body);
  body->take("type");
  if (const auto type = body->root().get("type"); type.exists() && !type.is_null())
    details.type = body->choice("type", {"production", "test"}) == "test"
                       ? store::AccountType::kTest
                       : store::AccountType::kProduction;
  if (const auto problems = body->problems()) co_return error(request, api_error(*problems));
  const auto changed =
      co_await options_.accounts.change(caller.project_id, std::string(request.param("id")),
                                        std::move(details), asker(request, caller));
  if (!changed) co_return error(request, api_error(changed.error()));
  co_return account_response(*changed);
}

Task<net::Response> Api::suspend_account(net::Request& request, const Caller& caller) {
  const auto account = co_await options_.accounts.suspend(
      caller.project_id, std::string(request.param("id")), asker(request, caller));
  if (!account) co_return error(request, api_error(account.error()));
  co_return account_response(*account);
}

Task<net::Response> Api::resume_account(net::Request& request, const Caller& caller) {
  const auto account = co_await options_.accounts.resume(
      caller.project_id, std::string(request.param("id")), asker(request, caller));
  if (!account) co_return error(request, api_error(account.error()));
  co_return account_response(*account);
}

Task<net::Response> Api::account_meta(net::Request& request, const Caller& caller) {
  const auto account =
      co_await options_.accounts.get(caller.project_id, std::string(request.param("id")));
  if (!account) co_return error(request, api_error(account.error()));
  const auto connector = runner_.find_connector(account->connector_id);
  const bool known = connector && connector->manifest && !connector->manifest->categories.empty();
  json::Writer out;
  out.begin_object()
      .member("provider", account->connector_id)
      .member("category", known ? connector->manifest->categories.front() : std::string("other"));
  out.key("models").begin_object().end_object();
  co_return net::json(out.end_object().take());
}

Task<net::Response> Api::unlink_account(net::Request& request, const Caller& caller) {
  const auto account = co_await options_.accounts.unlink(
      caller.project_id, std::string(request.param("id")), asker(request, caller));
  if (!account) co_return error(request, api_error(account.error()));
  co_return account_response(*account);
}

}  // namespace patchbay::api
