#include "upkeep/audit_head_recorder.h"

#include "base/log.h"
#include "metrics/hub_counters.h"
#include "store/audit_heads_table.h"

namespace patchbay::upkeep {
namespace {

using namespace std::chrono_literals;
using Heads = std::vector<audit::FileAuditLog::FileHead>;

Result<> record_all(store::Database& db, const Heads& heads, std::int64_t now_ms) {
  for (const auto& head : heads) {
    PATCHBAY_TRY(store::audit_heads_table::record(
        db, {head.file_name, head.instance, head.head.count, head.head.hash, now_ms, head.closed}));
  }
  return {};
}

}  // namespace

Result<std::vector<audit::RecordedHead>> recorded_heads(store::Database& db) {
  PATCHBAY_TRY_ASSIGN(const auto rows, store::audit_heads_table::list(db, {}));
  std::vector<audit::RecordedHead> heads;
  heads.reserve(rows.size());
  for (const auto& row : rows)
    heads.push_back({row.file, row.instance, row.lines, row.hash, row.closed});
  return heads;
}

AuditHeadRecorder::AuditHeadRecorder(net::LoopPool& loops, audit::FileAuditLog& log,
                                     store::Store& store, const Clock& clock)
    : log_(log), store_(store), clock_(clock), ticker_(loops, 1s, [this] { return tick(); }) {}

Heads AuditHeadRecorder::moved(Heads heads) const {
  std::erase_if(heads, [this](const auto& head) {
    const auto known = recorded_.find(head.file_name);
    return known != recorded_.end() && known->second.lines == head.head.count &&
           known->second.closed == head.closed;
  });
  return heads;
}

// A file that has ended is told of once: it may be removed afterwards, and forgotten by the store.
void AuditHeadRecorder::remember(const Heads& heads) {
  for (const auto& head : heads) {
    recorded_[head.file_name] = {head.head.count, head.closed};
    if (!head.closed) continue;
    log_.forget(head.file_name);
    recorded_.erase(head.file_name);
  }
}

net::Task<Result<>> AuditHeadRecorder::record() {
  const auto fresh = moved(log_.heads());
  if (fresh.empty()) co_return Result<>();
  auto done = co_await store_.transact(
      [fresh, now = clock_.unix_ms()](store::Database& db) { return record_all(db, fresh, now); });
  if (!done) co_return done.error();
  remember(fresh);
  co_return Result<>();
}

Result<> AuditHeadRecorder::close() {
  const auto heads = moved(log_.close());
  if (heads.empty()) return {};
  return store_.transact_blocking(
      [&](store::Database& db) { return record_all(db, heads, clock_.unix_ms()); });
}

net::Task<> AuditHeadRecorder::tick() {
  const auto done = co_await record();
  if (done) metrics::of_hub().heads_recorded_ms.set(clock_.unix_ms());
  const std::string complaint = done ? std::string() : done.error().message;
  if (!complaint.empty() && complaint != last_complaint_)
    log::error("audit", "heads_not_recorded", {{"error", complaint}});
  last_complaint_ = complaint;
}

}  // namespace patchbay::upkeep
