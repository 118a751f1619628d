#include "webhooks/message.h"

#include "base/iso_time.h"
#include "base/json.h"

namespace patchbay::webhooks {

const std::vector<std::string_view>& event_kinds() {
  static const std::vector<std::string_view> kinds = {
      "account.created", "account.updated", "account.deleted",   "account.suspended",
      "account.resumed", "account.error",   "account.recovered", store::kProviderEventKind};
  return kinds;
}

std::string message_id(const store::Event& event) {
  return "evt_" + event.project_id.substr(event.project_id.find('_') + 1) + "_" +
         std::to_string(event.seq);
}

SecretString message_of(const store::Event& event, const Enclosed& enclosed, std::int64_t now_ms) {
  const bool is_test = event.kind == kTestKind;
  json::Writer out;
  out.begin_object()
      .member("id", message_id(event))
      .member("event", event.kind)
      .member("event_date", iso_time(event.created))
      .member("sent_at", iso_time(now_ms))
      .member("project_id", event.project_id)
      .member("record_type", is_test ? "webhook" : "account")
      .member("record_id", event.account_id)
      .member("account_id", event.account_id);
  const auto payload = json::Document::parse(event.payload);
  const json::Value facts = payload ? payload->root() : json::Value();
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const auto [name, value] = facts.member(i);
    out.key(name).value(value);
  }
  if (!enclosed.reconnect_url.empty()) out.member("reconnect_url", enclosed.reconnect_url.reveal());
  if (!enclosed.provider_payload.empty())
    out.key("payload").raw(enclosed.provider_payload.reveal());
  std::string text = out.end_object().take();
  return SecretString::take(text);
}

}  // namespace patchbay::webhooks
