#pragma once
// One life of one hub: the production objects that cli::Hub puts together, with the simulation's
// clock, randomness, network, database and connectors in place of the machine's. Nothing moves
// unless run_one() is called; destroying it at any point is a kill.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "accounts/account_service.h"
#include "accounts/flow_recovery.h"
#include "accounts/restored_accounts.h"
#include "actions/action_runner.h"
#include "connector_shelf.h"
#include "instances/instance.h"
#include "network.h"
#include "pacing/pace.h"
#include "shared_disk.h"
#include "store/stored_keys.h"
#include "upkeep/key_keeper.h"
#include "world.h"

namespace patchbay::simulator {

inline constexpr std::string_view kProject = "prj_1";

// What all hubs of a simulation share; outlives them.
struct Surroundings {
  World& world;
  SharedDisk& disk;
  Network& network;
  const ConnectorShelf& connectors;
  const vault::KeyChain& keys;
  Random& random;
};

struct HubTraits {
  int number = 0;  // of the hub, whichever life it is in
  std::size_t loops = 1;
  std::int64_t skew_ms = 0;  // its clock against the true time
};

class SimulatedHub {
 public:
  // As `serve` does: opens the vault and starts the background work. The store's error.
  static Result<std::unique_ptr<SimulatedHub>> start(const Surroundings& around, Life life,
                                                     const HubTraits& traits);
  ~SimulatedHub();
  SimulatedHub(const SimulatedHub&) = delete;
  SimulatedHub& operator=(const SimulatedHub&) = delete;

  [[nodiscard]] Life life() const { return life_; }
  // Runs one handler that is ready; false: there is none.
  bool run_one();
  // How long until its next timer; nothing: it has none.
  std::optional<std::chrono::milliseconds> until_next_timer();

  // Begins something on one of its loops.
  void spawn(net::Task<> task);
  // Something that was begun has not ended.
  [[nodiscard]] bool has_work() const { return work_under_way_ > 0; }

  [[nodiscard]] accounts::AccountService& accounts() { return *accounts_; }
  [[nodiscard]] accounts::TokenKeeper& keeper() { return *keeper_; }
  [[nodiscard]] actions::ActionRunner& runner() { return *runner_; }
  [[nodiscard]] instances::Instance& instance() { return *instance_; }

 private:
  class SkewedClock final : public Clock {
   public:
    SkewedClock(const VirtualTime& time, std::int64_t skew_ms) : time_(time), skew_ms_(skew_ms) {}
    [[nodiscard]] std::int64_t unix_ms() const override { return time_.unix_ms() + skew_ms_; }
    [[nodiscard]] std::int64_t uptime_ms() const override {
      return kUpBefore + time_.elapsed().count();
    }

   private:
    static constexpr std::int64_t kUpBefore = 3'600'000;
    const VirtualTime& time_;
    std::int64_t skew_ms_;
  };
  class NoAudit final : public audit::AuditLog {
   public:
    Result<> append(const audit::AuditEvent& /*event*/) override { return {}; }
  };

  SimulatedHub(const Surroundings& around, Life life, const HubTraits& traits);
  Result<> open_vault();
  void build();

  const Surroundings around_;
  const Life life_;
  const HubTraits traits_;
  SkewedClock clock_;
  NoAudit audit_;
  // What coroutines give back to when they are ended, by the loops' end at the latest.
  std::unique_ptr<pacing::Pace> pace_;
  std::unique_ptr<actions::ActionRunner> runner_;
  net::LoopPool loops_;
  std::size_t next_loop_ = 0;
  int work_under_way_ = 0;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::StoredKeys> stored_keys_;
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<upkeep::KeyKeeper> key_keeper_;
  std::unique_ptr<instances::Instance> instance_;
  std::unique_ptr<connector::Connectors> connectors_;
  std::vector<std::unique_ptr<net::HttpSender>> senders_;
  std::unique_ptr<accounts::Services> services_;
  std::unique_ptr<accounts::Revoker> revoker_;
  std::unique_ptr<accounts::FlowRecovery> recovery_;
  std::unique_ptr<accounts::RestoredAccounts> restored_;
  std::unique_ptr<accounts::TokenKeeper> keeper_;
  std::unique_ptr<accounts::Linker> linker_;
  std::unique_ptr<accounts::AccountService> accounts_;
  std::unique_ptr<actions::KeeperTokens> tokens_;
};

}  // namespace patchbay::simulator
