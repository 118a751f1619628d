#pragma once
// A connector in a process of its own: patchbay-worker, started by exec with an empty environment
// and one socket. The worker is treated as hostile: what it sends is bounded and checked, and every
// call has a deadline. A crash, a hang, a denied system call or a broken frame ends this one
// worker: calls under way fail with an Error that names what happened, and the next call starts a
// new worker when the restart policy lets it. So does the next call after a worker that nobody used
// for a while was ended: a thousand connectors cost little while they are not called.
//
// All state lives on the home executor; calls from other threads hop there and back through Asio.
#include <chrono>
#include <memory>
#include <string>

#include "audit/audit_log.h"
#include "base/fd.h"
#include "connector/runtime.h"
#include "connector/worker/restart_policy.h"

namespace patchbay::connector {

struct WorkerOptions {
  std::string worker_program;  // path of patchbay-worker
  std::string name;            // of the connector, for log lines
  std::chrono::milliseconds load_deadline{5000};
  std::chrono::milliseconds call_deadline{2000};
  std::chrono::milliseconds idle{300'000};  // then it is ended; the next call starts one
  RestartLimits restart{};
  std::string manifest = {};         // what the library is to serve; empty: its own
  bool walls = true;                 // refuse a worker that the kernel does not show as walled
  audit::AuditLog* audit = nullptr;  // denied calls, failures, quarantines; null: the log alone
};

// Makes a worker for a library whose bytes lie in `library`, a sealed memfd.
std::shared_ptr<Runtime> make_worker_runtime(net::asio::any_io_executor home, WorkerOptions options,
                                             Fd library);

}  // namespace patchbay::connector
