#pragma once
// What the process counts that belongs to no connector and no route. Any thread.
#include <array>
#include <string_view>

#include "metrics/connector_counters.h"

namespace patchbay::metrics {

enum class Delivered : std::uint8_t { kTaken, kNotTaken };
inline constexpr std::array<std::string_view, 2> kDeliveredNames = {"taken", "not_taken"};

enum class DatabaseError : std::uint8_t { kBegin, kCommit, kUndone, kQueueFull, kMemory, kBug };
inline constexpr std::array<std::string_view, 6> kDatabaseErrorNames = {
    "begin", "commit", "undone", "queue_full", "memory", "bug"};

struct HubCounters {
  ByOutcome<Delivered, kDeliveredNames.size()> deliveries;
  ByOutcome<DatabaseError, kDatabaseErrorNames.size()> database_errors;
  Gauge database_queue;  // closures that wait for the store thread, now
  Counter audit_events;
  Counter audit_errors;
  Gauge audit_unsynced;     // events that are with the kernel, and not yet on the disk
  Gauge heads_recorded_ms;  // unix; when the store last agreed with the log's heads, 0: not yet
  Gauge held_accounts;      // accounts opened in memory, now
  Gauge file_memory;        // bytes set aside for large inputs and answers, now
  Gauge proxy_streams;      // bodies that the proxy passes on in parts, now
};

inline HubCounters& of_hub() {
  static constinit HubCounters counters;
  return counters;
}

}  // namespace patchbay::metrics
