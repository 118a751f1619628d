#pragma once
// Connects that wait for a person: at the provider's sign-in page, or in front of further fields.
// Such a flow is a row of `flows` with its sealed transcript and nothing else, so it outlives the
// worker, the connector's process and this one; one caller of any process takes it up again. After
// kPatienceMs nobody may, and flow_recovery.h ends it, revoking what it had minted.
#include <cstdint>
#include <string>

#include "accounts/services.h"
#include "connector/flow_transcript.h"
#include "store/connect_sessions_table.h"
#include "store/flows_table.h"

namespace patchbay::accounts {

inline constexpr std::int64_t kPatienceMs = 300'000;  // five minutes

struct WaitingFlow {
  store::Flow row;
  connector::Transcript transcript;  // with its pause
};

// Keeps a paused flow in the row that it began with. kConflict: the row is gone, because the flow
// was taken for interrupted and is being ended.
Task<Result<>> put_away(const Services& services, store::Flow row, std::string connector_version,
                        const connector::Transcript& paused);

// kConflict: the session has none, or its time is over.
Task<Result<WaitingFlow>> find_waiting(const Services& services,
                                       const store::ConnectSession& session);

// Whether a flow of the session is under way, in this process or another, and waits for nobody.
Task<Result<bool>> is_at_work(const Services& services, const store::ConnectSession& session);

// True for one caller: the flow is at work again. Its row keeps the transcript until there is a
// longer one.
Task<Result<bool>> take_up(const Services& services, const WaitingFlow& flow);

// Inside a write transaction: what the session waits for is left to the recovery.
Result<> give_up_waiting(store::Database& db, const std::string& session_id);

}  // namespace patchbay::accounts
