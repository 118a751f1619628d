#pragma once
// What people and applications do with the hubs, drawn from the dice: link, reconnect, use tokens
// (with and without a wish for validity, and with a 401 from the provider), refresh, suspend,
// resume, unlink, cancel a connect half-way. Each is a coroutine on one hub's loop, which a kill
// may end anywhere; what it was told goes into the ledger.
#include <cstdint>
#include <string>

#include "invariants.h"
#include "ledger.h"
#include "network.h"
#include "simulated_hub.h"
#include "token_book.h"

namespace patchbay::simulator {

struct WorkloadCounts {
  std::uint64_t linked = 0;
  std::uint64_t not_linked = 0;
  std::uint64_t served = 0;
  std::uint64_t not_served = 0;
  std::uint64_t suspended = 0;
  std::uint64_t unlinked = 0;
};

class Workload {
 public:
  Workload(World& world, Network& network, TokenBook& book, Ledger& ledger, Invariants& invariants)
      : world_(world), network_(network), book_(book), ledger_(ledger), invariants_(invariants) {}

  // Something, on this hub.
  void begin_something(SimulatedHub& hub);
  // One thing, on this hub.
  void begin_use(SimulatedHub& hub, const std::string& account_id) {
    hub.spawn(use(hub, account_id));
  }
  void begin_refreshing(SimulatedHub& hub, const std::string& account_id) {
    hub.spawn(refresh(hub, account_id));
  }
  void begin_suspending(SimulatedHub& hub, const std::string& account_id) {
    hub.spawn(suspend(hub, account_id));
  }
  void begin_unlinking(SimulatedHub& hub, const std::string& account_id) {
    hub.spawn(unlink(hub, account_id));
  }
  // Asks for a token of an account, and holds it against the rule `usable`.
  void demand_token(SimulatedHub& hub, const std::string& account_id);
  // A person deletes the integration of some account at the provider.
  void delete_a_grant();

  [[nodiscard]] const WorkloadCounts& counts() const { return counts_; }

 private:
  using Task = net::Task<>;
  Task link(SimulatedHub& hub, std::string owner, GrantKind kind, std::string account_id,
            bool cancels);
  Task use(SimulatedHub& hub, std::string account_id);
  Task refresh(SimulatedHub& hub, std::string account_id);
  Task suspend(SimulatedHub& hub, std::string account_id);
  Task resume(SimulatedHub& hub, std::string account_id);
  Task unlink(SimulatedHub& hub, std::string account_id);
  Task demand(SimulatedHub& hub, std::string account_id);

  bool is_served(SimulatedHub& hub, const std::string& account_id,
                 const accounts::AccessToken& token);
  Grant& new_grant(GrantKind kind);
  void begin_link(SimulatedHub& hub);
  // Whoever asks on purpose need not wait for what a provider said about trying again.
  void insist(const std::string& account_id);
  [[nodiscard]] std::string token_name(const std::string& account_id);

  World& world_;
  Network& network_;
  TokenBook& book_;
  Ledger& ledger_;
  Invariants& invariants_;
  WorkloadCounts counts_;
};

}  // namespace patchbay::simulator
