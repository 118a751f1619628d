#pragma once
// The page that a Prometheus server reads: all the process counts, and what only others know at the
// moment it is asked for. Text format 0.0.4
// (prometheus.io/docs/instrumenting/exposition_formats).
//
// Labels are connector ids, route templates, and words of this program: never an account, an owner,
// an address, or anything else that came from outside. Any thread.
#include <cstdint>
#include <string>
#include <vector>

namespace patchbay::metrics {

inline constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

// Counted elsewhere.
struct Moment {
  struct Group {
    std::string connector_id;
    std::string state;  // empty where the metric has none
    std::int64_t count = 0;
    double oldest_seconds = 0;
  };
  std::vector<Group> workers;     // each worker's state
  std::vector<Group> connectors;  // by state alone
  std::vector<Group> accounts;
  std::vector<Group> refreshes_due;
  std::vector<Group> revocations;
  std::int64_t deliveries = 0;
  double oldest_delivery_seconds = 0;
  std::int64_t queues_read_ms = 0;  // unix; 0: the six before this are not known, and left out
};

std::string expose(const Moment& moment);

}  // namespace patchbay::metrics
