#pragma once
// Tells providers to forget tokens: durable jobs in the store, retried with back-off until the
// provider agreed or the token's own life is over. Several instances share them: each claims some,
// and what a dead one had claimed is due again when its claim has run out. Put the job into the
// transaction that makes the token useless (unlink, reconnect, failed connect); call wake() after
// it.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "accounts/services.h"
#include "connector/flow_types.h"
#include "store/revocations_table.h"

namespace patchbay::accounts {

// What a job is about. Secrets and tokens are sealed into it; the account may be gone by the time.
struct RevocationOrder {
  std::string project_id;
  std::string account_id;  // may be empty
  std::string connector_id;
  // unlink, reconnect, connect_failed, connect_cancelled, connect_interrupted, refresh_lost,
  // refresh_interrupted, restored
  std::string reason;
  const connector::FlowInput* input = nullptr;  // method, environment, fields, secrets, setup
  std::vector<connector::Token> tokens;         // to be revoked
  std::string flow_id = {};                     // the row of `flows` that ends with it; empty: none
  // The grant is to end and not these tokens alone: its refresh token, which is among the
  // secrets, lives on when none of them does.
  bool ends_grant = false;
};

class Revoker {
 public:
  explicit Revoker(const Services& services);
  ~Revoker();

  // The row to enqueue; nothing when there is no token worth revoking.
  Result<std::optional<store::Revocation>> prepare(const RevocationOrder& order) const;
  // prepare; enqueue and end the flow, in a transaction of its own; wake. When the vault or the
  // store refuses, the provider is told at once; when that fails, too, this process remembers the
  // job until the store takes it.
  Task<> order(RevocationOrder order);

  void wake();
  void start();
  void stop();

  // Works off what is due now; the number of jobs that are left. For the command line and tests.
  Task<Result<std::size_t>> run_due();

 private:
  struct Draft;
  struct Impl;
  // Nothing when there is no token worth revoking.
  [[nodiscard]] std::optional<Draft> draft(const RevocationOrder& order) const;

  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::accounts
