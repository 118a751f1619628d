#include "webhooks.h"

#include <algorithm>
#include <array>

#include "patchbay/sandbox/clock.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;

constexpr std::size_t kKept = 5000;
constexpr std::int64_t kMinuteMs = 60'000;
/// The pauses before the six further attempts; together just under three days.
constexpr std::array<std::int64_t, 6> kPausesMs{5 * kMinuteMs,    30 * kMinuteMs,
                                                120 * kMinuteMs,  480 * kMinuteMs,
                                                1200 * kMinuteMs, 2400 * kMinuteMs};
constexpr std::array<std::string_view, 20> kEvents{"person.created",
                                                   "person.updated",
                                                   "person.deleted",
                                                   "employment.created",
                                                   "employment.updated",
                                                   "employment.updated.cost-centers",
                                                   "employment.deleted",
                                                   "employment.started",
                                                   "employment.terminated",
                                                   "absence-period.created",
                                                   "absence-period.updated.status",
                                                   "absence-period.updated.timerange",
                                                   "absence-period.deleted",
                                                   "attendance-period.created",
                                                   "attendance-period.updated",
                                                   "attendance-period.deleted",
                                                   "document.created",
                                                   "document.updated",
                                                   "document.deleted",
                                                   "document.signed"};

template <typename Record>
void keep(std::deque<Record>& records, Record record) {
  records.push_back(std::move(record));
  if (records.size() > kKept) records.pop_front();
}

bool wants(const Webhook& webhook, std::string_view event) {
  return webhook.enabled && std::find(webhook.enabled_events.begin(), webhook.enabled_events.end(),
                                      event) != webhook.enabled_events.end();
}

bool is_tried_again(int status) {
  return status == 0 || (status >= 500 && status != 501);
}

}  // namespace

std::span<const std::string_view> webhook_events() {
  return kEvents;
}

Webhook* Webhooks::find(std::string_view id) {
  const auto found = std::find_if(all_.begin(), all_.end(),
                                  [&](const Webhook& webhook) { return webhook.id == id; });
  return found == all_.end() ? nullptr : &*found;
}

const Webhook& Webhooks::add(Webhook webhook) {
  webhook.id = sandbox::random_uuid();
  all_.push_back(std::move(webhook));
  return all_.back();
}

void Webhooks::remove(std::string_view id) {
  std::erase_if(queue_, [&](const Delivery& delivery) { return delivery.event.webhook_id == id; });
  std::erase_if(all_, [&](const Webhook& webhook) { return webhook.id == id; });
}

void Webhooks::happened(std::string_view name, json::object payload, std::int64_t now_ms) {
  for (const Webhook& webhook : all_) {
    if (wants(webhook, name)) send(webhook, name, payload, now_ms);
  }
}

void Webhooks::send(const Webhook& webhook, std::string_view name, json::object payload,
                    std::int64_t now_ms) {
  WebhookEvent event{.id = sandbox::random_uuid(),
                     .webhook_id = webhook.id,
                     .name = std::string(name),
                     .occurred_ms = now_ms,
                     .body = {}};
  event.body = json::serialize(json::object{{"company_id", "4711"},
                                            {"event_name", name},
                                            {"occurred_at", sandbox::iso_utc(now_ms)},
                                            {"payload", std::move(payload)},
                                            {"meta", {{"event_id", event.id}}}});
  keep(queue_, Delivery{.event = event, .due_ms = now_ms, .attempts = 0, .redelivery_id = {}});
  keep(events_, std::move(event));
}

void Webhooks::redeliver(const WebhookEvent& event, const std::string& redelivery_id,
                         std::int64_t now_ms) {
  keep(queue_,
       Delivery{.event = event, .due_ms = now_ms, .attempts = 0, .redelivery_id = redelivery_id});
}

std::optional<Delivery> Webhooks::take_due(std::int64_t now_ms) {
  const auto due = std::find_if(queue_.begin(), queue_.end(), [&](const Delivery& delivery) {
    return delivery.due_ms <= now_ms;
  });
  if (due == queue_.end()) return std::nullopt;
  Delivery delivery = std::move(*due);
  queue_.erase(due);
  return delivery;
}

void Webhooks::settle(Delivery delivery, int status, std::int64_t now_ms) {
  const bool delivered = status >= 200 && status < 300;
  keep(activity_, WebhookActivity{.id = sandbox::random_uuid(),
                                  .webhook_id = delivery.event.webhook_id,
                                  .event_id = delivery.event.id,
                                  .event_name = delivery.event.name,
                                  .completed_ms = now_ms,
                                  .delivered = delivered,
                                  .status = status,
                                  .redelivery_id = delivery.redelivery_id});
  const bool exists = find(delivery.event.webhook_id) != nullptr;
  if (!exists || !is_tried_again(status) || delivery.attempts >= kPausesMs.size()) return;
  delivery.due_ms = now_ms + kPausesMs[delivery.attempts];
  ++delivery.attempts;
  keep(queue_, std::move(delivery));
}

}  // namespace patchbay::personio_sandbox
