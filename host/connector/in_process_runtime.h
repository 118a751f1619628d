#pragma once
// Runs a connector inside this process: no walls, a crash takes the process along. For tests,
// `check --in-process` and benchmarks.
#include <atomic>
#include <mutex>

#include "connector/runtime.h"
#include "connector/worker/library.h"

namespace patchbay::connector {

class InProcessRuntime final : public Runtime {
 public:
  // `manifest`: what the library is to serve; empty: its own.
  InProcessRuntime(std::string path, LogSink log, std::string manifest = {})
      : path_(std::move(path)), given_(std::move(manifest)), log_(std::move(log)) {}

  Task<Result<std::string>> start() override;
  Task<Result<FlowId>> begin(Operation operation, FlowInput input) override;
  Task<Result<FlowAction>> step(FlowId flow, FlowEvent event) override;
  void release(FlowId flow) override;
  void stop() override;

 private:
  std::string path_;
  std::string given_;
  LogSink log_;
  std::mutex mutex_;  // a Library has one thread
  std::unique_ptr<Library> library_;
  std::string manifest_;
  bool stopped_ = false;
  FlowId next_flow_ = 1;
};

}  // namespace patchbay::connector
