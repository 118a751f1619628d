#include "accounts/account_events.h"

#include "base/json.h"

namespace patchbay::accounts {

store::Event account_event(const store::Account& account, std::string_view kind,
                           std::int64_t now_ms, MoreFacts more) {
  json::Writer payload;
  payload.begin_object()
      .member("provider", account.connector_id)
      .member("origin_owner_id", account.owner_id)
      .member("origin_owner_name", account.owner_name);
  if (!account.username.empty()) payload.member("origin_username", account.username);
  payload.member("integration_id", account.integration_id)
      .member("status", std::string(to_string(account.status)));
  if (!account.reason_code.empty())
    payload.member("reason", account.reason_code).member("reason_text", account.reason_text);
  for (const auto& [name, value] : more) payload.member(name, value);
  payload.end_object();
  return {0, account.project_id, std::string(kind), account.id, payload.take(), now_ms};
}

}  // namespace patchbay::accounts
