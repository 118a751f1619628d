#include "simulated_hub.h"

#include <algorithm>
#include <exception>

#include "store/open_vault.h"

namespace patchbay::simulator {

namespace asio = net::asio;

Result<std::unique_ptr<SimulatedHub>> SimulatedHub::start(const Surroundings& around, Life life,
                                                          const HubTraits& traits) {
  std::unique_ptr<SimulatedHub> hub(new SimulatedHub(around, life, traits));
  PATCHBAY_TRY(hub->open_vault());
  hub->build();
  return hub;
}

SimulatedHub::SimulatedHub(const Surroundings& around, Life life, const HubTraits& traits)
    : around_(around),
      life_(life),
      traits_(traits),
      clock_(around.world.time, traits.skew_ms),
      loops_(traits.loops),
      store_(
          std::make_unique<store::Store>(around.disk.connect(life), store::Store::Runs::kCaller)) {}

SimulatedHub::~SimulatedHub() = default;

Result<> SimulatedHub::open_vault() {
  auto vault = store_->transact_alone_blocking([&](store::Database& db) {
    return store::open_vault(db, around_.keys, around_.random, clock_.unix_ms());
  });
  if (!vault) return vault.error();
  vault_ = std::make_unique<vault::Vault>(*std::move(vault));
  stored_keys_ = std::make_unique<store::StoredKeys>(*store_, around_.keys);
  vault_->follow(*stored_keys_, clock_);
  return {};
}

void SimulatedHub::build() {
  key_keeper_ = std::make_unique<upkeep::KeyKeeper>(
      upkeep::KeyParts{loops_, *store_, *vault_, around_.keys, clock_, around_.random, audit_});
  instance_ = std::make_unique<instances::Instance>(loops_, *store_, clock_, around_.random);
  connectors_ = around_.connectors.take();
  services_.reset(new accounts::Services{
      loops_, *store_, *vault_, *connectors_, clock_, around_.random, audit_, {}, *instance_});
  pace_ = std::make_unique<pacing::Pace>(clock_);
  services_->pace = pace_.get();
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    senders_.push_back(around_.network.sender(life_));
    services_->http.push_back(senders_.back().get());
  }
  revoker_ = std::make_unique<accounts::Revoker>(*services_);
  recovery_ = std::make_unique<accounts::FlowRecovery>(*services_, *revoker_);
  restored_ = std::make_unique<accounts::RestoredAccounts>(*services_);
  // Every second one hardly has room in its memory.
  keeper_ = std::make_unique<accounts::TokenKeeper>(
      *services_, *revoker_,
      traits_.number % 2 == 0 ? accounts::KeeperOptions{.held_accounts = 2}
                              : accounts::KeeperOptions());
  linker_ = std::make_unique<accounts::Linker>(*services_, *revoker_, *keeper_);
  accounts_ = std::make_unique<accounts::AccountService>(*services_, *revoker_, *keeper_, *linker_);
  tokens_ = std::make_unique<actions::KeeperTokens>(*keeper_);
  runner_ = std::make_unique<actions::ActionRunner>(*services_, *tokens_);

  instance_->start();
  key_keeper_->start();
  revoker_->start();
  recovery_->start();
  restored_->start();
  keeper_->start();
}

bool SimulatedHub::run_one() {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    auto& loop = loops_.loop((next_loop_ + i) % loops_.size());
    loop.restart();
    if (loop.poll_one() == 0) continue;
    next_loop_ += i + 1;
    return true;
  }
  return false;
}

std::optional<std::chrono::milliseconds> SimulatedHub::until_next_timer() {
  std::optional<std::chrono::milliseconds> soonest;
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    const auto next = around_.world.time.until_next_timer(loops_.loop(i));
    if (next && (!soonest || *next < *soonest)) soonest = next;
  }
  return soonest;
}

void SimulatedHub::spawn(net::Task<> task) {
  const auto loop = static_cast<std::size_t>(
      around_.world.dice.between(0, static_cast<std::int64_t>(loops_.size()) - 1));
  ++work_under_way_;
  asio::co_spawn(loops_.loop(loop), std::move(task), [this](const std::exception_ptr& failure) {
    --work_under_way_;
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace patchbay::simulator

// Each life counts as a process on a machine of its own, whose end nobody can see from outside:
// instances/process_mark.h. The name is what the linker's --wrap makes of it.
std::string mark_of_no_process() __asm__(
    "__wrap__ZN8patchbay9instances20mark_of_this_processB5cxx11Ev");
std::string mark_of_no_process() {
  return {};
}
