#pragma once
// The connectors folder, live: every *.so in it with its state, and a running connector behind each
// that is ready. Files that appear, change or vanish are noticed through inotify; a changed file is
// started and self-checked beside the old one before it takes over, and flows under way keep the
// connector they began with.
//
// list() and find() may be called from any thread; all else runs on the home executor.
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "connector/runtime.h"
#include "manifest/manifest.h"

namespace patchbay::connector {

enum class ConnectorState {
  kReady,
  kIncomplete,  // the file is still being copied
  kRefused,     // the file may not or can't be used; see `reason`
  kFailed,      // its code does not load; see `reason`
};
std::string_view to_string(ConnectorState state);

// One file of the folder. Immutable; a change makes a new one. Its worker ends with the last
// holder, so that flows under way finish with the connector they began with.
struct Connector {
  Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector() {
    if (runtime) runtime->stop();
  }

  std::string id;  // the manifest's; the file's stem while there is no manifest
  std::string file;
  std::string sha256;
  ConnectorState state = ConnectorState::kRefused;
  std::string reason;                                  // for the operator, empty when ready
  std::shared_ptr<const manifest::Manifest> manifest;  // null when it could not be read
  std::shared_ptr<Runtime> runtime;                    // null unless ready
};
using ConnectorPtr = std::shared_ptr<const Connector>;

struct RegistryOptions {
  std::string folder;
  std::string worker_program;
};

class Registry : public std::enable_shared_from_this<Registry> {
 public:
  Registry(net::asio::any_io_executor home, RegistryOptions options);
  ~Registry();

  // Reads the folder once and keeps watching it until stop(). kConfiguration when there is none.
  Task<Result<>> start();
  void stop();

  [[nodiscard]] std::vector<ConnectorPtr> list() const;                  // by id
  [[nodiscard]] ConnectorPtr find(std::string_view connector_id) const;  // ready ones only

 private:
  struct Entry;
  struct Watch;
  static Task<> watch_loop(std::shared_ptr<Registry> self);
  Task<> rescan();
  Task<> examine_changed(const std::set<std::string>& present);
  Task<ConnectorPtr> examine(std::string file);
  [[nodiscard]] std::string provider_of(const std::string& id, const std::string& but) const;
  void publish();

  const net::asio::any_io_executor home_;
  const RegistryOptions options_;
  std::unique_ptr<Watch> watch_;
  std::map<std::string, Entry> entries_;  // by file name

  mutable std::mutex mutex_;
  std::vector<ConnectorPtr> published_;
};

}  // namespace patchbay::connector
