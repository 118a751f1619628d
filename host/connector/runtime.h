#pragma once
// A running connector, wherever it runs. Two implementations with the same behaviour: WorkerRuntime
// (a process of its own; the only one in production) and InProcessRuntime (tests, `check`,
// benchmarks). The test suites run over both.
//
// Callable from any thread; a flow's calls must follow one another. Errors are kConnector: the
// connector crashed, hung, broke a rule or could not be loaded; their messages are for operators.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "connector/flow_types.h"
#include "net/asio.h"

namespace patchbay::connector {

using FlowId = std::uint64_t;
using net::Task;

// How a runtime fares, for operators.
struct RuntimeHealth {
  enum class State : std::uint8_t { kIdle, kRunning, kBackingOff, kQuarantined, kStopped };
  State state = State::kIdle;
  std::uint64_t starts = 0;
  std::uint64_t failures = 0;
  std::string last_failure;  // empty: none yet
  std::string walls;         // what stands around it
};
std::string_view to_string(RuntimeHealth::State state);

class Runtime {
 public:
  virtual ~Runtime() = default;
  // Loads the library if that has not happened; the manifest its table hands out.
  virtual Task<Result<std::string>> start() = 0;
  virtual Task<Result<FlowId>> begin(Operation operation, FlowInput input) = 0;
  virtual Task<Result<FlowAction>> step(FlowId flow, FlowEvent event) = 0;
  // At any point, exactly once for every begun flow; never waits.
  virtual void release(FlowId flow) = 0;
  // A worker that backs off or is quarantined may start again at once: a start() after it does.
  // Never waits.
  virtual void forgive() {}
  [[nodiscard]] virtual RuntimeHealth health() const { return {}; }
  // Ends it; calls under way fail with kCancelled. Idempotent.
  virtual void stop() = 0;
};

}  // namespace patchbay::connector
