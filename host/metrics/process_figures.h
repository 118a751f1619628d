#pragma once
// What the kernel says about this process, in the names every Prometheus exporter uses. Any thread;
// reads /proc/self, which takes some microseconds.
#include <cstdint>

namespace patchbay::metrics {

struct ProcessFigures {
  double cpu_seconds = 0;
  double started = 0;  // unix time
  std::int64_t resident_bytes = 0;
  std::int64_t virtual_bytes = 0;
  std::int64_t open_files = 0;
  std::int64_t most_files = 0;
  std::int64_t threads = 0;
};

// What can't be read stays 0.
ProcessFigures read_process_figures();

}  // namespace patchbay::metrics
