#pragma once
// Connect sessions that are passed on: whoever holds a session's link, but not the credentials,
// makes a second link of it for a colleague. That one leads to the same integration, for the same
// owner and account, and to nothing else: it can't be passed on again, and the component's protocol
// doesn't take it. Whichever of the two links first ends the other
// (store/connect_sessions_table.h).
//
// Its token follows from the first one's, so that the page of whoever passed it on can show the
// link again although only a hash of it is stored; it tells nothing about the first one. Any loop.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/services.h"
#include "store/connect_sessions_table.h"

namespace patchbay::accounts {

class PassedOnLinks {
 public:
  static constexpr std::int64_t kMost = 5;  // of one session, in any state
  // A colleague needs more time than the person in front of the page: as long as this, or as the
  // session itself if that is longer.
  static constexpr std::int64_t kValidMs = 3LL * 24 * 3'600'000;

  explicit PassedOnLinks(const Services& services) : services_(services) {}

  // The open one there is, or a new one. `session` is open; connector and integration are what it
  // would link through. kConflict: it is over, or was passed on itself. kTooLarge: kMost.
  Task<Result<store::ConnectSession>> pass_on(const store::ConnectSession& session,
                                              const SecretString& token, std::string connector_id,
                                              std::string integration_id, audit::Asker who = {});
  // The last one, in any state.
  Task<Result<std::optional<store::ConnectSession>>> last_of(const store::ConnectSession& session);
  // It opens nothing from now on, and what is under way by it won't be stored.
  Task<Result<>> take_back(const store::ConnectSession& session, audit::Asker who = {});
  // The session that this one was passed on by; kNotFound.
  Task<Result<store::ConnectSession>> passed_on_by(const store::ConnectSession& session);

 private:
  const Services& services_;
};

// The token of the session `id` that the holder of `token` passed on.
SecretString passed_on_token(const SecretString& token, std::string_view id);

}  // namespace patchbay::accounts
