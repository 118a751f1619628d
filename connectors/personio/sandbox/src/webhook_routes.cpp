// /v2/webhooks: list, create, get, update, delete (reference, section 8).
#include <algorithm>

#include "areas.h"
#include "gateway.h"
#include "request_rules.h"
#include "shapes.h"
#include "webhook_form.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

bool passes(const sandbox::Fields& query, const Webhook& webhook) {
  const std::string status = webhook.enabled ? "ENABLED" : "DISABLED";
  if (query.find("status").value_or(status) != status) return false;
  const auto events = list_filter(query, "enabled_events");
  const auto& enabled = webhook.enabled_events;
  return !events || std::any_of(events->begin(), events->end(), [&](const std::string& event) {
    return std::find(enabled.begin(), enabled.end(), event) != enabled.end();
  });
}

Response list_webhooks(const Call& call) {
  auto read = read_list(
      call, {.standard = 100, .highest = 200},
      {{.name = "enabled_events"}, {.name = "status", .choices = {"ENABLED", "DISABLED"}}});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  const auto& all = call.service.webhooks.all();
  return list_answer(call.service, call.request, page, static_cast<std::int64_t>(all.size()),
                     [&](std::int64_t place) -> std::optional<json::object> {
                       const Webhook& webhook = all[static_cast<std::size_t>(place)];
                       if (!passes(page.query, webhook)) return std::nullopt;
                       return webhook_to_json(webhook);
                     });
}

/// Two webhooks may not tell the same address.
std::optional<Response> check_conflict(const Call& call, const Webhook& webhook) {
  for (const Webhook& other : call.service.webhooks.all()) {
    if (other.id != webhook.id && other.url == webhook.url) {
      return v2_error(call.service, 409, "Conflict", "A webhook with this url exists already.",
                      "common.conflict");
    }
  }
  return std::nullopt;
}

Response create_webhook(const Call& call) {
  Webhook webhook{.id = {},
                  .url = {},
                  .description = {},
                  .enabled = false,
                  .auth_type = "TOKEN",
                  .token = {},
                  .custom_headers = {},
                  .enabled_events = {},
                  .created_ms = call.service.now_ms(),
                  .updated_ms = 0};
  if (auto refused = read_webhook(call, true, webhook)) return std::move(*refused);
  if (auto refused = check_conflict(call, webhook)) return std::move(*refused);
  return sandbox::json_response(201,
                                webhook_to_json(call.service.webhooks.add(std::move(webhook))));
}

Webhook* named_webhook(const Call& call) {
  return call.service.webhooks.find(call.request.params.find("id").value_or(""));
}

Response get_webhook(const Call& call) {
  const Webhook* webhook = named_webhook(call);
  if (webhook == nullptr) return v2_no_such_resource(call.service);
  return sandbox::json_response(200, webhook_to_json(*webhook));
}

Response update_webhook(const Call& call) {
  Webhook* webhook = named_webhook(call);
  if (webhook == nullptr) return v2_no_such_resource(call.service);
  Webhook changed = *webhook;
  if (auto refused = read_webhook(call, false, changed)) return std::move(*refused);
  if (auto refused = check_conflict(call, changed)) return std::move(*refused);
  *webhook = std::move(changed);
  return Response::empty(204);
}

Response delete_webhook(const Call& call) {
  const Webhook* webhook = named_webhook(call);
  if (webhook == nullptr) return v2_no_such_resource(call.service);
  call.service.webhooks.remove(std::string(webhook->id));
  return Response::empty(204);
}

}  // namespace

void add_webhooks(sandbox::Router& router, Service& service) {
  const V2Rule reads = v2_rule("personio:webhooks:read");
  const V2Rule writes = v2_rule("personio:webhooks:write");
  add_v2(router, service, "GET", "/v2/webhooks", reads, list_webhooks);
  add_v2(router, service, "POST", "/v2/webhooks", writes, create_webhook);
  add_v2(router, service, "GET", "/v2/webhooks/{id}", reads, get_webhook);
  add_v2(router, service, "PATCH", "/v2/webhooks/{id}", writes, update_webhook);
  add_v2(router, service, "DELETE", "/v2/webhooks/{id}", writes, delete_webhook);
}

}  // namespace patchbay::personio_sandbox
