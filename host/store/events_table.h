#pragma once
// What happened to accounts, in order: source of webhooks and of the account's history. Append the
// event in the transaction that makes it true.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

// Something that a provider told about an account; what, stands in provider_events_table.h.
inline constexpr std::string_view kProviderEventKind = "account.provider_event";

struct Event {
  std::int64_t seq = 0;  // given by append
  std::string project_id;
  std::string kind;  // account.created, account.updated, account.deleted, ...
  std::string account_id;
  std::string payload = "{}";  // JSON object, no secrets
  std::int64_t created = 0;    // unix ms
};

namespace events_table {

// Returns seq. Every webhook endpoint of the project that wants this kind will be told.
Result<std::int64_t> append(Database& db, const Event& event);
// The same, and no endpoint is told.
Result<std::int64_t> append_for_nobody(Database& db, const Event& event);
Result<std::vector<Event>> list_after(Database& db, std::string_view project_id, std::int64_t seq,
                                      std::int64_t limit);
// What happened to the account itself, newest first: without kProviderEventKind.
Result<std::vector<Event>> list_of_account(Database& db, std::string_view project_id,
                                           std::string_view account_id, std::int64_t limit);

}  // namespace events_table
}  // namespace patchbay::store
