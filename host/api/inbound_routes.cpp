// Events that providers send by themselves: where to, what came, and the way in.
#include "api/api.h"
#include "api/api_response.h"
#include "api/query_number.h"
#include "base/iso_time.h"
#include "base/json.h"
#include "base/log.h"
#include "store/provider_events_table.h"

namespace patchbay::api {
namespace {

constexpr std::int64_t kPage = 50;
constexpr std::int64_t kLargestPage = 100;
constexpr std::int64_t kRetryAfterMs = 1'000;

Result<> write_event(json::Writer& out, const store::ProviderEvent& event,
                     const vault::Vault& vault) {
  PATCHBAY_TRY_ASSIGN(const auto payload,
                      vault.open(event.sealed, {store::kProviderEventsTable, event.project_id,
                                                event.id, "payload", 0}));
  out.begin_object()
      .member("seq", event.seq)
      .member("id", event.id)
      .member("type", event.type)
      .member("received_at", iso_time(event.received))
      .key("payload")
      .raw(payload.reveal())
      .end_object();
  return {};
}

// Providers send again after 5xx, and hardly any after 429; what will never be taken they need not
// send again.
ApiError told_to_provider(const Error& error) {
  ApiError told = api_error(error);
  if (told.status == 404 || told.status == 413 || told.status == 400) return told;
  told.status = 503;
  told.retry_after_ms = std::max(error.retry_after_ms, kRetryAfterMs);
  return told;
}

}  // namespace

Task<net::Response> Api::make_inbound_url(net::Request& request, const Caller& caller) {
  const std::string account_id(request.param("id"));
  const auto made =
      co_await inbound_urls_.make(caller.project_id, account_id, asker(request, caller));
  if (!made) co_return problem_error(api_error(made.error()), request);
  json::Writer out;
  out.begin_object()
      .member("account_id", account_id)
      .member("former_url_good_until",
              iso_time(options_.services.clock.unix_ms() + inbound::InboundUrls::kOverlapMs))
      .member("secret_header", made->secret_header);
  const auto with_secret = secret_json(out.end_object().take(), "secret", made->secret.reveal());
  SecretString url(options_.hub_url());
  url.append(made->path.reveal());
  co_return secret_json(with_secret.body, "url", url.reveal(), 201);
}

Task<net::Response> Api::withdraw_inbound_url(net::Request& request, const Caller& caller) {
  const auto done = co_await inbound_urls_.withdraw(
      caller.project_id, std::string(request.param("id")), asker(request, caller));
  if (!done) co_return problem_error(api_error(done.error()), request);
  co_return net::empty(204);
}

Task<net::Response> Api::list_provider_events(net::Request& request, const Caller& caller) {
  const auto limit = query_number(request.query, "limit", kPage, 1, kLargestPage);
  if (!limit) co_return problem_error(api_error(limit.error()), request);
  const auto after = query_number(request.query, "after", 0, 0, INT64_MAX);
  if (!after) co_return problem_error(api_error(after.error()), request);
  const std::string account_id(request.param("id"));
  const auto account = co_await options_.accounts.get(caller.project_id, account_id);
  if (!account) co_return problem_error(api_error(account.error()), request);
  const auto events =
      co_await options_.services.store.read([project = caller.project_id, account_id,
                                             after = *after, limit = *limit](store::Database& db) {
        return store::provider_events_table::list(db, project, account_id, after, limit);
      });
  if (!events) co_return problem_error(api_error(events.error()), request);
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const auto& event : *events)
    if (const auto written = write_event(out, event, options_.services.vault); !written)
      co_return problem_error(api_error(written.error()), request);
  auto response = net::json(out.end_array().end_object().take());
  response.secret = true;
  co_return response;
}

Task<net::Response> Api::receive_event(net::Request& request) {
  const auto taken =
      co_await receiver_.receive({.account_id = std::string(request.param("account")),
                                  .token = SecretString(request.param("token")),
                                  .headers = request.headers,
                                  .body = request.body});
  if (taken) co_return net::empty(204);
  const ApiError told = told_to_provider(taken.error());
  if (told.status == 503)
    log::warning("inbound", "not_taken",
                 {{"request", request.id}, {"error", taken.error().message}});
  co_return problem_error(told, request);
}

}  // namespace patchbay::api
