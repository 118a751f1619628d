#pragma once
// What people and applications do with the hubs, drawn from the dice: link, reconnect, use tokens
// (with and without a wish for validity, and with a 401 from the provider), refresh, suspend,
// resume, unlink, cancel a connect half-way. Each is a coroutine on one hub's loop, which a kill
// may end anywhere; what it was told goes into the ledger. A person who has to sign in comes back
// to whichever hub there is by then (visits.h).
#include <cstdint>
#include <string>
#include <utility>

#include "invariants.h"
#include "ledger.h"
#include "network.h"
#include "simulated_hub.h"
#include "token_book.h"
#include "visits.h"

namespace patchbay::simulator {

// What a person enters for a grant.
accounts::FormInput form_of(const Grant& grant, bool with_wrong_secret);
// For the trace.
std::string outcome_of(const Error& error);

struct WorkloadCounts {
  std::uint64_t linked = 0;
  std::uint64_t not_linked = 0;
  std::uint64_t waited = 0;  // for a person, once each time
  std::uint64_t served = 0;
  std::uint64_t not_served = 0;
  std::uint64_t suspended = 0;
  std::uint64_t unlinked = 0;
  std::uint64_t called = 0;  // actions
  std::uint64_t not_called = 0;
};

class Workload {
 public:
  // `any_hub` gives one that runs, frozen or not, or null.
  Workload(World& world, Network& network, TokenBook& book, Ledger& ledger, Invariants& invariants,
           Visits::AnyHub any_hub)
      : world_(world),
        network_(network),
        book_(book),
        ledger_(ledger),
        invariants_(invariants),
        any_hub_(any_hub),
        visits_(world, ledger, std::move(any_hub)) {}

  // Something, on this hub.
  void begin_something(SimulatedHub& hub);
  // One thing, on this hub. A grant of this owner's own, whose tokens live for so long.
  void begin_linking(SimulatedHub& hub, const std::string& owner, GrantKind kind,
                     std::int64_t lifetime_ms) {
    hub.spawn(link(hub, {.owner = owner, .grant = book_.add_grant(kind, lifetime_ms).id}));
  }
  void begin_use(SimulatedHub& hub, const std::string& account_id) {
    hub.spawn(use(hub, account_id));
  }
  // Of an action, where the account's provider has one.
  void begin_call(SimulatedHub& hub, const std::string& account_id);
  void begin_refreshing(SimulatedHub& hub, const std::string& account_id) {
    hub.spawn(refresh(hub, account_id));
  }
  void begin_suspending(SimulatedHub& hub, const std::string& account_id) {
    hub.spawn(suspend(hub, account_id));
  }
  void begin_unlinking(SimulatedHub& hub, const std::string& account_id) {
    hub.spawn(unlink(hub, account_id));
  }
  // An application that has lost its head: new tokens, or calls of an action, of one account, as
  // fast as the answers come. On this hub.
  void begin_rush(SimulatedHub& hub);
  // Asks for a token of an account, and holds it against the rule `usable`.
  void demand_token(SimulatedHub& hub, const std::string& account_id);
  // A person deletes the integration of some account at the provider.
  void delete_a_grant();

  [[nodiscard]] WorkloadCounts counts() const;

 private:
  using Task = net::Task<>;
  struct Link {
    std::string owner;
    int grant = 0;
    std::string account_id{};  // set: a reconnect
    bool errs = false;         // wrong credentials are entered
    bool cancels = false;
  };
  Task link(SimulatedHub& hub, Link what);
  Task use(SimulatedHub& hub, std::string account_id);
  Task refresh(SimulatedHub& hub, std::string account_id);
  Task call(SimulatedHub& hub, std::string account_id);
  Task rush_for_tokens(SimulatedHub& hub, std::string account_id);
  Task rush_for_calls(SimulatedHub& hub, std::string account_id);
  Task suspend(SimulatedHub& hub, std::string account_id);
  Task resume(SimulatedHub& hub, std::string account_id);
  Task unlink(SimulatedHub& hub, std::string account_id);
  Task demand(SimulatedHub& hub, std::string account_id);

  bool is_served(SimulatedHub& hub, const std::string& account_id,
                 const accounts::AccessToken& token);
  int new_grant(GrantKind kind);
  void begin_link(SimulatedHub& hub);
  void begin_reconnect(SimulatedHub& hub, const std::string& account_id);
  // An application calls at whichever hub, for some seconds, whatever happens to the account.
  void go_on_using(const std::string& account_id);
  // Whoever asks on purpose need not wait for what a provider said about trying again.
  void insist(const std::string& account_id);
  [[nodiscard]] std::string token_name(const std::string& account_id);

  World& world_;
  Network& network_;
  TokenBook& book_;
  Ledger& ledger_;
  Invariants& invariants_;
  const Visits::AnyHub any_hub_;
  Visits visits_;
  WorkloadCounts counts_;
};

}  // namespace patchbay::simulator
