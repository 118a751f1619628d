#pragma once
// Writes the log of requests: what applications and agents asked of providers, and what went out
// for each. It is for finding faults; who had access to what stands in the audit log.
//
// Rows are written behind the answers, several in one transaction. When the store does not take
// them they wait, up to kMostWaiting; the ones after that are counted and lost. A process that is
// killed loses those of its last half second. Any thread.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "accounts/services.h"
#include "actions/call_trace.h"
#include "store/request_logs_table.h"
#include "upkeep/ticker.h"

namespace patchbay::api {

using net::Task;

enum class LogBodies : std::uint8_t { kOff, kErrors, kAll };

struct LoggedRequest {
  store::RequestLog row;  // without ids of its own, steps and bodies
  actions::CallTrace trace;
  std::string request_body;  // JSON; these two only if wants_bodies()
  std::string response_body;
};

class RequestLogs {
 public:
  static constexpr std::size_t kMostWaiting = 10'000;

  RequestLogs(const accounts::Services& services, LogBodies bodies);

  [[nodiscard]] bool wants_bodies() const { return bodies_.load() != LogBodies::kOff; }
  // From now on. Any thread; what is kept already stays.
  void keep_bodies(LogBodies bodies) { bodies_ = bodies; }
  void record(LoggedRequest request);
  // Writes what waits. Readers do so first, so that a caller finds its own requests.
  Task<> flush();

  void start();
  // Writes what waits, then no more.
  void stop();

 private:
  [[nodiscard]] std::deque<LoggedRequest> take();
  void put_back(std::deque<LoggedRequest> requests);
  store::RequestLog row_of(const LoggedRequest& request) const;

  const accounts::Services& services_;
  std::atomic<LogBodies> bodies_;
  upkeep::Ticker ticker_;

  std::mutex mutex_;  // guards what follows
  std::deque<LoggedRequest> waiting_;
  std::size_t lost_ = 0;
};

// The JSON that is sealed as a request's bodies: {request, response, steps: [{request, response}]}.
std::string bodies_json(const LoggedRequest& request);
// The same, out of the store; "{}": none were kept. Fails when they can't be opened.
Result<SecretString> open_bodies(const vault::Vault& vault, const store::RequestLog& log);

}  // namespace patchbay::api
