#include "web/connect_runs.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace patchbay::web {

void ConnectRuns::make_room(std::int64_t now_ms) {
  std::erase_if(runs_, [&](const auto& item) {
    const Run& run = item.second.run;
    return run.state != State::kRunning && run.ended + kKeepMs <= now_ms;
  });
  while (runs_.size() >= kMaxRuns) {
    auto oldest = runs_.end();
    for (auto at = runs_.begin(); at != runs_.end(); ++at) {
      if (at->second.run.state == State::kRunning) continue;
      if (oldest == runs_.end() || at->second.run.ended < oldest->second.run.ended) oldest = at;
    }
    if (oldest == runs_.end()) return;
    runs_.erase(oldest);
  }
}

std::optional<connector::CancelFlag> ConnectRuns::begin(const std::string& key,
                                                        std::string connector_id,
                                                        manifest::FormValues values,
                                                        std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(key);
  if (found != runs_.end() && found->second.run.state == State::kRunning) return std::nullopt;
  if (found == runs_.end()) {
    make_room(now_ms);
    if (runs_.size() >= kMaxRuns) return std::nullopt;
  }
  Entry entry;
  entry.run.connector_id = std::move(connector_id);
  entry.run.values = std::move(values);
  entry.cancel = connector::make_cancel_flag();
  connector::CancelFlag flag = entry.cancel;
  runs_.insert_or_assign(key, std::move(entry));
  return flag;
}

void ConnectRuns::finish(const std::string& key, accounts::LinkOutcome outcome,
                         std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(key);
  if (found == runs_.end()) return;
  Run& run = found->second.run;
  run.state = outcome.account ? State::kLinked : outcome.waiting ? State::kWaiting : State::kFailed;
  // A field that is complained about may hold what belongs into a secret one (pasted the wrong way
  // round), so its value is not shown again.
  if (outcome.account) run.values.clear();
  run.values.erase(outcome.message.field_id);
  run.values.erase(outcome.error.field);
  for (const auto& problem : outcome.field_problems) run.values.erase(problem.field);
  run.ended = now_ms;
  run.outcome = std::make_shared<const accounts::LinkOutcome>(std::move(outcome));
}

void ConnectRuns::cancel(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(key);
  if (found == runs_.end() || found->second.run.state != State::kRunning) return;
  found->second.run.cancelling = true;
  found->second.cancel->store(true);
}

void ConnectRuns::forget(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(key);
  if (found != runs_.end() && found->second.run.state != State::kRunning) runs_.erase(found);
}

std::optional<ConnectRuns::Run> ConnectRuns::find(std::string_view key, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(key);
  if (found == runs_.end()) return std::nullopt;
  const Run& run = found->second.run;
  if (run.state != State::kRunning && run.ended + kKeepMs <= now_ms) return std::nullopt;
  return run;
}

net::Task<> follow(std::shared_ptr<ConnectRuns> runs, const Clock& clock, std::string key,
                   net::Task<accounts::LinkOutcome> link) {
  // Whatever ends this coroutine, the page must not say "connecting" for ever.
  struct Ending {
    ConnectRuns& runs;
    const Clock& clock;
    const std::string& key;
    accounts::LinkOutcome outcome;
    ~Ending() { runs.finish(key, std::move(outcome), clock.unix_ms()); }
  };
  Ending ending{*runs, clock, key, {}};
  ending.outcome.error =
      make_error(ErrorCode::kInternal, "The attempt was interrupted. Nothing was linked.");
  try {
    ending.outcome = co_await std::move(link);
  } catch (const std::exception& fault) {
    log::error("web", "connect_threw", {{"what", fault.what()}});
  }
}

}  // namespace patchbay::web
