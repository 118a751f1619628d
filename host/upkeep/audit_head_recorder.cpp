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

net::Task<Result<>> AuditHeadRecorder::record() {
  Heads moved;
  for (auto& head : log_.heads()) {
    if (const auto known = recorded_.find(head.file_name);
        known == recorded_.end() || known->second != head.head.count)
      moved.push_back(std::move(head));
  }
  if (moved.empty()) co_return Result<>();
  auto done = co_await store_.transact(
      [moved, now = clock_.unix_ms()](store::Database& db) { return record_all(db, moved, now); });
  if (!done) co_return done.error();
  for (const auto& head : moved) recorded_[head.file_name] = head.head.count;
  co_return Result<>();
}

Result<> AuditHeadRecorder::close() {
  const auto heads = log_.close();
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
