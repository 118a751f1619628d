#pragma once
// The hub's parts, put together in the right order: loops, store, vault, connectors, HTTP clients,
// accounts. The composition root; nothing below host/cli knows it. `serve` adds the web server, the
// account commands use it as it is.
//
// open() runs before any other thread and may block. After stop() nothing but destruction follows.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "accounts/account_service.h"
#include "accounts/failed_flows.h"
#include "accounts/flow_recovery.h"
#include "accounts/permission_report.h"
#include "accounts/restored_accounts.h"
#include "actions/permission_prober.h"
#include "actions/token_source.h"
#include "audit/file_audit_log.h"
#include "instances/instance.h"
#include "net/egress.h"
#include "store/store_location.h"
#include "store/stored_keys.h"
#include "upkeep/audit_head_recorder.h"
#include "upkeep/key_keeper.h"
#include "vault/key_source.h"

namespace patchbay::cli {

struct HubOptions {
  std::string data_folder;  // the audit log's; the database's, unless `store` is set
  std::optional<store::StoreLocation> store;  // none: patchbay.db in the data folder
  vault::KeySource key;
  std::vector<vault::KeySource> further_keys;  // that data keys may be wrapped with, too
  std::shared_ptr<vault::KeyChain> keys{};     // these, loaded already; null: they are loaded
  std::string connectors_folder;
  std::string worker_program;  // empty: the patchbay-worker that belongs to this program
  net::EgressRules egress;
  connector::TrustPolicy trust;
  connector::RestartLimits restart;
  std::chrono::milliseconds audit_sync_within{50};  // 0: before each answer
  accounts::KeeperOptions keeper;
  pacing::PaceOptions pace;
  accounts::ScopeNames scope_names;
  bool probe_permissions = true;   // false: only scopes tell (actions/permission_prober.h)
  bool keep_failed_flows = false;  // accounts/failed_flows.h
  std::string project = {};        // id or name of the one to work in; empty: the oldest
  std::size_t loops = 1;

  // `keys`, or what `key` and `further_keys` name. A key in the environment can be read once.
  [[nodiscard]] Result<std::shared_ptr<vault::KeyChain>> load_keys() const;
};

class Hub {
 public:
  static Result<std::unique_ptr<Hub>> open(HubOptions options);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  [[nodiscard]] net::LoopPool& loops() { return loops_; }
  [[nodiscard]] store::Store& store() { return *store_; }
  [[nodiscard]] const vault::Vault& vault() const { return *vault_; }
  [[nodiscard]] const vault::KeyChain& key_chain() const { return *key_chain_; }
  [[nodiscard]] upkeep::KeyKeeper& keys() { return *keys_; }
  [[nodiscard]] audit::FileAuditLog& audit() { return *audit_; }
  [[nodiscard]] upkeep::AuditHeadRecorder& audit_heads() { return *audit_heads_; }
  // This process among those on the same database.
  [[nodiscard]] instances::Instance& instance() { return *instance_; }
  [[nodiscard]] connector::Registry& registry() { return *registry_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] pacing::Pace& pace() { return *pace_; }
  [[nodiscard]] const accounts::Services& services() const { return *services_; }
  [[nodiscard]] accounts::Revoker& revoker() { return *revoker_; }
  [[nodiscard]] accounts::FlowRecovery& recovery() { return *recovery_; }
  [[nodiscard]] accounts::RestoredAccounts& restored() { return *restored_; }
  [[nodiscard]] accounts::TokenKeeper& keeper() { return *keeper_; }
  [[nodiscard]] accounts::AccountService& accounts() { return *accounts_; }
  // The project that commands work in, and that pages begin with.
  [[nodiscard]] const std::string& project_id() const { return project_id_; }

  // Reads the connectors folder and keeps watching it.
  Result<> start_connectors();
  // Scheduled refreshes, the revocation queue, the end of what a kill interrupted, and the first
  // look at accounts from a backup; only the serving hub runs them.
  void start_background();
  // Ends everything within `grace`.
  void stop(std::chrono::milliseconds grace);

 private:
  explicit Hub(std::size_t loops) : loops_(loops) {}
  Result<> open_store(const HubOptions& options);
  void open_audit(const HubOptions& options);
  void make_prober();
  Result<> open_clients(const HubOptions& options);
  void close_idle_connections();

  bool stopped_ = false;
  SystemClock clock_;
  OsRandom random_;
  std::unique_ptr<pacing::Pace> pace_;  // outlives what waits on the loops
  net::LoopPool loops_;
  std::unique_ptr<store::Store> store_;
  std::shared_ptr<vault::KeyChain> key_chain_;
  std::unique_ptr<store::StoredKeys> stored_keys_;
  std::unique_ptr<vault::Vault> vault_;
  bool made_data_key_ = false;
  std::string project_id_;
  std::unique_ptr<audit::FileAuditLog> audit_;
  std::unique_ptr<upkeep::AuditHeadRecorder> audit_heads_;
  std::unique_ptr<upkeep::KeyKeeper> keys_;
  std::unique_ptr<instances::Instance> instance_;
  std::unique_ptr<connector::StoredGate> gate_;
  std::shared_ptr<connector::Registry> registry_;
  std::vector<std::unique_ptr<net::HttpClient>> clients_;
  accounts::ScopeNames scope_names_;
  std::unique_ptr<accounts::Services> services_;
  std::unique_ptr<accounts::FailedFlows> failed_flows_;
  std::unique_ptr<accounts::Revoker> revoker_;
  std::unique_ptr<accounts::FlowRecovery> recovery_;
  std::unique_ptr<accounts::RestoredAccounts> restored_;
  std::unique_ptr<accounts::TokenKeeper> keeper_;
  std::unique_ptr<actions::KeeperTokens> probing_tokens_;
  std::unique_ptr<actions::ActionRunner> probing_runner_;
  std::unique_ptr<actions::PermissionProber> prober_;
  std::unique_ptr<accounts::Linker> linker_;
  std::unique_ptr<accounts::AccountService> accounts_;
};

// Where the database of a data folder lies.
std::string database_path(const std::string& data_folder);

// Adds the egress override that a sandbox's ready file asks for (patchbay/sandbox/main.h).
Result<> add_sandbox(const std::string& ready_file, net::EgressRules& rules);

}  // namespace patchbay::cli
