#include "upkeep/audit_retention.h"

#include <algorithm>

#include "audit/audit_folder.h"
#include "base/log.h"
#include "store/audit_heads_table.h"

namespace patchbay::upkeep {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kDayMs = 24 * 3'600'000LL;

// Files are of so many days: few, and none that holds what is much younger than its oldest.
std::int64_t days_of_a_file(std::int64_t kept_ms) {
  return std::clamp(kept_ms / 30, kDayMs, 30 * kDayMs);
}

net::Task<Result<audit::ExpiryOutcome>> look(audit::FileAuditLog& log, audit::ExpiryPass pass,
                                             std::set<std::string> passed_over,
                                             const std::atomic<bool>& stop) {
  log.end_begun_before(pass.now_ms - days_of_a_file(pass.kept_ms));
  co_return audit::expire_files(pass, passed_over, &stop);
}

Result<std::vector<audit::RecordedHead>> heads_of(store::Database& db,
                                                  const std::string& instance) {
  PATCHBAY_TRY_ASSIGN(const auto rows, store::audit_heads_table::list(db, instance));
  std::vector<audit::RecordedHead> heads;
  heads.reserve(rows.size());
  for (const auto& row : rows)
    heads.push_back({row.file, row.instance, row.lines, row.hash, row.closed});
  return heads;
}

}  // namespace

AuditRetention::AuditRetention(net::LoopPool& loops, audit::FileAuditLog& log, std::string folder,
                               store::Store& store, const Clock& clock, std::int64_t kept_ms)
    : log_(log),
      folder_(std::move(folder)),
      store_(store),
      clock_(clock),
      kept_ms_(kept_ms),
      ticker_(loops, 10min, [this] { return tick(); }) {}

AuditRetention::~AuditRetention() {
  stop_ = true;
  thread_.join();
}

void AuditRetention::stop() {
  stop_ = true;
  ticker_.stop();
}

net::Task<Result<>> AuditRetention::run_once() {
  const std::string instance = audit::audit_instance(folder_);
  if (kept_ms_ == 0 || instance.empty()) co_return Result<>();
  audit::ExpiryPass pass;
  pass.folder = folder_;
  pass.now_ms = clock_.unix_ms();
  pass.kept_ms = kept_ms_;
  PATCHBAY_CO_TRY_ASSIGN(pass.heads, co_await store_.read([instance](store::Database& db) {
    return heads_of(db, instance);
  }));
  const auto outcome = co_await net::asio::co_spawn(
      thread_, net::detail::boxed(look(log_, std::move(pass), passed_over_, stop_)),
      net::asio::use_awaitable);
  if (!*outcome) co_return outcome->error();
  co_return co_await act_on(**outcome);
}

net::Task<Result<>> AuditRetention::act_on(const audit::ExpiryOutcome& outcome) {
  for (const auto& file : outcome.tampered) {
    passed_over_.insert(file);
    log::error("audit", "expired_file_stays", {{"file", file}, {"why", "not_as_it_was_written"}});
  }
  for (const auto& file : outcome.to_announce) {
    if (auto told = log_.append(audit::announcement_of(file)); !told) co_return told.error();
  }
  if (outcome.removed.empty()) co_return Result<>();
  log::info("audit", "expired_files_removed",
            {{"files", static_cast<std::int64_t>(outcome.removed.size())}});
  co_return co_await store_.transact([files = outcome.removed](store::Database& db) -> Result<> {
    for (const auto& file : files) PATCHBAY_TRY(store::audit_heads_table::remove(db, file));
    return {};
  });
}

net::Task<> AuditRetention::tick() {
  const auto done = co_await run_once();
  const bool stopped = !done && done.error().code == ErrorCode::kCancelled;
  const std::string complaint = done || stopped ? std::string() : done.error().message;
  if (!complaint.empty() && complaint != last_complaint_)
    log::error("audit", "expired_files_stay", {{"error", complaint}});
  last_complaint_ = complaint;
}

}  // namespace patchbay::upkeep
