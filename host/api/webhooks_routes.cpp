// /webhooks: where a project's events are sent. And GET /events, for those who would rather ask.
#include <algorithm>
#include <charconv>

#include "api/api.h"
#include "api/api_response.h"
#include "api/json_body.h"
#include "api/query_number.h"
#include "base/iso_time.h"
#include "base/optional_members.h"
#include "store/events_table.h"
#include "webhooks/message.h"

namespace patchbay::api {
namespace {

constexpr std::int64_t kPage = 50;
constexpr std::int64_t kLargestPage = 500;
constexpr std::int64_t kGivenUpDays = webhooks::WebhookEndpoints::kReplayDays;

void write_status(json::Writer& out, std::int64_t status, const std::string& error) {
  out.key("last_status");
  if (status == 0)
    out.null();
  else
    out.integer(status);
  write_text_or_null(out, "last_error", error);
}

// Leaves the object open.
void begin_endpoint(json::Writer& out, const store::WebhookEndpoint& endpoint) {
  out.begin_object()
      .member("id", endpoint.id)
      .member("url", endpoint.url)
      .member("description", endpoint.description)
      .key("events")
      .raw(endpoint.events)
      .member("active", endpoint.active)
      .member("created_at", iso_time(endpoint.created));
  write_time_or_null(out, "failing_since", endpoint.failing_since);
  write_time_or_null(out, "next_attempt_at", endpoint.next_attempt);
  write_status(out, endpoint.last_status, endpoint.last_error);
}

std::string endpoint_json(const store::WebhookEndpoint& endpoint) {
  json::Writer out;
  begin_endpoint(out, endpoint);
  return out.end_object().take();
}

std::string_view to_word(store::DeliveryState state) {
  switch (state) {
    case store::DeliveryState::kWaiting:
      return "waiting";
    case store::DeliveryState::kDelivered:
      return "delivered";
    case store::DeliveryState::kGivenUp:
      break;
  }
  return "given_up";
}

void write_event(json::Writer& out, const store::Event& event) {
  out.begin_object()
      .member("seq", event.seq)
      .member("id", webhooks::message_id(event))
      .member("event", event.kind)
      .member("event_date", iso_time(event.created))
      .member("account_id", event.account_id);
  const auto payload = json::Document::parse(event.payload);
  out.key("payload").value(payload ? payload->root() : json::Value());
  out.end_object();
}

std::optional<std::vector<std::string>> read_kinds(JsonBody& body) {
  body.take("events");
  const auto events = body.root().get("events");
  if (!events.exists() || events.is_null()) return std::nullopt;
  return body.texts("events", webhooks::event_kinds());
}

webhooks::EndpointWish read_wish(JsonBody& body) {
  webhooks::EndpointWish wish;
  for (const auto* const name : {"url", "description", "active"}) body.take(name);
  const auto root = body.root();
  if (root.get("url").exists()) wish.url = body.text("url", 2048);
  if (root.get("description").exists()) wish.description = body.text("description");
  wish.events = read_kinds(body);
  if (root.get("active").exists()) wish.active = body.flag("active", true);
  return wish;
}

std::string id_of(const net::Request& request) {
  return std::string(request.param("id"));
}

}  // namespace

Task<net::Response> Api::list_webhooks(net::Request& request, const Caller& caller) {
  const auto all = co_await webhooks_.list(caller.project_id);
  if (!all) co_return problem_error(api_error(all.error()), request);
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const auto& endpoint : *all) {
    begin_endpoint(out, endpoint);
    out.end_object();
  }
  co_return net::json(out.end_array().end_object().take());
}

Task<net::Response> Api::create_webhook(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  (void)body->required_text("url", 2048);
  auto wish = read_wish(*body);
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  const auto made =
      co_await webhooks_.create(caller.project_id, std::move(wish), asker(request, caller));
  if (!made) co_return problem_error(api_error(made.error()), request);
  co_return secret_json(endpoint_json(made->endpoint), "secret", made->secret.reveal(), 201);
}

Task<net::Response> Api::get_webhook(net::Request& request, const Caller& caller) {
  const auto endpoint = co_await webhooks_.get(caller.project_id, id_of(request));
  if (!endpoint) co_return problem_error(api_error(endpoint.error()), request);
  co_return net::json(endpoint_json(*endpoint));
}

Task<net::Response> Api::change_webhook(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  auto wish = read_wish(*body);
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  const auto changed = co_await webhooks_.change(caller.project_id, id_of(request), std::move(wish),
                                                 asker(request, caller));
  if (!changed) co_return problem_error(api_error(changed.error()), request);
  co_return net::json(endpoint_json(*changed));
}

Task<net::Response> Api::remove_webhook(net::Request& request, const Caller& caller) {
  const auto gone =
      co_await webhooks_.remove(caller.project_id, id_of(request), asker(request, caller));
  if (!gone) co_return problem_error(api_error(gone.error()), request);
  co_return net::empty(204);
}

Task<net::Response> Api::rotate_webhook_secret(net::Request& request, const Caller& caller) {
  const auto secret =
      co_await webhooks_.rotate_secret(caller.project_id, id_of(request), asker(request, caller));
  if (!secret) co_return problem_error(api_error(secret.error()), request);
  json::Writer out;
  out.begin_object()
      .member("id", id_of(request))
      .member("former_secret_good_until",
              iso_time(options_.services.clock.unix_ms() + webhooks::WebhookEndpoints::kOverlapMs));
  co_return secret_json(out.end_object().take(), "secret", secret->reveal());
}

Task<net::Response> Api::test_webhook(net::Request& request, const Caller& caller) {
  const auto event = co_await webhooks_.test(caller.project_id, id_of(request));
  if (!event) co_return problem_error(api_error(event.error()), request);
  json::Writer out;
  write_event(out, *event);
  co_return net::json(out.take(), 202);
}

Task<net::Response> Api::list_webhook_deliveries(net::Request& request, const Caller& caller) {
  const auto limit = query_number(request.query, "limit", kPage, 1, kLargestPage);
  if (!limit) co_return problem_error(api_error(limit.error()), request);
  const auto before = query_number(request.query, "before", 0, 0, INT64_MAX);
  if (!before) co_return problem_error(api_error(before.error()), request);
  const auto all =
      co_await webhooks_.deliveries(caller.project_id, id_of(request), *before, *limit);
  if (!all) co_return problem_error(api_error(all.error()), request);
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const auto& delivery : *all) {
    out.begin_object().key("event");
    write_event(out, delivery.event);
    out.member("state", to_word(delivery.state)).member("attempts", delivery.attempts);
    write_time_or_null(out, "finished_at", delivery.finished);
    write_status(out, delivery.last_status, delivery.last_error);
    out.end_object();
  }
  co_return net::json(out.end_array().end_object().take());
}

// One event by its number, or all that were given up.
Task<net::Response> Api::replay_webhook(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  const auto seq = body->integer("seq", 0, 1, INT64_MAX);
  const auto days = body->integer("given_up_days", kGivenUpDays, 1, kGivenUpDays);
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  std::int64_t queued = 1;
  if (seq != 0) {
    const auto done = co_await webhooks_.replay(caller.project_id, id_of(request), seq);
    if (!done) co_return problem_error(api_error(done.error()), request);
  } else {
    const auto since = options_.services.clock.unix_ms() - days * 24 * 3'600'000;
    const auto many = co_await webhooks_.replay_given_up(caller.project_id, id_of(request), since);
    if (!many) co_return problem_error(api_error(many.error()), request);
    queued = *many;
  }
  json::Writer out;
  out.begin_object().member("queued", queued);
  co_return net::json(out.end_object().take(), 202);
}

Task<net::Response> Api::list_events(net::Request& request, const Caller& caller) {
  const auto limit = query_number(request.query, "limit", kPage, 1, kLargestPage);
  if (!limit) co_return problem_error(api_error(limit.error()), request);
  const auto after = query_number(request.query, "after", 0, 0, INT64_MAX);
  if (!after) co_return problem_error(api_error(after.error()), request);
  const auto all = co_await options_.services.store.read(
      [project = caller.project_id, after = *after, limit = *limit](store::Database& db) {
        return store::events_table::list_after(db, project, after, limit);
      });
  if (!all) co_return problem_error(api_error(all.error()), request);
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const auto& event : *all) write_event(out, event);
  co_return net::json(out.end_array().end_object().take());
}

}  // namespace patchbay::api
