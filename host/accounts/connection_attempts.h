#pragma once
// Attempts to link through a window of its own, as the connect component does where people sign in
// at the provider: the application's page polls the attempt while the person is in that window.
//
// An attempt is a row of `flows` of its own kind, so it outlives the process. It belongs to one
// connect session, which has one at work at most: starting another cancels it. It ends once. That
// it linked is said in the transaction that stores the account, so a cancelled one never links.
//
// Any loop.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/services.h"
#include "connector/flow_types.h"
#include "store/connect_sessions_table.h"
#include "store/flows_table.h"

namespace patchbay::accounts {

inline constexpr std::string_view kAttemptKind = "attempt";  // of the rows

enum class AttemptStage : std::uint8_t {
  kMade,     // the window is not there yet
  kOpened,   // it is, and brought what was entered
  kStarted,  // the link is at work, or waits for the person
  kLinked,
  kFailed,
  kCancelled,
};

// What the row's `state` tells.
struct AttemptState {
  AttemptStage stage = AttemptStage::kMade;
  std::int64_t ends = 0;         // unix ms: nobody waits for it any longer
  std::int64_t kept_until = 0;   // unix ms: then flow_recovery.h removes the row
  std::string integration_id{};  // opened
  bool is_vouched = false;       // a page that may do so opened the window
  std::string account_id{};      // linked
  std::string error_code{};      // failed, as the next
  std::string error_text{};      // for the person
};

struct ConnectionAttempt {
  store::Flow row;
  AttemptState state;
};

enum class AttemptStatus : std::uint8_t { kPending, kLinked, kFailed, kCancelled, kExpired };
// `session` is the attempt's own, in any state.
AttemptStatus status_of(const AttemptState& attempt, const store::ConnectSession& session,
                        std::int64_t now_ms);

class ConnectionAttempts {
 public:
  static constexpr std::size_t kMost = 8;  // of one session; one more replaces the oldest
  static constexpr std::size_t kLongestErrorText = 1'000;  // bytes

  explicit ConnectionAttempts(const Services& services) : services_(services) {}

  // Its id.
  Task<Result<std::string>> make(const store::ConnectSession& session);
  // kNotFound, too, when it is another session's.
  Task<Result<ConnectionAttempt>> find(const store::ConnectSession& session, std::string id);
  // The one whose window was opened last; kNotFound.
  Task<Result<ConnectionAttempt>> find_opened(const store::ConnectSession& session);

  struct Opening {
    std::string integration_id;
    bool is_vouched = false;
    std::vector<connector::NamedValue> entered;  // no secrets
  };
  // The window is there: true for one caller only. kNotFound.
  Task<Result<bool>> open(const store::ConnectSession& session, std::string id, Opening opening);
  [[nodiscard]] Result<std::vector<connector::NamedValue>> entered(
      const ConnectionAttempt& attempt) const;

  // One that has ended stays as it is, here and in fail(). What waits for the person is given up,
  // and revoked by flow_recovery.h. kNotFound.
  Task<Result<>> cancel(const store::ConnectSession& session, std::string id);
  // With the code kCancelled it counts as cancelled.
  Task<Result<>> fail(std::string id, ErrorCode code, std::string text);

 private:
  const Services& services_;
};

// ---- inside write transactions of a link ----

// The session's attempt at work is cancelled; `id`, if there is one, is at work from now on.
// kCancelled: it is not wanted any more.
Result<> start_attempt(store::Database& db, const std::string& session_id, const std::string& id,
                       std::int64_t now_ms);
// The account is stored. kCancelled: the attempt was cancelled meanwhile.
Result<> finish_attempt(store::Database& db, const std::string& id, const std::string& account_id);
Result<std::optional<ConnectionAttempt>> attempt_at_work(store::Database& db,
                                                         const std::string& session_id);

}  // namespace patchbay::accounts
