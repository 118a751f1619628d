#include "web/webhook_view.h"

#include <algorithm>

#include "base/json_texts.h"
#include "web/account_view.h"
#include "webhooks/message.h"

namespace patchbay::web {
namespace {

using store::DeliveryState;

std::string event_text(std::string_view kind, const Language& language) {
  const std::string id = "webhooks.event." + std::string(kind);
  return own_texts().has(id) ? language.text(id) : std::string(kind);
}

View status_view(std::string_view code, std::string_view text_id, const Language& language) {
  return View().text("code", code).text("label", language.text(text_id));
}

View state_view(const store::WebhookEndpoint& endpoint, const Language& language) {
  if (!endpoint.active) return status_view("inactive", "webhooks.state_off", language);
  if (endpoint.failing_since != 0) return status_view("error", "webhooks.state_failing", language);
  return status_view("active", "webhooks.state_on", language);
}

View state_view(DeliveryState state, const Language& language) {
  switch (state) {
    case DeliveryState::kWaiting:
      return status_view("warn", "webhooks.delivery_waiting", language);
    case DeliveryState::kDelivered:
      return status_view("good", "webhooks.delivery_delivered", language);
    case DeliveryState::kGivenUp:
      break;
  }
  return status_view("bad", "webhooks.delivery_given_up", language);
}

// "204", "No answer", or nothing when none was asked for yet.
std::string answer_text(std::int64_t status, std::string_view error, const Language& language) {
  if (status != 0) return std::to_string(status);
  return error.empty() ? std::string() : language.text("webhooks.no_answer");
}

std::string failing_text(const store::WebhookEndpoint& endpoint, std::int64_t now_ms,
                         const Language& language) {
  if (!endpoint.active || endpoint.failing_since == 0) return {};
  const std::string when = language.relative(endpoint.failing_since, now_ms);
  if (endpoint.next_attempt <= now_ms)
    return language.text("webhooks.failing_now", {{"when", when}});
  return language.text(
      "webhooks.failing_since",
      {{"when", when}, {"next", language.relative(endpoint.next_attempt, now_ms)}});
}

}  // namespace

std::vector<std::string> events_of(const store::WebhookEndpoint& endpoint) {
  const auto stored = json::Document::parse(endpoint.events);
  return stored ? json::texts_of(stored->root()) : std::vector<std::string>();
}

View webhook_view(const store::WebhookEndpoint& endpoint, std::int64_t now_ms,
                  const Language& language) {
  const auto wanted = static_cast<std::int64_t>(events_of(endpoint).size());
  const std::string answer = answer_text(endpoint.last_status, endpoint.last_error, language);
  return View()
      .text("id", endpoint.id)
      .text("url", endpoint.url)
      .text("description", endpoint.description)
      .text("events_text", wanted == 0 ? language.text("webhooks.all_events")
                                       : language.count("webhooks.events_count", wanted))
      .view("status", state_view(endpoint, language))
      .text("answer", answer.empty() ? language.text("webhooks.none_sent") : answer)
      .flag("active", endpoint.active)
      .text("failing", failing_text(endpoint, now_ms, language))
      .text("last_error", endpoint.last_error);
}

View delivery_view(const store::WebhookDelivery& delivery, std::int64_t now_ms,
                   const Language& language) {
  return View()
      .text("label", event_text(delivery.event.kind, language))
      .text("seq", std::to_string(delivery.event.seq))
      .view("status", state_view(delivery.state, language))
      .view("when", time_view(delivery.event.created, now_ms, language))
      .text("attempts", delivery.attempts > 1 ? std::to_string(delivery.attempts) : "")
      .text("answer", answer_text(delivery.last_status, delivery.last_error, language))
      .flag("ended", delivery.state != DeliveryState::kWaiting);
}

View event_choices(const std::vector<std::string>& chosen, const Language& language) {
  std::vector<View> choices;
  for (const std::string_view kind : webhooks::event_kinds())
    choices.push_back(View()
                          .text("value", kind)
                          .text("label", event_text(kind, language))
                          .text("help", "")
                          .flag("chosen", std::ranges::find(chosen, kind) != chosen.end()));
  return View().text("field", "event").list("choices", std::move(choices));
}

}  // namespace patchbay::web
