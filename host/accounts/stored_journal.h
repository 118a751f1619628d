#pragma once
// The journal of one flow: its transcript, sealed, in its row of `flows`, on disk before the
// connector hears of the answer. flow_recovery.h reads it after a kill. Where somebody has ended
// the flow meanwhile (this process was frozen), what comes after that lies in a row of its own.
//
// Used on the flow's loop; must outlive the flow.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "accounts/services.h"
#include "connector/flow_driver.h"
#include "store/flows_table.h"

namespace patchbay::accounts {

// What `Flow::state` tells without opening the transcript.
struct FlowState {
  std::string connector_version;
  std::int64_t answers = 0;      // of requests that may have minted
  std::int64_t tries = 0;        // of recovering it
  std::int64_t turn = 0;         // of a refresh: its lease's fence, which ends with the row
  std::int64_t waits_until = 0;  // unix ms: for a person; 0: it is at work
  std::int64_t kept_until = 0;  // unix ms: it has failed, and is kept to be looked at; 0: it is not
};

class StoredJournal final : public connector::FlowJournal {
 public:
  enum class Row : std::uint8_t {
    kIsThere,    // a connect is written down before the provider is called
    kComesLast,  // a refresh has nothing to tell before the provider has minted
  };

  // `state`: version and turn.
  StoredJournal(const Services& services, store::Flow flow, FlowState state, Row row)
      : services_(services),
        row_(std::move(flow)),
        state_(std::move(state)),
        is_there_(row == Row::kIsThere) {
    if (is_there_) flow_id_ = row_.id;
  }

  Task<> keep(SecretString transcript) override;

  // The row that whoever stores the flow's outcome must take, in the same transaction; empty: none
  // was written. A row that is gone was recovered by another process: its tokens are being revoked.
  // So are those of a row whose writing had an unknown outcome; a refresh's turn ends with it.
  [[nodiscard]] const std::string& flow_id() const { return flow_id_; }

  // The transcript as far as the row does not hold it, for want of a database.
  struct Unwritten {
    store::Flow row;
    bool is_new = false;  // else the row is there, unless the outcome was stored
  };
  std::optional<Unwritten> take_unwritten() { return std::exchange(unwritten_, {}); }

 private:
  Result<store::Flow> sealed(store::Flow row, const SecretString& transcript);
  Task<Result<>> begin(const SecretString& transcript);
  Task<Result<>> go_on(const SecretString& transcript);

  const Services& services_;
  store::Flow row_;
  FlowState state_;
  bool is_there_;  // the row
  std::string flow_id_;
  std::optional<Unwritten> unwritten_;
};

// For whoever can't tell whether the outcome was stored, and leaves it to the recovery to find out:
// writes it as soon as the database takes it. `services` outlives its loops' work.
void write_later(const Services& services, StoredJournal::Unwritten left);

std::string to_json(const FlowState& state);
FlowState flow_state_from_json(std::string_view json);

vault::Place transcript_place(const store::Flow& flow);

}  // namespace patchbay::accounts
