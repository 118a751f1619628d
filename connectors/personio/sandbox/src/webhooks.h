#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "patchbay/sandbox/json.h"

namespace patchbay::personio_sandbox {

struct Webhook {
  std::string id;  ///< UUID
  std::string url;
  std::string description;
  bool enabled{false};
  std::string auth_type;  ///< NONE, TOKEN, CUSTOM
  std::string token;      ///< the whole value of `Authorization`
  std::vector<std::pair<std::string, std::string>> custom_headers;
  std::vector<std::string> enabled_events;
  std::int64_t created_ms{0};
  std::int64_t updated_ms{0};
};

struct WebhookEvent {
  std::string id;  ///< UUID
  std::string webhook_id;
  std::string name;  ///< "person.created"
  std::int64_t occurred_ms{0};
  std::string body;  ///< what is sent: JSON
};

/// An attempt to deliver an event, of one or two requests, that is over.
struct WebhookActivity {
  std::string id;  ///< UUID
  std::string webhook_id;
  std::string event_id;
  std::string event_name;
  std::int64_t completed_ms{0};
  bool delivered{false};
  int status{0};  ///< 0: no answer in time
  std::string redelivery_id;
};

/// An event on its way to a webhook.
struct Delivery {
  WebhookEvent event;
  std::int64_t due_ms{0};
  std::size_t attempts{0};  ///< that were made
  std::string redelivery_id;
};

/// All events that a webhook can be told, `ping` not among them.
std::span<const std::string_view> webhook_events();

/// The company's webhooks, what happened for them and what waits to be delivered. Thousands of each
/// are kept, the oldest go first. Guarded by the service's mutex.
class Webhooks {
 public:
  const std::vector<Webhook>& all() const { return all_; }
  Webhook* find(std::string_view id);
  const Webhook& add(Webhook webhook);
  /// What waits for it is dropped.
  void remove(std::string_view id);

  /// Something happened: every enabled webhook that wants the event is told.
  void happened(std::string_view name, sandbox::json::object payload, std::int64_t now_ms);
  /// For this webhook alone, enabled or not.
  void send(const Webhook& webhook, std::string_view name, sandbox::json::object payload,
            std::int64_t now_ms);
  void redeliver(const WebhookEvent& event, const std::string& redelivery_id, std::int64_t now_ms);

  bool idle() const { return queue_.empty(); }
  /// Takes what is due out of the queue.
  std::optional<Delivery> take_due(std::int64_t now_ms);
  /// Notes how an attempt went; puts it back into the queue when it is to be tried again: after no
  /// answer (status 0) and after 5xx but 501, six times within three days.
  void settle(Delivery delivery, int status, std::int64_t now_ms);

  const std::deque<WebhookEvent>& events() const { return events_; }
  const std::deque<WebhookActivity>& activity() const { return activity_; }

 private:
  std::vector<Webhook> all_;
  std::deque<WebhookEvent> events_;
  std::deque<WebhookActivity> activity_;
  std::deque<Delivery> queue_;
};

}  // namespace patchbay::personio_sandbox
