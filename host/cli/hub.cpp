#include "cli/hub.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "accounts/projects.h"
#include "base/json.h"
#include "base/log.h"
#include "base/own_program.h"
#include "store/data_keys_table.h"
#include "store/open_store.h"
#include "store/open_vault.h"
#include "store/projects_table.h"

namespace patchbay::cli {
namespace {

namespace fs = std::filesystem;

Result<> make_private_folder(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {};
  fs::create_directories(fs::path(path).parent_path(), error);
  if (::mkdir(path.c_str(), 0700) != 0)
    return make_error(ErrorCode::kConfiguration, "can't create the data folder " + path + ": " +
                                                     std::generic_category().message(errno));
  return {};
}

// Makes the first project, if there is none.
Result<std::string> open_project(store::Database& db, Random& random, std::int64_t now,
                                 std::string_view wanted) {
  PATCHBAY_TRY_ASSIGN(auto projects, store::projects_table::list(db));
  if (projects.empty()) {
    projects.push_back({random.id("prj_"), "Default", now});
    PATCHBAY_TRY(store::projects_table::insert(db, projects.front()));
  }
  PATCHBAY_TRY_ASSIGN(auto project, accounts::choose_project(projects, wanted));
  return std::move(project.id);
}

}  // namespace

std::string database_path(const std::string& data_folder) {
  return (fs::path(data_folder) / "patchbay.db").string();
}

Result<> add_sandbox(const std::string& ready_file, net::EgressRules& rules) {
  const std::ifstream file(ready_file);
  if (!file)
    return make_error(ErrorCode::kConfiguration, "can't read the sandbox's ready file " +
                                                     ready_file + "; is the sandbox running?");
  const std::string text{std::istreambuf_iterator<char>(file.rdbuf()), {}};
  PATCHBAY_TRY_ASSIGN(const auto document, json::Document::parse(text));
  const auto root = document.root();
  const auto hosts = root.get("hosts");
  for (std::size_t i = 0; i < hosts.size(); ++i)
    rules.overrides.push_back({hosts.at(i).string_or(""),
                               root.get("address").string_or("127.0.0.1"),
                               static_cast<std::uint16_t>(root.get("port").integer_or(0)),
                               root.get("ca_file").string_or("")});
  if (hosts.size() == 0)
    return make_error(ErrorCode::kConfiguration, ready_file + " names no host");
  return {};
}

Result<std::shared_ptr<vault::KeyChain>> HubOptions::load_keys() const {
  if (keys) return keys;
  std::vector<vault::KeySource> sources{key};
  sources.insert(sources.end(), further_keys.begin(), further_keys.end());
  PATCHBAY_TRY_ASSIGN(auto chain, vault::KeyChain::load(std::move(sources)));
  return std::make_shared<vault::KeyChain>(std::move(chain));
}

Result<std::unique_ptr<Hub>> Hub::open(HubOptions options) {
  std::unique_ptr<Hub> hub(new Hub(options.loops));
  if (options.worker_program.empty()) options.worker_program = own_program("patchbay-worker");
  PATCHBAY_TRY(hub->open_store(options));
  PATCHBAY_TRY(hub->open_clients(options));
  hub->open_audit(options);
  hub->gate_ = std::make_unique<connector::StoredGate>(*hub->store_, hub->clock_, *hub->audit_,
                                                       std::move(options.trust));
  hub->registry_ = std::make_shared<connector::Registry>(
      hub->loops_.loop(0).get_executor(),
      connector::RegistryOptions{options.connectors_folder, options.worker_program,
                                 options.restart},
      *hub->gate_, *hub->audit_);
  hub->instance_ =
      std::make_unique<instances::Instance>(hub->loops_, *hub->store_, hub->clock_, hub->random_);
  hub->services_.reset(new accounts::Services{hub->loops_,
                                              *hub->store_,
                                              *hub->vault_,
                                              *hub->registry_,
                                              hub->clock_,
                                              hub->random_,
                                              *hub->audit_,
                                              {},
                                              *hub->instance_});
  for (const auto& client : hub->clients_) hub->services_->http.push_back(client.get());
  hub->pace_ = std::make_unique<pacing::Pace>(hub->clock_, std::move(options.pace));
  hub->services_->pace = hub->pace_.get();
  hub->scope_names_ = std::move(options.scope_names);
  hub->services_->scope_names = &hub->scope_names_;
  if (options.keep_failed_flows) {
    hub->failed_flows_ = std::make_unique<accounts::FailedFlows>(*hub->services_, hub->project_id_);
    hub->services_->failed_flows = hub->failed_flows_.get();
  }
  hub->revoker_ = std::make_unique<accounts::Revoker>(*hub->services_);
  hub->recovery_ = std::make_unique<accounts::FlowRecovery>(*hub->services_, *hub->revoker_);
  hub->restored_ = std::make_unique<accounts::RestoredAccounts>(*hub->services_);
  hub->keeper_ =
      std::make_unique<accounts::TokenKeeper>(*hub->services_, *hub->revoker_, options.keeper);
  if (options.probe_permissions) hub->make_prober();
  hub->linker_ = std::make_unique<accounts::Linker>(*hub->services_, *hub->revoker_, *hub->keeper_);
  hub->accounts_ = std::make_unique<accounts::AccountService>(*hub->services_, *hub->revoker_,
                                                              *hub->keeper_, *hub->linker_);
  return hub;
}

Result<> Hub::open_store(const HubOptions& options) {
  // The key first: without it nothing is created.
  PATCHBAY_TRY_ASSIGN(key_chain_, options.load_keys());
  PATCHBAY_TRY(make_private_folder(options.data_folder));
  const auto location = options.store
                            ? *options.store
                            : store::StoreLocation::file(database_path(options.data_folder));
  PATCHBAY_TRY_ASSIGN(store_, store::open_store(location));
  // Alone: of two instances that start on an empty database, one makes the key and the project.
  auto vault = store_->transact_alone_blocking([&](store::Database& db) -> Result<vault::Vault> {
    PATCHBAY_TRY_ASSIGN(const auto keys, store::data_keys_table::list(db));
    made_data_key_ = keys.empty();
    return store::open_vault(db, *key_chain_, random_, clock_.unix_ms());
  });
  if (!vault) return vault.error();
  vault_ = std::make_unique<vault::Vault>(std::move(*vault));
  stored_keys_ = std::make_unique<store::StoredKeys>(*store_, *key_chain_);
  vault_->follow(*stored_keys_, clock_);
  auto project = store_->transact_alone_blocking([&](store::Database& db) {
    return open_project(db, random_, clock_.unix_ms(), options.project);
  });
  if (!project) return project.error();
  project_id_ = std::move(*project);
  return {};
}

void Hub::open_audit(const HubOptions& options) {
  audit_ = std::make_unique<audit::FileAuditLog>(
      loops_, clock_,
      audit::FileAuditOptions{.folder = (fs::path(options.data_folder) / "audit").string(),
                              .sync_within = options.audit_sync_within});
  audit_heads_ = std::make_unique<upkeep::AuditHeadRecorder>(loops_, *audit_, *store_, clock_);
  keys_ = std::make_unique<upkeep::KeyKeeper>(
      upkeep::KeyParts{loops_, *store_, *vault_, *key_chain_, clock_, random_, *audit_});
  if (made_data_key_)
    audit::append_or_complain(audit_.get(), {.kind = "data_key.created",
                                             .subject = vault_->sealing_key_id(),
                                             .key_id = key_chain_->id(),
                                             .actor = "hub"});
}

void Hub::make_prober() {
  probing_tokens_ = std::make_unique<actions::KeeperTokens>(*keeper_, accounts::UsedBy::kHub);
  probing_runner_ = std::make_unique<actions::ActionRunner>(
      *services_, *probing_tokens_,
      actions::RunnerOptions{.limits = {.request_time = std::chrono::seconds(10)}});
  prober_ = std::make_unique<actions::PermissionProber>(*services_, *probing_runner_);
  services_->permission_checker = prober_.get();
}

Result<> Hub::open_clients(const HubOptions& options) {
  PATCHBAY_TRY_ASSIGN(auto policy, net::EgressPolicy::make(options.egress));
  const auto shared = std::make_shared<const net::EgressPolicy>(std::move(policy));
  for (std::size_t i = 0; i < loops_.size(); ++i)
    clients_.push_back(std::make_unique<net::HttpClient>(
        loops_.loop(i), shared, net::ClientOptions{.max_idle_per_host = 64}));
  return {};
}

Result<> Hub::start_connectors() {
  return loops_.block_on(registry_->start());
}

void Hub::start_background() {
  instance_->start();
  keys_->start();
  audit_heads_->start();
  revoker_->start();
  recovery_->start();
  restored_->start();
  keeper_->start();
}

// Each client on its own loop, when that has a thread.
void Hub::close_idle_connections() {
  const auto close_idle = [](net::HttpClient& client) -> net::Task<> {
    client.close_idle();
    co_return;
  };
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (loops_.started()) {
      loops_.block_on(net::run_on(loops_.loop(i), close_idle(*clients_[i])));
    } else {
      clients_[i]->close_idle();
    }
  }
}

void Hub::stop(std::chrono::milliseconds grace) {
  if (std::exchange(stopped_, true)) return;
  keeper_->stop();
  restored_->stop();
  recovery_->stop();
  revoker_->stop();
  audit_heads_->stop();
  keys_->stop();
  instance_->stop();
  loops_.block_on(registry_->stop());
  close_idle_connections();
  loops_.stop(grace);
}

Hub::~Hub() {
  if (registry_) stop(std::chrono::milliseconds(0));
  if (audit_heads_) {
    if (const auto closed = audit_heads_->close(); !closed)
      log::error("audit", "heads_not_recorded", {{"error", closed.error().message}});
  }
  if (instance_) instance_->leave();
  if (store_) store_->stop();
}

}  // namespace patchbay::cli
