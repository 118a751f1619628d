#pragma once
// Options that every command working on a hub's data shares.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/hub.h"
#include "cli/key_options.h"

namespace patchbay::cli {

struct CommonOptions {
  std::string data = "patchbay-data";
  KeyOptions main_key;     // default: the file DATA/key
  std::string store;       // default: DATA/patchbay.db
  std::string store_file;  // holds what `store` would
  std::string connectors = "connectors";
  std::string worker;
  std::string ca_file;
  std::string provider_settings;          // a file; see provider_settings.h
  std::vector<std::string> sandboxes;     // ready files
  std::vector<std::string> pinned;        // SHA-256 of connector files, or files with them
  std::vector<std::string> trusted_keys;  // minisign public keys, or files that hold one
  bool approve_all = false;
  bool keep_failed_flows = false;
  bool real = false;
  std::string project;  // id or name; empty: the oldest

  void add_to(CLI::App& command);
  // --data alone, for commands that need no key.
  void add_data_to(CLI::App& command);
  // For commands that work in one project.
  void add_project_to(CLI::App& command);
  // What --store or --store-file say; nothing: the database in the data folder.
  [[nodiscard]] Result<std::optional<store::StoreLocation>> store_location() const;
  [[nodiscard]] Result<HubOptions> hub_options(std::size_t loops) const;

 private:
  [[nodiscard]] Result<connector::TrustPolicy> trust_policy() const;
};

// What every command ends with: 0 done, 1 failed, 2 wrong usage.
int report(const Error& error);

}  // namespace patchbay::cli
