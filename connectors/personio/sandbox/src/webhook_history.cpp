// /v2/webhooks/{id}/: activity, events, redelivery, ping, test-event (reference, section 8). The
// bodies of redelivery and test-event are not documented there: what is taken here is a guess.
#include <algorithm>

#include "areas.h"
#include "gateway.h"
#include "patchbay/sandbox/text.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Fields;
using sandbox::Response;

constexpr std::int64_t kRemembered = 30LL * 86'400'000;
constexpr PageLimits kLimits{.standard = 100, .highest = 200};

Webhook* named_webhook(const Call& call) {
  return call.service.webhooks.find(call.request.params.find("id").value_or(""));
}

/// Within the bounds `name.gte` and `name.lte`, and not older than 30 days.
bool in_time(const Call& call, const Fields& query, const std::string& name, std::int64_t unix_ms) {
  const auto bound = [&](const char* end) {
    return sandbox::parse_iso_utc(query.find(name + end).value_or(""));
  };
  return unix_ms >= call.service.now_ms() - kRemembered &&
         unix_ms >= bound(".gte").value_or(unix_ms) && unix_ms <= bound(".lte").value_or(unix_ms);
}

json::object event_to_json(const WebhookEvent& event) {
  return {{"id", event.id},
          {"event_name", event.name},
          {"occurred_at", sandbox::iso_utc(event.occurred_ms)},
          {"payload", sandbox::parse_json_object(event.body)->at("payload")}};
}

json::object activity_to_json(const WebhookActivity& activity) {
  json::object object{{"id", activity.id},
                      {"event", {{"id", activity.event_id}}},
                      {"event_name", activity.event_name},
                      {"completed_at", sandbox::iso_utc(activity.completed_ms)},
                      {"is_delivered", activity.delivered},
                      {"response_status", activity.status}};
  if (!activity.redelivery_id.empty()) object["redelivery_id"] = activity.redelivery_id;
  return object;
}

/// One page of the webhook's records, the newest first.
template <typename Records, typename Passes, typename ToJson>
Response list_records(const Call& call, const ValueRules& rules, const Records& records,
                      Passes passes, ToJson to_json) {
  const Webhook* webhook = named_webhook(call);
  if (webhook == nullptr) return v2_no_such_resource(call.service);
  auto read = read_list(call, kLimits, rules);
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  const auto size = static_cast<std::int64_t>(records.size());
  return list_answer(call.service, call.request, page, size,
                     [&](std::int64_t place) -> std::optional<json::object> {
                       const auto& record = records[static_cast<std::size_t>(size - 1 - place)];
                       if (record.webhook_id != webhook->id || !passes(page.query, record)) {
                         return std::nullopt;
                       }
                       return to_json(record);
                     });
}

Response list_activity(const Call& call) {
  const ValueRules rules{{.name = "completed_at.gte", .kind = ValueKind::utc_time},
                         {.name = "completed_at.lte", .kind = ValueKind::utc_time},
                         {.name = "event_name"},
                         {.name = "is_delivered", .kind = ValueKind::flag},
                         {.name = "redelivery_id"}};
  const auto passes = [&](const Fields& query, const WebhookActivity& activity) {
    const std::string delivered = activity.delivered ? "true" : "false";
    return in_time(call, query, "completed_at", activity.completed_ms) &&
           query.find("event_name").value_or(activity.event_name) == activity.event_name &&
           query.find("is_delivered").value_or(delivered) == delivered &&
           query.find("redelivery_id").value_or(activity.redelivery_id) == activity.redelivery_id;
  };
  return list_records(call, rules, call.service.webhooks.activity(), passes, activity_to_json);
}

bool event_passes(const Call& call, const Fields& query, const WebhookEvent& event) {
  return in_time(call, query, "occurred_at", event.occurred_ms) &&
         query.find("event_name").value_or(event.name) == event.name;
}

const ValueRules& event_rules() {
  static const ValueRules rules{{.name = "occurred_at.gte", .kind = ValueKind::utc_time},
                                {.name = "occurred_at.lte", .kind = ValueKind::utc_time},
                                {.name = "event_name"}};
  return rules;
}

Response list_events(const Call& call) {
  const auto passes = [&](const Fields& query, const WebhookEvent& event) {
    return event_passes(call, query, event);
  };
  return list_records(call, event_rules(), call.service.webhooks.events(), passes, event_to_json);
}

Response ping(const Call& call) {
  const Webhook* webhook = named_webhook(call);
  if (webhook == nullptr) return v2_no_such_resource(call.service);
  call.service.webhooks.send(*webhook, "ping", {}, call.service.now_ms());
  call.service.sender.wake();
  return Response::empty(204);
}

Response send_test_event(const Call& call) {
  const Webhook* webhook = named_webhook(call);
  if (webhook == nullptr) return v2_no_such_resource(call.service);
  const auto known = webhook_events();
  auto read = read_body(
      call, {{.name = "event_name", .required = true, .choices = {known.begin(), known.end()}},
             {.name = "payload", .kind = ValueKind::object}});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  json::object& body = std::get<json::object>(read);
  json::object payload =
      body.contains("payload") ? std::move(body["payload"].as_object()) : json::object{};
  const std::string name = *sandbox::string_member(body, "event_name");
  call.service.webhooks.send(*webhook, name, std::move(payload), call.service.now_ms());
  call.service.sender.wake();
  return Response::empty(204);
}

/// The ids of `event_ids`; nothing when the member is there and holds something else.
std::optional<std::vector<std::string>> event_ids(const json::object& body) {
  std::vector<std::string> ids;
  const json::value* list = body.if_contains("event_ids");
  if (list == nullptr) return ids;
  for (const json::value& id : list->as_array()) {
    if (!id.is_string()) return std::nullopt;
    ids.emplace_back(id.as_string());
  }
  return ids;
}

/// Chooses by ids, or by name and time; without either, all of the last 30 days.
Response redeliver(const Call& call) {
  const Webhook* webhook = named_webhook(call);
  if (webhook == nullptr) return v2_no_such_resource(call.service);
  ValueRules rules = event_rules();
  rules.push_back({.name = "event_ids", .kind = ValueKind::list});
  auto read = read_body(call, rules);
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const json::object& body = std::get<json::object>(read);
  const auto ids = event_ids(body);
  if (!ids) return v2_bad_content(call.service);
  Fields chosen;
  for (const ValueRule& rule : event_rules()) {
    if (const auto text = sandbox::string_member(body, rule.name)) {
      chosen.add(std::string(rule.name), *text);
    }
  }
  const std::string redelivery_id = sandbox::random_uuid();
  for (const WebhookEvent& event : call.service.webhooks.events()) {
    const bool named = ids->empty() || std::find(ids->begin(), ids->end(), event.id) != ids->end();
    if (event.webhook_id != webhook->id || !named || !event_passes(call, chosen, event)) continue;
    call.service.webhooks.redeliver(event, redelivery_id, call.service.now_ms());
  }
  call.service.sender.wake();
  return sandbox::json_response(201, json::object{{"id", redelivery_id}});
}

}  // namespace

void add_webhook_history(sandbox::Router& router, Service& service) {
  const std::string root = "/v2/webhooks/{id}/";
  const V2Rule reads = v2_rule("personio:webhooks:read");
  const V2Rule writes = v2_rule("personio:webhooks:write");
  add_v2(router, service, "GET", root + "activity", reads, list_activity);
  add_v2(router, service, "GET", root + "events", reads, list_events);
  add_v2(router, service, "POST", root + "redelivery", writes, redeliver);
  add_v2(router, service, "POST", root + "ping", writes, ping);
  add_v2(router, service, "POST", root + "test-event", writes, send_test_event);
}

}  // namespace patchbay::personio_sandbox
