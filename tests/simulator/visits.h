#pragma once
// People whose connect waits for them: at the provider's sign-in page, then in front of a further
// field. They take seconds or longer than a hub is patient, come back to whichever hub there is by
// then, in two windows at once, with a wrong answer, or never; some say that they don't want to go
// on. Whoever comes back in time, for the first time, finds the connect waiting: the rule `waits`.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "ledger.h"
#include "simulated_hub.h"
#include "world.h"

namespace patchbay::simulator {

class Visits {
 public:
  // A hub that runs, frozen or not; null: there is none.
  using AnyHub = std::function<SimulatedHub*()>;
  struct Person {
    store::ConnectSession session;
    std::string owner;
    std::string code;      // that the provider sends them back with
    bool errs = false;     // they type a wrong number
    bool is_alone = true;  // in one window; else what another one does is nobody's fault
  };

  // World and ledger outlive it.
  Visits(World& world, Ledger& ledger, AnyHub any_hub)
      : world_(world), ledger_(ledger), any_hub_(std::move(any_hub)) {}

  // A hub has said that it waits for them, having been asked at `since`: it may have been frozen
  // in between.
  void send_away(Person person, connector::FlowPause pause, std::int64_t since);

  // How often somebody was waited for, and how many accounts came of it.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t linked() const { return linked_; }

 private:
  struct Visit {
    Person person;
    connector::FlowPause pause;
    std::int64_t since = 0;
  };
  using VisitPtr = std::shared_ptr<const Visit>;

  net::Task<> come_back(SimulatedHub& hub, VisitPtr visit);
  net::Task<> give_up(SimulatedHub& hub, VisitPtr visit);
  net::Task<> look(SimulatedHub& hub, VisitPtr visit);
  [[nodiscard]] bool is_in_time(const Visit& visit) const;

  World& world_;
  Ledger& ledger_;
  const AnyHub any_hub_;
  std::uint64_t count_ = 0;
  std::uint64_t linked_ = 0;
};

}  // namespace patchbay::simulator
