#pragma once
// The log of what applications, agents and people asked of providers: one row for each request, one
// for each step, which is what went to the provider. Bodies are kept apart, sealed, where the
// operator wants them.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct StepLog {
  std::string id;
  std::int64_t number = 0;  // from 1
  std::string method;
  std::string host;
  std::string path;
  std::int64_t status = 0;   // HTTP; 0: there was no answer
  std::string error;         // a code; empty: an answer came
  std::int64_t started = 0;  // unix ms
  std::int64_t duration_ms = 0;

  [[nodiscard]] bool succeeded() const { return status > 0 && status < 400; }
};

struct RequestLog {
  std::int64_t seq = 0;  // given by the table
  std::string id;
  std::string project_id;
  std::string request_id;  // the X-Request-Id
  std::string source;      // "api", "mcp", "pages" or "cli"
  std::string api_key_id;  // empty: a person, at the pages or the command line
  std::string source_ip;
  std::string account_id;
  std::string owner_id;  // these two are the account's, found when the row is written
  std::string connector_id;
  std::string action_id;  // empty: a request of the caller's own
  std::string method;
  std::string path;  // the hub's
  std::int64_t status = 0;
  std::string error;         // a code; empty: it succeeded
  std::int64_t started = 0;  // unix ms
  std::int64_t duration_ms = 0;
  std::vector<StepLog> steps;
  std::string sealed_bodies;  // empty: not kept

  [[nodiscard]] bool succeeded() const { return status < 400; }
};

// A step with the request it belongs to, which is without its steps.
struct StepOfRequest {
  RequestLog request;
  StepLog step;
};

enum class LogOrder : std::uint8_t { kTime, kDuration, kStatus, kProvider };

// Lists that are empty let everything through.
struct LogFilter {
  static constexpr std::int64_t kMaxLimit = 100;
  std::string project_id;
  std::vector<std::string> account_ids;
  std::vector<std::string> action_ids;
  std::vector<std::string> connector_ids;
  std::vector<std::string> request_ids;
  std::vector<std::string> sources;
  // Of steps, where steps are listed.
  std::vector<std::string> methods;
  std::vector<std::int64_t> statuses;
  std::optional<bool> succeeded;
  std::int64_t from = 0;  // unix ms; 0: no bound
  std::int64_t until = 0;
  LogOrder order = LogOrder::kTime;
  bool descending = true;
  std::int64_t newest_seq = 0;  // only rows up to this one; 0: no bound
  std::int64_t offset = 0;
  std::int64_t limit = kMaxLimit;
};

inline constexpr std::string_view kLoggedBodiesTable = "logged_bodies";

namespace request_logs_table {

// With its steps and bodies; `seq`, owner and connector are filled in by the table.
Result<void> insert(Database& db, const RequestLog& log);
// Without steps and bodies.
Result<std::vector<RequestLog>> list(Database& db, const LogFilter& filter);
Result<std::vector<StepOfRequest>> list_steps(Database& db, const LogFilter& filter);
// By its id or, the newest, by its request's; without its steps, with its sealed bodies. kNotFound.
Result<RequestLog> get(Database& db, std::string_view project_id, std::string_view id);
Result<std::vector<StepLog>> steps_of(Database& db, std::string_view log_id);
// Of the project's rows; 0: it has none.
Result<std::int64_t> newest_seq(Database& db, std::string_view project_id);
// How many were started before then.
Result<std::int64_t> prune(Database& db, std::int64_t started_before_ms);

}  // namespace request_logs_table
}  // namespace patchbay::store
