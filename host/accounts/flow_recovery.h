#pragma once
// Ends flows that a kill or a power cut interrupted, so that no token stays valid at a provider
// that nobody holds. A flow's row has its sealed transcript (stored_journal.h); it is replayed into
// a fresh worker, which sends nothing, and then cancelled. What the connector names as minted goes
// into the revoker's queue, in the transaction that removes the row.
//
// - A row is left alone until it has been untouched for longer than a flow can take: it may belong
//   to another process at work on the same database. Should that one have been frozen and wake up
//   later, it finds its row gone and stores nothing.
// - Two processes may replay the same row; one of them removes it and enqueues.
// - While the connector is missing or can't be brought to say, the row stays. So it does when the
//   connector is of another version than the flow's and names nothing. After 48 hours the tokens'
//   life is over, and the row goes unread.
// - Tokens that the account holds by now are not revoked: a provider may hand out the same one
// twice.
// - What an interrupted refresh of a rotating grant minted is revoked only when the account does
// not
//   use that grant any more: revoking one of its tokens may end them all (RFC 7009, section 2.1).
// - A row without a transcript was interrupted before anything was minted, or between the
//   provider's minting and our fsync. That window can't be closed: such a token ends by itself.
#include <memory>

#include "accounts/services.h"

namespace patchbay::accounts {

class Revoker;

class FlowRecovery {
 public:
  FlowRecovery(const Services& services, Revoker& revoker);
  ~FlowRecovery();

  // Looks now and once a minute until stop().
  void start();
  void stop();

  // Ends what may be ended now: how many flows that was.
  Task<Result<std::size_t>> run_due();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::accounts
