#include "metrics/exposition.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <map>
#include <span>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "base/log_setup.h"
#include "metrics/families.h"
#include "metrics/hub_counters.h"
#include "metrics/process_figures.h"
#include "metrics/route_counters.h"
#include "patchbay/connector.h"

namespace patchbay::metrics {
namespace {

using Metric = prometheus::ClientMetric;
using Labels = std::vector<Metric::Label>;

constexpr double kMs = 1e-3;
constexpr double kUs = 1e-6;

prometheus::MetricType type_of(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return prometheus::MetricType::Counter;
    case Kind::kGauge:
      return prometheus::MetricType::Gauge;
    case Kind::kHistogram:
      break;
  }
  return prometheus::MetricType::Histogram;
}

Metric::Histogram histogram_of(const Times& times) {
  Metric::Histogram out;
  std::uint64_t all = 0;
  for (std::size_t i = 0; i <= Times::kUpToUs.size(); ++i) {
    all += times.in_bucket(i);
    const bool last = i == Times::kUpToUs.size();
    out.bucket.push_back({all, last ? std::numeric_limits<double>::infinity()
                                    : static_cast<double>(Times::kUpToUs[i]) * kUs});
  }
  out.sample_count = all;
  out.sample_sum = static_cast<double>(times.sum_us()) * kUs;
  return out;
}

// Fills the families in, by name: one that families.cpp does not name is a mistake in the program.
class Page {
 public:
  Page() {
    all_.reserve(families().size());
    for (const Family& family : families()) {
      at_[family.name] = all_.size();
      all_.push_back(
          {std::string(family.name), std::string(family.help), type_of(family.kind), {}});
    }
  }

  template <class Number>
  void number(std::string_view name, Labels labels, Number value) {
    Metric metric;
    metric.label = std::move(labels);
    metric.counter.value = metric.gauge.value = static_cast<double>(value);
    family(name).metric.push_back(std::move(metric));
  }
  void times(std::string_view name, Labels labels, const Times& times) {
    Metric metric;
    metric.label = std::move(labels);
    metric.histogram = histogram_of(times);
    family(name).metric.push_back(std::move(metric));
  }
  template <class Outcome, std::size_t kCount>
  void outcomes(std::string_view name, const Labels& labels, const char* label,
                const ByOutcome<Outcome, kCount>& counters,
                const std::array<std::string_view, kCount>& names) {
    for (std::size_t i = 0; i < kCount; ++i) {
      auto with = labels;
      with.push_back({label, std::string(names[i])});
      number(name, std::move(with), counters.value(i));
    }
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, all_);
    return std::move(out).str();
  }

 private:
  prometheus::MetricFamily& family(std::string_view name) {
    const auto found = at_.find(name);
    if (found == at_.end()) throw std::logic_error("no metric family " + std::string(name));
    return all_[found->second];
  }

  std::vector<prometheus::MetricFamily> all_;
  std::map<std::string_view, std::size_t> at_;
};

void add_routes(Page& page) {
  for (const RouteCounters* route : all_routes()) {
    const bool none = route->pattern.empty();
    const Labels labels{{"method", none ? "any" : route->method},
                        {"route", none ? "none" : route->pattern}};
    bool was_asked = false;
    for (std::size_t i = 0; i < route->by_class.size(); ++i) {
      const auto count = route->by_class[i].value();
      if (count == 0) continue;
      was_asked = true;
      auto with = labels;
      with.push_back({"status", std::string{static_cast<char>('1' + i), 'x', 'x'}});
      page.number("patchbay_http_requests_total", std::move(with), count);
    }
    if (was_asked) page.times("patchbay_http_request_duration_seconds", labels, route->time);
  }
}

void add_connector(Page& page, std::string_view id, const ConnectorCounters& counters) {
  const Labels labels{{"connector", std::string(id)}};
  page.outcomes("patchbay_provider_requests_total", labels, "outcome", counters.sent, kSentNames);
  page.times("patchbay_provider_request_duration_seconds", labels, counters.sent_time);
  page.number("patchbay_provider_waiting_requests", labels, counters.waiting.value());
  page.number("patchbay_provider_waited_seconds_total", labels,
              static_cast<double>(counters.waited_us.value()) * kUs);
  page.number("patchbay_provider_circuits_open", labels, counters.circuits_open.value());
  page.number("patchbay_provider_circuits_opened_total", labels, counters.circuits_opened.value());
  page.outcomes("patchbay_refreshes_total", labels, "outcome", counters.refreshes, kRefreshedNames);
  if (const auto last = counters.last_refresh_ms.value(); last > 0)
    page.number("patchbay_last_refresh_timestamp_seconds", labels, static_cast<double>(last) * kMs);
  page.outcomes("patchbay_links_total", labels, "outcome", counters.links, kLinkedNames);
  page.outcomes("patchbay_revocations_total", labels, "outcome", counters.revocations,
                kRevokedNames);
  page.number("patchbay_worker_starts_total", labels, counters.worker_starts.value());
  page.number("patchbay_worker_failures_total", labels, counters.worker_failures.value());
  page.number("patchbay_worker_quarantines_total", labels, counters.worker_quarantines.value());
  page.number("patchbay_worker_denied_system_calls_total", labels,
              counters.system_calls_denied.value());
}

void add_groups(Page& page, const std::vector<Moment::Group>& groups, std::string_view count,
                std::string_view oldest) {
  for (const auto& group : groups) {
    const Labels labels{{"connector", group.connector_id}};
    page.number(count, labels, group.count);
    page.number(oldest, labels, group.oldest_seconds);
  }
}

void add_moment(Page& page, const Moment& moment) {
  for (const auto& group : moment.workers)
    page.number("patchbay_workers", {{"connector", group.connector_id}, {"state", group.state}},
                group.count);
  for (const auto& group : moment.connectors)
    page.number("patchbay_connectors", {{"state", group.state}}, group.count);
  page.number("patchbay_queues_read_timestamp_seconds", {},
              static_cast<double>(moment.queues_read_ms) * kMs);
  if (moment.queues_read_ms == 0) return;
  for (const auto& group : moment.accounts)
    page.number("patchbay_accounts", {{"connector", group.connector_id}, {"status", group.state}},
                group.count);
  add_groups(page, moment.refreshes_due, "patchbay_refreshes_due",
             "patchbay_oldest_refresh_due_seconds");
  add_groups(page, moment.revocations, "patchbay_revocations_waiting",
             "patchbay_oldest_revocation_seconds");
  page.number("patchbay_webhook_deliveries_waiting", {}, moment.deliveries);
  page.number("patchbay_oldest_webhook_delivery_seconds", {}, moment.oldest_delivery_seconds);
}

void add_hub(Page& page) {
  const HubCounters& hub = of_hub();
  page.outcomes("patchbay_webhook_deliveries_total", {}, "outcome", hub.deliveries,
                kDeliveredNames);
  page.number("patchbay_audit_events_total", {}, hub.audit_events.value());
  page.number("patchbay_audit_errors_total", {}, hub.audit_errors.value());
  page.number("patchbay_audit_unsynced_events", {}, hub.audit_unsynced.value());
  page.number("patchbay_audit_heads_timestamp_seconds", {},
              static_cast<double>(hub.heads_recorded_ms.value()) * kMs);
  page.outcomes("patchbay_database_errors_total", {}, "kind", hub.database_errors,
                kDatabaseErrorNames);
  page.number("patchbay_database_queue", {}, hub.database_queue.value());
  page.number("patchbay_held_accounts", {}, hub.held_accounts.value());
  page.number("patchbay_file_memory_bytes", {}, hub.file_memory.value());
  page.number("patchbay_proxy_streams", {}, hub.proxy_streams.value());
  for (const auto level :
       {log::Level::kDebug, log::Level::kInfo, log::Level::kWarning, log::Level::kError})
    page.number("patchbay_log_lines_total", {{"level", std::string(log::to_string(level))}},
                log::lines_written(level));
}

void add_process(Page& page) {
  const auto figures = read_process_figures();
  page.number("process_cpu_seconds_total", {}, figures.cpu_seconds);
  page.number("process_start_time_seconds", {}, figures.started);
  page.number("process_resident_memory_bytes", {}, figures.resident_bytes);
  page.number("process_virtual_memory_bytes", {}, figures.virtual_bytes);
  page.number("process_open_fds", {}, figures.open_files);
  page.number("process_max_fds", {}, figures.most_files);
  page.number("process_threads", {}, figures.threads);
}

}  // namespace

std::string expose(const Moment& moment) {
  Page page;
  page.number(
      "patchbay_build_info",
      {{"version", PATCHBAY_VERSION},
       {"abi", std::to_string(PATCHBAY_ABI_MAJOR) + "." + std::to_string(PATCHBAY_ABI_MINOR)}},
      1);
  add_routes(page);
  for (const auto& [id, counters] : all_connectors()) add_connector(page, id, *counters);
  add_moment(page, moment);
  add_hub(page);
  add_process(page);
  return page.text();
}

}  // namespace patchbay::metrics
