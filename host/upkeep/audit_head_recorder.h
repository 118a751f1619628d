#pragma once
// Tells the store once a second how far the audit files have come, and at the end that they are
// closed: what `patchbay audit verify` finds cut-off ends and removed files by.
#include <map>
#include <string>
#include <vector>

#include "audit/audit_verify.h"
#include "audit/file_audit_log.h"
#include "base/clock.h"
#include "net/loops.h"
#include "store/store.h"
#include "upkeep/ticker.h"

namespace patchbay::upkeep {

class AuditHeadRecorder {
 public:
  // All of them outlive it.
  AuditHeadRecorder(net::LoopPool& loops, audit::FileAuditLog& log, store::Store& store,
                    const Clock& clock);

  void start() { ticker_.start(); }
  void stop() { ticker_.stop(); }

  // What has moved since the last time. Loop 0.
  net::Task<Result<>> record();

  // Closes the log and records how it stays. Blocks; after the loops have ended.
  Result<> close();

 private:
  net::Task<> tick();

  audit::FileAuditLog& log_;
  store::Store& store_;
  const Clock& clock_;
  struct Known {
    std::int64_t lines = 0;
    bool closed = false;
  };
  [[nodiscard]] std::vector<audit::FileAuditLog::FileHead> moved(
      std::vector<audit::FileAuditLog::FileHead> heads) const;
  void remember(const std::vector<audit::FileAuditLog::FileHead>& heads);
  std::map<std::string, Known> recorded_;  // by file
  std::string last_complaint_;
  Ticker ticker_;
};

// What was recorded of every instance's files.
Result<std::vector<audit::RecordedHead>> recorded_heads(store::Database& db);

}  // namespace patchbay::upkeep
