#include "metrics/families.h"

#include <array>

namespace patchbay::metrics {
namespace {

constexpr auto kCounter = Kind::kCounter;
constexpr auto kGauge = Kind::kGauge;
constexpr auto kHistogram = Kind::kHistogram;

constexpr std::array kFamilies = {
    Family{"patchbay_build_info", kGauge, "version, abi", "Always 1; its labels say what runs."},
    Family{"patchbay_http_requests_total", kCounter, "method, route, status",
           "Requests answered, by route template and class of status."},
    Family{"patchbay_http_request_duration_seconds", kHistogram, "method, route",
           "Time from a request's last byte to its answer, by route template."},
    Family{"patchbay_provider_requests_total", kCounter, "connector, outcome",
           "Requests to providers, by what came of them."},
    Family{"patchbay_provider_request_duration_seconds", kHistogram, "connector",
           "Time that providers took to answer, without waiting for a rate limit."},
    Family{"patchbay_provider_waiting_requests", kGauge, "connector",
           "Requests that wait for a provider's rate limit now."},
    Family{"patchbay_provider_waited_seconds_total", kCounter, "connector",
           "Time that requests have waited for a provider's rate limit."},
    Family{"patchbay_provider_circuits_open", kGauge, "connector",
           "Provider hosts to which nothing but trials is sent now."},
    Family{"patchbay_provider_circuits_opened_total", kCounter, "connector",
           "Times a provider's host failed so often that requests to it were stopped."},
    Family{"patchbay_refreshes_total", kCounter, "connector, outcome",
           "Attempts to renew an account's tokens, by outcome."},
    Family{"patchbay_last_refresh_timestamp_seconds", kGauge, "connector",
           "When this process last renewed a token of the connector."},
    Family{"patchbay_links_total", kCounter, "connector, outcome",
           "Attempts to connect an account, by outcome."},
    Family{"patchbay_revocations_total", kCounter, "connector, outcome",
           "Attempts to tell a provider that a token is to end, by outcome."},
    Family{"patchbay_worker_starts_total", kCounter, "connector",
           "Starts of the connector's worker process."},
    Family{"patchbay_worker_failures_total", kCounter, "connector",
           "Times the worker crashed, hung, or broke the protocol."},
    Family{"patchbay_worker_quarantines_total", kCounter, "connector",
           "Times the worker failed so often in a row that it was put aside."},
    Family{"patchbay_worker_denied_system_calls_total", kCounter, "connector",
           "System calls of the worker that its walls denied."},
    Family{"patchbay_workers", kGauge, "connector, state",
           "Workers of ready connectors, by their state now."},
    Family{"patchbay_connectors", kGauge, "state", "Files in the connectors folder, by state."},
    Family{"patchbay_accounts", kGauge, "connector, status", "Accounts, by status."},
    Family{"patchbay_refreshes_due", kGauge, "connector",
           "Accounts whose token should have been renewed by now."},
    Family{"patchbay_oldest_refresh_due_seconds", kGauge, "connector",
           "For how long the most overdue of them is due."},
    Family{"patchbay_revocations_waiting", kGauge, "connector",
           "Tokens that a provider has still to be told to end."},
    Family{"patchbay_oldest_revocation_seconds", kGauge, "connector",
           "For how long the oldest of them waits."},
    Family{"patchbay_webhook_deliveries_waiting", kGauge, "",
           "Events that webhook endpoints have not taken yet."},
    Family{"patchbay_oldest_webhook_delivery_seconds", kGauge, "",
           "For how long the oldest of them waits."},
    Family{"patchbay_webhook_deliveries_total", kCounter, "outcome",
           "Attempts to deliver an event to a webhook endpoint, by outcome."},
    Family{"patchbay_queues_read_timestamp_seconds", kGauge, "",
           "When accounts and queues were last read from the database; 0: not yet."},
    Family{"patchbay_audit_events_total", kCounter, "", "Events written to the audit log."},
    Family{"patchbay_audit_errors_total", kCounter, "",
           "Events that could not be written; what they were for was refused."},
    Family{"patchbay_audit_unsynced_events", kGauge, "",
           "Audit events that a power cut would take now."},
    Family{"patchbay_audit_heads_timestamp_seconds", kGauge, "",
           "When the database last held the audit log's heads; 0: not yet."},
    Family{"patchbay_database_errors_total", kCounter, "kind",
           "Transactions that failed for a reason of the database or the hub."},
    Family{"patchbay_database_queue", kGauge, "", "Transactions that wait for the database now."},
    Family{"patchbay_held_accounts", kGauge, "", "Accounts that are opened in memory now."},
    Family{"patchbay_file_memory_bytes", kGauge, "",
           "Memory set aside for the large files that actions carry now."},
    Family{"patchbay_proxy_streams", kGauge, "",
           "Bodies that the proxy passes on without holding them now."},
    Family{"patchbay_log_lines_total", kCounter, "level", "Lines written to the log, by level."},
    Family{"process_cpu_seconds_total", kCounter, "", "Processor time this process has used."},
    Family{"process_start_time_seconds", kGauge, "", "When this process started."},
    Family{"process_resident_memory_bytes", kGauge, "", "Memory of this process in RAM."},
    Family{"process_virtual_memory_bytes", kGauge, "", "Address space of this process."},
    Family{"process_open_fds", kGauge, "", "File descriptors this process has open."},
    Family{"process_max_fds", kGauge, "", "File descriptors this process may have open."},
    Family{"process_threads", kGauge, "", "Threads of this process."},
};

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return "counter";
    case Kind::kGauge:
      return "gauge";
    case Kind::kHistogram:
      return "histogram";
  }
  return "untyped";
}

std::span<const Family> families() {
  return kFamilies;
}

}  // namespace patchbay::metrics
