#include "cli/options.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include "base/encoding.h"
#include "base/hash.h"
#include "cli/provider_settings.h"

namespace patchbay::cli {
namespace {

Result<> pin(const std::string& hash, connector::TrustPolicy& policy) {
  const auto bytes = hex_decode(hash);
  if (!bytes || bytes->size() != sizeof(Sha256))
    return make_error(ErrorCode::kConfiguration,
                      "--pin-connector wants the 64 hex digits that sha256sum prints, or a file "
                      "with them, not " +
                          hash.substr(0, 200));
  policy.pinned.push_back(hex_encode(*bytes));
  return {};
}

}  // namespace

void CommonOptions::add_data_to(CLI::App& command) {
  command
      .add_option("--data", data,
                  "Folder of the audit log and, by default, the database and the key")
      ->type_name("FOLDER")
      ->envname("PATCHBAY_DATA")
      ->capture_default_str();
  auto* place =
      command
          .add_option("--store", store,
                      "SQLite file, or postgresql://user@host/database, which several hubs "
                      "may share (default: DATA/patchbay.db). Everybody on the machine "
                      "sees arguments: a password belongs into --store-file, "
                      "PATCHBAY_STORE or ~/.pgpass")
          ->type_name("FILE")
          ->envname("PATCHBAY_STORE");
  command
      .add_option("--store-file", store_file,
                  "File that holds it in its first line; for nobody else to read (chmod 600)")
      ->type_name("FILE")
      ->excludes(place);
}

void CommonOptions::add_project_to(CLI::App& command) {
  command
      .add_option("--project", project,
                  "Name or id of the project to work in (default: the oldest); see: patchbay "
                  "projects list")
      ->envname("PATCHBAY_PROJECT");
}

void CommonOptions::add_to(CLI::App& command) {
  add_data_to(command);
  main_key.add_to(command, "", "the key that seals everything (default: DATA/key)");
  command
      .add_option("--connectors", connectors,
                  "Folder of the connectors (*.so, and *.json without code)")
      ->type_name("FOLDER")
      ->envname("PATCHBAY_CONNECTORS")
      ->capture_default_str();
  command
      .add_option("--worker", worker,
                  "Path of patchbay-worker (default: the one installed with patchbay)")
      ->type_name("FILE");
  command
      .add_option("--ca-file", ca_file,
                  "PEM file of certificate authorities to trust instead of the system's")
      ->type_name("FILE");
  command
      .add_option("--provider-settings", provider_settings,
                  "JSON file of what you know better about a provider than its connector, e.g. "
                  "{\"acme\": {\"rate_limits\": {\"token\": {\"counts\": \"address\"}}}}; see "
                  "docs/rate-limits.md")
      ->type_name("FILE");
  command
      .add_option("--pin-connector", pinned,
                  "SHA-256 of a connector file to let in without asking (sha256sum FILE.so), or "
                  "a file with what that prints")
      ->type_name("FILE");
  command
      .add_option("--trust-key", trusted_keys,
                  "minisign public key, or a file with one: connectors it signed "
                  "(FILE.so.minisig beside FILE.so) are let in without asking")
      ->type_name("FILE");
  command.add_flag("--approve-all", approve_all,
                   "Let every connector in without asking; for demonstrations only");
  command.add_flag("--keep-failed-flows", keep_failed_flows,
                   "Keep what a flow had seen when it failed through a fault of its connector, "
                   "sealed, for a week; see: patchbay flows");
  auto* sandbox = command
                      .add_option("--sandbox", sandboxes,
                                  "Ready file of a provider sandbox: its hosts are reached there "
                                  "instead of the internet")
                      ->type_name("FILE");
  command.add_flag("--real", real, "Refuse every sandbox: real providers only")->excludes(sandbox);
}

Result<HubOptions> CommonOptions::hub_options(std::size_t loops) const {
  HubOptions options;
  options.data_folder = data;
  PATCHBAY_TRY_ASSIGN(options.store, store_location());
  options.connectors_folder = connectors;
  options.worker_program = worker;
  options.loops = loops;
  options.keep_failed_flows = keep_failed_flows;
  options.project = project;
  options.egress.ca_file = ca_file;
  options.key = main_key.source().value_or(vault::KeyFile{data + "/key"});
  // Without --real: it puts aside the configuration's, which leaves an empty name in the list.
  if (!real)
    for (const auto& sandbox : sandboxes) PATCHBAY_TRY(add_sandbox(sandbox, options.egress));
  PATCHBAY_TRY_ASSIGN(options.trust, trust_policy());
  if (!provider_settings.empty()) {
    PATCHBAY_TRY_ASSIGN(auto settings, read_provider_settings(provider_settings));
    options.pace.limit_changes = std::move(settings.limits);
    options.scope_names = std::move(settings.scopes);
  }
  return options;
}

Result<std::optional<store::StoreLocation>> CommonOptions::store_location() const {
  using Location = std::optional<store::StoreLocation>;
  if (store.empty() && store_file.empty()) return Location();
  PATCHBAY_TRY_ASSIGN(auto location, store_file.empty()
                                         ? store::StoreLocation::parse(SecretString(store))
                                         : store::StoreLocation::read_file(store_file));
  return Location(std::move(location));
}

Result<connector::TrustPolicy> CommonOptions::trust_policy() const {
  connector::TrustPolicy policy;
  policy.approve_all = approve_all;
  for (const auto& named : pinned) {
    std::ifstream file(named);
    if (!file) {
      PATCHBAY_TRY(pin(named, policy));
      continue;
    }
    for (std::string line; std::getline(file, line);)
      if (!line.empty()) {
        PATCHBAY_TRY(pin(line.substr(0, line.find(' ')), policy));
      }
  }
  for (const auto& named : trusted_keys) {
    std::string text = named;
    if (std::ifstream file(named); file)
      text.assign(std::istreambuf_iterator<char>(file.rdbuf()), {});
    auto key = connector::parse_minisign_key(text);
    if (!key)
      return make_error(ErrorCode::kConfiguration,
                        "--trust-key: " + named + " " + key.error().message);
    policy.trusted_keys.push_back(*std::move(key));
  }
  return policy;
}

int report(const Error& error) {
  std::cerr << "patchbay: " << error.message << "\n";
  if (!error.provider_answer.empty())
    std::cerr << "  the provider said: " << error.provider_answer << "\n";
  return 1;
}

}  // namespace patchbay::cli
