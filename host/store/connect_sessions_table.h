#pragma once
// Connect sessions: the permission to link (or reconnect) one account, handed to an end user as a
// token of which only the SHA-256 is kept. A session may be passed on to a colleague: then there is
// a second one for the same link, and whichever links first ends the other.
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/account_enums.h"
#include "store/database.h"

namespace patchbay::store {

enum class SessionStatus : std::uint8_t { kOpen, kUsed, kCancelled };

struct ConnectSession {
  std::int64_t number = 0;  // given by insert; for clients that want a numeric id
  std::string id;
  std::string project_id;
  std::string token_hash;  // SHA-256, hex
  std::string owner_id;
  std::string owner_name;
  std::string username;        // optional, as are the next three
  std::string connector_id;    // empty: the end user picks
  std::string integration_id;  // empty: the connector's default
  std::string account_id;      // set: reconnect this account
  bool multiple = false;       // link a further account even if the owner has one
  AccountType type = AccountType::kProduction;
  std::string label;
  std::string metadata = "{}";    // JSON object
  std::string categories = "[]";  // JSON array
  std::int64_t created = 0;       // unix ms
  std::int64_t expires = 0;       // unix ms
  SessionStatus status = SessionStatus::kOpen;
  std::string result_account_id;  // once used
  std::string passed_on_by;       // id of the session that this one was made from; empty: none
};

namespace connect_sessions_table {

// Returns the session's number.
Result<std::int64_t> insert(Database& db, const ConnectSession& session);
Result<std::optional<ConnectSession>> find(Database& db, std::string_view project_id,
                                           std::string_view id);
// In any status, expired or not: the caller says which of it matters.
Result<std::optional<ConnectSession>> find_by_token_hash(Database& db, std::string_view token_hash);

// Open and unexpired -> used, for exactly one caller; put it into the transaction that stores the
// account. Otherwise kNotFound, kExpired, or kConflict (used or cancelled already). The session it
// was passed on by must be open too, expired or not, and becomes used with it; those that were
// passed on by either become cancelled. After an error, roll back.
Result<void> claim(Database& db, std::string_view id, std::string_view result_account_id,
                   std::int64_t now_ms);
// Open -> cancelled; errors as claim's, without kExpired.
Result<void> cancel(Database& db, std::string_view id);

// Of those that were passed on by a session, the last one; in any status.
Result<std::optional<ConnectSession>> last_passed_on(Database& db, std::string_view id);
Result<std::int64_t> count_passed_on(Database& db, std::string_view id);
// Open -> cancelled, each of them. Returns how many were.
Result<std::int64_t> cancel_passed_on(Database& db, std::string_view id);

// Returns how many went. One stays as long as what it passed on.
Result<std::int64_t> remove_expired(Database& db, std::int64_t expired_before_ms);

}  // namespace connect_sessions_table
}  // namespace patchbay::store
