#pragma once
// Connectors in real workers, without the rest of a hub: one event loop, and an audit log that can
// be asked.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audit/audit_log.h"
#include "base/log.h"
#include "connector/connector_file.h"
#include "connector/worker/worker_runtime.h"
#include "net/loops.h"
#include "patchbay/connector.h"
#include "temp_folder.h"

namespace patchbay::integration {

using namespace std::chrono_literals;

inline const std::string kWorker = PATCHBAY_BUILD_DIR "/bin/patchbay-worker";
inline std::string hostile_connector(const std::string& name) {
  return PATCHBAY_BUILD_DIR "/hostile_connectors/" + name + ".so";
}

inline std::string bad_connector_path(const std::string& name) {
  return PATCHBAY_BUILD_DIR "/bad_connectors/" + name + ".so";
}

class AuditInMemory final : public audit::AuditLog {
 public:
  Result<> append(const audit::AuditEvent& event) override {
    const std::scoped_lock lock(mutex_);
    events_.push_back(event);
    return {};
  }
  // How many events of this kind, and with this subject unless it is empty.
  [[nodiscard]] std::size_t count(std::string_view kind, std::string_view subject = {}) const {
    const std::scoped_lock lock(mutex_);
    std::size_t found = 0;
    for (const auto& event : events_)
      found += event.kind == kind && (subject.empty() || event.subject == subject) ? 1 : 0;
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<audit::AuditEvent> events_;
};

// Starts again at once, however often its worker failed.
inline connector::WorkerOptions undeterred(std::chrono::milliseconds call_deadline = 2s) {
  connector::WorkerOptions options;
  options.call_deadline = call_deadline;
  options.restart.first_wait = 0ms;
  options.restart.longest_wait = 0ms;
  options.restart.quarantine_after = std::numeric_limits<unsigned>::max();
  return options;
}

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    log::set_level(log::Level::kError);
    loops.start();
  }
  ~WorkerTest() override { loops.stop(500ms); }

  std::shared_ptr<connector::Runtime> open(const std::string& path,
                                           connector::WorkerOptions options = {}) {
    auto file = connector::read_connector_file(path);
    if (!file) throw std::runtime_error(file.error().message);
    options.worker_program = kWorker;
    if (options.name.empty()) options.name = file->manifest->id;
    options.audit = &audit;
    return connector::make_worker_runtime(loops.loop(0).get_executor(), std::move(options),
                                          std::move(file->bytes));
  }

  template <class T>
  T wait(net::Task<T> task) {
    return loops.block_on(std::move(task));
  }

  // A task without a value.
  void wait_for(net::Task<> task) {
    wait([](net::Task<> inner) -> net::Task<bool> {
      co_await std::move(inner);
      co_return true;
    }(std::move(task)));
  }

  // A flow's first step, whole.
  static net::Task<Result<connector::FlowAction>> call(connector::Runtime& runtime,
                                                       std::vector<connector::NamedValue> fields) {
    connector::FlowInput input;
    input.fields = std::move(fields);
    auto begun = co_await runtime.begin(connector::Operation::kConnect, std::move(input));
    if (!begun) co_return begun.error();
    connector::FlowEvent event;
    event.kind = PATCHBAY_EVENT_START;
    auto action = co_await runtime.step(*begun, std::move(event));
    runtime.release(*begun);
    co_return action;
  }

  net::LoopPool loops{1};
  AuditInMemory audit;
};

}  // namespace patchbay::integration
