#pragma once
// Connects under way and how the last ones ended, so that a page that was reloaded finds its
// attempt again. One at a time per connect session. In memory and bounded; holds no secrets. What
// is under way when the process dies is told by the store's flows. Any thread.
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/linker.h"
#include "base/clock.h"
#include "connector/flow_driver.h"
#include "manifest/form_check.h"

namespace patchbay::web {

class ConnectRuns {
 public:
  static constexpr std::size_t kMaxRuns = 1'000;
  static constexpr std::int64_t kKeepMs = 15LL * 60 * 1000;  // how long an outcome can be seen

  enum class State : std::uint8_t { kRunning, kWaiting, kFailed, kLinked };

  struct Run {
    State state = State::kRunning;
    std::string connector_id;
    manifest::FormValues values;  // what may be shown again
    bool cancelling = false;
    std::int64_t ended = 0;                                // unix ms
    std::shared_ptr<const accounts::LinkOutcome> outcome;  // null while running
  };

  // `key` is the SHA-256 of the session's token. Nothing when one is running already, or when too
  // many are: the flag that cancels the run otherwise.
  std::optional<connector::CancelFlag> begin(const std::string& key, std::string connector_id,
                                             manifest::FormValues values, std::int64_t now_ms);
  void finish(const std::string& key, accounts::LinkOutcome outcome, std::int64_t now_ms);
  void cancel(std::string_view key);
  void forget(std::string_view key);  // one that is not running

  [[nodiscard]] std::optional<Run> find(std::string_view key, std::int64_t now_ms) const;

 private:
  struct Entry {
    Run run;
    connector::CancelFlag cancel;
  };
  void make_room(std::int64_t now_ms);  // mutex_ is held

  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> runs_;
};

// Runs a link that has begun() to its end, even if nobody waits for it any more.
net::Task<> follow(std::shared_ptr<ConnectRuns> runs, const Clock& clock, std::string key,
                   net::Task<accounts::LinkOutcome> link);

}  // namespace patchbay::web
