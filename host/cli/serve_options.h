#pragma once
// The options of `patchbay serve`, from flags, the environment and the configuration file.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "accounts/keeper_options.h"
#include "base/result.h"
#include "cli/log_options.h"
#include "cli/metrics_server.h"
#include "cli/options.h"
#include "cli/reach_options.h"

namespace patchbay::cli {

struct ServeOptions {
  CommonOptions common;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string public_url;
  ReachOptions reach;
  std::string ready_file;
  KeyOptions new_key;
  std::string audit_sync = "100ms";
  std::vector<std::string> embed_origins;
  std::string log_bodies = "off";
  std::int64_t log_days = 30;
  std::int64_t event_days = 0;
  std::int64_t audit_days = 0;
  std::int64_t rate_limit_wait_s = 5;
  std::size_t file_memory_mib = 512;
  std::size_t held_accounts = accounts::KeeperOptions().held_accounts;
  std::size_t proxy_limit_mib = 5120;
  std::size_t loops = 0;
  LogOptions log;
  MetricsOptions metrics;
};

// The command's options fill what is returned when it is parsed.
std::shared_ptr<ServeOptions> add_serve_options(CLI::App& command);

// As a hub would read them that started now with the arguments of this process: its configuration
// file may have changed. kConfiguration, naming what is wrong.
struct ReadAgain {
  std::map<std::string, std::string> values;  // as values_of() gives them
  std::shared_ptr<ServeOptions> options;
};
Result<ReadAgain> read_serve_options_again();

}  // namespace patchbay::cli
