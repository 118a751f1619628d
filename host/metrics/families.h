#pragma once
// Every metric of the page: what docs/metrics.md explains and the page shows, in this order.
#include <span>
#include <string_view>

namespace patchbay::metrics {

enum class Kind { kCounter, kGauge, kHistogram };
std::string_view to_string(Kind kind);  // as the text format says it

struct Family {
  std::string_view name;
  Kind kind;
  std::string_view labels;  // "connector, outcome"; empty: none
  std::string_view help;    // one line
};

std::span<const Family> families();

}  // namespace patchbay::metrics
