#pragma once
// The connectors folder, live: every *.so and *.json in it with its state, and a running connector
// behind each that is ready. Files that appear, change or vanish are noticed through inotify,
// decisions of the gate (who may run) within a second, also those of other processes.
//
// A file is read and checked, let in by the gate, started and self-checked; only then it takes
// over. One that was replaced by something unusable (awaiting approval, broken, half there) goes on
// until the hub ends or the file is gone: its bytes are in memory. Flows under way keep the
// connector they began with. No file holds up another.
//
// list() and find() may be called from any thread; all else runs on the home executor.
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "audit/audit_log.h"
#include "base/result.h"
#include "connector/runtime.h"
#include "connector/trust/gate.h"
#include "connector/worker/restart_policy.h"
#include "manifest/manifest.h"

namespace patchbay::connector {

enum class ConnectorState {
  kReady,
  kIncomplete,        // the file is still being copied
  kAwaitingApproval,  // none of its code has run
  kRefused,           // the file may not or can't be used; see `reason`
  kFailed,            // its code does not load; see `reason`
};
std::string_view to_string(ConnectorState state);

// One content of one file. Immutable; a change makes a new one. Its worker ends with the last
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
  std::shared_ptr<const ConnectorFile> source;         // null likewise
  std::shared_ptr<const Review> review;                // null when the gate was not reached
  std::shared_ptr<Runtime> runtime;                    // null unless ready
};
using ConnectorPtr = std::shared_ptr<const Connector>;

// Who knows the connectors. Any thread.
class Connectors {
 public:
  virtual ~Connectors() = default;
  // Null: there is none of this id, or it is not ready.
  [[nodiscard]] virtual ConnectorPtr find(std::string_view connector_id) const = 0;
  // All of them, in whatever state, by id.
  [[nodiscard]] virtual std::vector<ConnectorPtr> list() const = 0;
};

// Whether it is there, and only an operator's approval is missing.
bool awaits_approval(const Connectors& connectors, std::string_view connector_id);

struct RegistryOptions {
  std::string folder;
  std::string worker_program;
  RestartLimits restart{};
};

class Registry final : public Connectors, public std::enable_shared_from_this<Registry> {
 public:
  // Gate and audit log outlive it.
  Registry(net::asio::any_io_executor home, RegistryOptions options, Gate& gate,
           audit::AuditLog& audit);
  ~Registry() override;

  // Reads the folder once and keeps watching it until stop(). kConfiguration when there is none or
  // others can write to it.
  Task<Result<>> start();
  // Ends watching and every worker. Afterwards connectors that somebody still holds are husks,
  // which may outlive the loops.
  Task<> stop();

  // By id; a file that was replaced by something unusable stands behind its running predecessor.
  [[nodiscard]] std::vector<ConnectorPtr> list() const override;
  [[nodiscard]] ConnectorPtr find(std::string_view connector_id) const override;

  // An operator's decisions about a content that is in the folder now; any executor. They return
  // when the connector has become what it becomes. kNotFound: there is no such content (any more).
  Task<Result<>> approve(std::string sha256, std::string actor);
  Task<Result<>> withdraw(std::string sha256, std::string actor);

 private:
  struct Entry;
  struct Watch;
  static Task<> watch_loop(std::shared_ptr<Registry> self);
  static Task<> decisions_loop(std::shared_ptr<Registry> self);
  static Task<> consider(std::shared_ptr<Registry> self, std::string file);

  std::vector<Task<>> rescan();
  void consider_soon(const std::string& file);
  void look_again();
  Task<> reconsider_decisions();
  Task<Result<bool>> approved_now(const Connector& connector);
  Task<Result<>> decide(std::string sha256, std::string actor, bool approve);
  Task<ConnectorPtr> examine(std::string file, ConnectorPtr serving);
  Task<> start_worker(Connector& connector);
  void settle(Entry& entry, ConnectorPtr connector);
  [[nodiscard]] std::string claimant_of(const std::string& id) const;
  // All of this file's, but for one id that it still provides.
  void release_claims(const std::string& file, const std::string& but = {});
  void publish();
  void remember(const std::shared_ptr<Runtime>& runtime);

  const net::asio::any_io_executor home_;
  const RegistryOptions options_;
  Gate& gate_;
  audit::AuditLog& audit_;
  std::unique_ptr<Watch> watch_;
  std::int64_t decisions_ = -1;
  bool stopping_ = false;
  std::map<std::string, Entry> entries_;       // by file name
  std::map<std::string, std::string> claims_;  // connector id -> the file that provides it
  // All that were started and may still be held somewhere, for stop().
  std::vector<std::weak_ptr<Runtime>> started_;

  mutable std::mutex mutex_;
  std::vector<ConnectorPtr> published_;
};

}  // namespace patchbay::connector
