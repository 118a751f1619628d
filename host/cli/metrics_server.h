#pragma once
// GET /metrics for a Prometheus server, on a listener of its own: not on the hub's address, where
// everybody could ask. It is off unless an address is given. On loopback, every program of the
// machine may ask; anywhere else, whoever asks must present a key (Authorization: Bearer), as
// Prometheus does with `authorization: {credentials_file: ...}`.
//
// The page holds no secret, account, owner or address (metrics/exposition.h). Accounts and queues
// are read from the store when somebody asks, but not more often than every ten seconds, nor so
// often that it takes more than a hundredth of the store's time; who asks waits at most a second
// for that, and sees the last figures with their time when the store does not answer.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/hub.h"
#include "net/http_server.h"

namespace patchbay::cli {

struct MetricsOptions {
  std::string address;   // "127.0.0.1:9464"; empty: off
  std::string key_file;  // its first line is the key; for nobody else to read
  std::vector<std::string> hosts;

  // Adds --metrics-address, --metrics-key-file and --metrics-host.
  void add_to(CLI::App& command);
};

class MetricsServer {
 public:
  // Null when it is off. The hub outlives it. kConfiguration: the address can't be listened on or
  // needs a key, or the key file is unusable.
  static Result<std::unique_ptr<MetricsServer>> start(Hub& hub, const MetricsOptions& options);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  // Await it before the hub stops.
  net::Task<> stop();

 private:
  struct Impl;
  explicit MetricsServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::cli
