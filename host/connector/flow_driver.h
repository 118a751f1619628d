#pragma once
// Drives one flow of a connector to its end: begins it, performs the requests it asks for, waits
// when it wants to, and tells how it ended. The connector decides what to send; where to is the
// policy's to say: only hosts, ports and methods of the manifest, only within these limits.
//
// Requests keep to the provider's pace (pacing/pace.h). One that the hub holds back for it looks to
// the connector like one that the provider refused with 429 or could not be reached for.
//
// A cancelled flow is told so, together with the answers of requests that were under way, so that a
// token that was just minted comes back in `minted` and can be revoked. The same holds when the
// connector dies half-way: what it had seen is replayed into a fresh one, which is then cancelled.
//
// A flow that needs a person (to sign in elsewhere, to fill in further fields) is not kept alive:
// it comes back as its transcript, and resume_flow rebuilds it when the person is done, in this
// process or another one.
//
// When this whole process dies, the plan's journal has what it takes to do the same later. What
// stays open is the time between the provider's minting and the journal's fsync: a process killed
// there leaves a token that nobody but the provider knows, until its own life is over.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "audit/audit_log.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "connector/flow_transcript.h"
#include "connector/runtime.h"
#include "manifest/hosts.h"
#include "net/http_client.h"
#include "pacing/pace.h"

namespace patchbay::connector {

struct FlowLimits {
  std::chrono::milliseconds total{60'000};
  std::chrono::milliseconds request{20'000};  // when the connector names no other, and at most
  std::chrono::milliseconds longest_wait{10'000};
  unsigned steps = 32;
  std::size_t requests_at_once = 16;
  std::size_t answer_bytes = std::size_t{1} << 20U;
};

// Is told of flows that failed through no fault of a person or an operator: that a connector broke,
// or could make no sense of an answer. On the flow's loop, when the flow has ended.
class FlowRecorder {
 public:
  virtual ~FlowRecorder() = default;
  // `transcript` holds secrets, and ends with the event that the failure answers. `account_id` is
  // the plan's.
  virtual Task<> failed(const manifest::Manifest& manifest, const std::string& account_id,
                        const Transcript& transcript) = 0;
};

struct FlowServices {
  Runtime& runtime;
  net::HttpSender& http;  // of the loop the flow runs on
  const Clock& clock;
  Random& random;
  audit::AuditLog* audit = nullptr;  // where refused requests are recorded; null: the log alone
  FlowRecorder* recorder = nullptr;  // may be null
  pacing::Pace* pace = nullptr;      // null: requests wait for no rate limit
};

// Set from any thread; looked at between steps.
using CancelFlag = std::shared_ptr<std::atomic<bool>>;
inline CancelFlag make_cancel_flag() {
  return std::make_shared<std::atomic<bool>>(false);
}

// Keeps what a flow has seen where it survives the process. Called on the flow's loop, possibly
// again before the last call has ended (answers of one batch); the later one knows more.
class FlowJournal {
 public:
  virtual ~FlowJournal() = default;
  // A request that may mint was answered; the connector has not been told yet. `transcript` is what
  // to_json() of flow_transcript.h made: it holds secrets. That it could not be kept is no reason
  // for the flow to fail.
  virtual Task<> keep(SecretString transcript) = 0;
};

struct FlowPlan {
  Operation operation = Operation::kConnect;
  std::shared_ptr<const manifest::Manifest> manifest;
  manifest::HostValues host_values;
  FlowLimits limits;
  CancelFlag cancel;               // may be null
  FlowJournal* journal = nullptr;  // may be null; outlives the flow
  bool may_pause = false;          // a person is there who can be asked
  // What the flow presents is good for one use (manifest::Renewal::kRotating): each request counts
  // as using it up, unless it is marked as idempotent or only reads.
  bool rotates = false;
  std::function<bool()> go_ahead{};  // as ClientRequest::go_ahead, for each request
  std::string account_id{};          // whose rate limits count; empty while there is none yet
};

struct FlowOutcome {
  std::optional<FlowDone> done;
  // When not done: what happened, as an error and as the connector's own message (its id is empty
  // when the host itself failed the flow).
  Error error;
  FlowMessage message;
  std::vector<Token> minted;  // by a failed flow; to be revoked
  // It may have minted what the connector can't be brought to name now: its transcript, as written
  // down, can be replayed later.
  bool minted_is_unknown = false;
  std::optional<Transcript> paused;  // the flow goes on when the person has acted; no error then
  std::vector<FlowMessage> notices;
  // A request that uses up what it presents may have been processed: some of it went out, and the
  // provider has not refused it. An answer of 4xx is a refusal (RFC 6749, section 5.2, and 429),
  // but for 408; one of 5xx may come from in front of a server that did the work.
  bool maybe_spent = false;
};

Task<FlowOutcome> drive_flow(FlowServices services, FlowPlan plan, FlowInput input);

// Goes on with a paused flow. `answer` is what the person came back with: `query` after a redirect,
// else `fields` and `secrets`; the rest of it is filled in here.
Task<FlowOutcome> resume_flow(FlowServices services, FlowPlan plan, Transcript paused,
                              FlowEvent answer);

}  // namespace patchbay::connector
