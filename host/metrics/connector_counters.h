#pragma once
// What the process counts for each connector. Like the log it is the process's own: whoever has
// something to count names the connector, by the id of its manifest. Any thread; nothing here ends
// before the process.
//
// Ids come from approved connectors. All the same no number of them makes the page long: those
// after the first kMostConnectors share the name "other".
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "metrics/counter.h"

namespace patchbay::metrics {

inline constexpr std::size_t kMostConnectors = 64;
inline constexpr std::string_view kOtherConnectors = "other";

// What came of a request to a provider.
enum class Sent : std::uint8_t {
  kSuccess,      // 1xx to 3xx
  kClientError,  // 4xx, but for 429
  kRateLimited,  // 429
  kServerError,  // 5xx
  kTimeout,
  kUnreachable,  // no name, no connection, no TLS, or it broke off
  kHeldBack,     // the hub did not send it: the provider's limit, or its circuit is open
  kRefused,      // by the egress policy
  kOther,        // cancelled, too large, not HTTP
};
inline constexpr std::array<std::string_view, 9> kSentNames = {
    "success",     "client_error", "rate_limited", "server_error", "timeout",
    "unreachable", "held_back",    "refused",      "other"};

enum class Refreshed : std::uint8_t { kDone, kWillRetry, kRefused, kReconnectNeeded, kLost };
inline constexpr std::array<std::string_view, 5> kRefreshedNames = {"done", "will_retry", "refused",
                                                                    "reconnect_needed", "lost"};

enum class Linked : std::uint8_t { kLinked, kReconnected, kWaiting, kFailed };
inline constexpr std::array<std::string_view, 4> kLinkedNames = {"linked", "reconnected", "waiting",
                                                                 "failed"};

enum class Revoked : std::uint8_t { kDone, kExpired, kWillRetry };
inline constexpr std::array<std::string_view, 3> kRevokedNames = {"done", "expired", "will_retry"};

template <class Outcome, std::size_t kCount>
class ByOutcome {
 public:
  void add(Outcome outcome) { counters_[static_cast<std::size_t>(outcome)].add(); }
  [[nodiscard]] std::uint64_t value(std::size_t outcome) const {
    return counters_[outcome].value();
  }

 private:
  std::array<Counter, kCount> counters_;
};

struct ConnectorCounters {
  ByOutcome<Sent, kSentNames.size()> sent;
  Times sent_time;  // of those that were sent; without waiting in line
  Gauge waiting;    // requests in line for a provider's rate limit, now
  Counter waited_us;
  Counter circuits_opened;
  Gauge circuits_open;  // now
  ByOutcome<Refreshed, kRefreshedNames.size()> refreshes;
  Gauge last_refresh_ms;  // unix; of the last that succeeded, 0: none yet
  ByOutcome<Linked, kLinkedNames.size()> links;
  ByOutcome<Revoked, kRevokedNames.size()> revocations;
  Counter worker_starts;
  Counter worker_failures;
  Counter worker_quarantines;
  Counter system_calls_denied;
};

// The connector's; found without a lock unless it is new. An id longer than 63 bytes counts as
// "other".
ConnectorCounters& of_connector(std::string_view connector_id);

struct NamedCounters {
  std::string_view connector_id;
  const ConnectorCounters* counters;
};
std::vector<NamedCounters> all_connectors();

}  // namespace patchbay::metrics
