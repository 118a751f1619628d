#pragma once
// How long the audit log is kept: for ever, or whole files for so many days after their last event.
// Ends this hub's own files now and then, so that there are some to remove, and leaves to
// audit/expired_files.h which go, and when. What was tampered with stays, and the log says so.
//
// Each hub does so in its own folder; another process on it may do the same at once.
#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <set>
#include <string>

#include "audit/expired_files.h"
#include "audit/file_audit_log.h"
#include "base/clock.h"
#include "net/loops.h"
#include "store/store.h"
#include "upkeep/ticker.h"

namespace patchbay::upkeep {

class AuditRetention {
 public:
  // All of them outlive it. `kept_ms` 0: for ever.
  AuditRetention(net::LoopPool& loops, audit::FileAuditLog& log, std::string folder,
                 store::Store& store, const Clock& clock, std::int64_t kept_ms);
  // After the loops have ended.
  ~AuditRetention();
  AuditRetention(const AuditRetention&) = delete;
  AuditRetention& operator=(const AuditRetention&) = delete;

  void start() { ticker_.start(); }
  void stop();

  // For another time from now on. On loop 0.
  void keep(std::int64_t kept_ms) { kept_ms_ = kept_ms; }

  // One pass. Loop 0.
  net::Task<Result<>> run_once();

 private:
  net::Task<> tick();
  net::Task<Result<>> act_on(const audit::ExpiryOutcome& outcome);

  audit::FileAuditLog& log_;
  const std::string folder_;
  store::Store& store_;
  const Clock& clock_;
  std::int64_t kept_ms_;               // loop 0
  std::set<std::string> passed_over_;  // tampered with; loop 0
  std::string last_complaint_;         // loop 0
  std::atomic<bool> stop_{false};
  boost::asio::thread_pool thread_{1};  // no loop waits for the disk
  Ticker ticker_;
};

}  // namespace patchbay::upkeep
