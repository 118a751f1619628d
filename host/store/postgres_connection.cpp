#include "store/postgres_connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/log.h"
#include "store/postgres_errors.h"

namespace patchbay::store {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr int kOldestVersion = 130'000;  // pg_current_xact_id
constexpr milliseconds kFirstBackOff{100};
constexpr milliseconds kLongestBackOff{5'000};
constexpr milliseconds kGrace{5'000};  // for the server to report its own time-out first

void drop_notice(void* /*unused*/, const PGresult* /*unused*/) {}

// Later ones win, so that the address may change what stands before it.
PGconn* start(const PostgresOptions& options) {
  const auto timeout = std::to_string(options.connect_s);
  const auto address = options.location.uri();
  std::vector<char, WipingAllocator<char>> uri(address.begin(), address.end());
  uri.push_back('\0');
  const std::array<const char*, 9> keywords{"connect_timeout",
                                            "keepalives_idle",
                                            "tcp_user_timeout",
                                            "fallback_application_name",
                                            "target_session_attrs",
                                            "sslmode",
                                            "dbname",
                                            "client_encoding",
                                            nullptr};
  const std::array<const char*, 9> values{
      timeout.c_str(), "30",         "15000",
      "patchbay",      "read-write", options.location.is_local() ? nullptr : "require",
      uri.data(),      "UTF8",       nullptr};
  return PQconnectdbParams(keywords.data(), values.data(), 1);
}

}  // namespace

bool succeeded(const PostgresResult& result) {
  if (!result) return false;
  const auto status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

Result<void> PostgresConnection::connect() {
  if (is_open()) return {};
  if (back_off_.count() > 0 && Clock::now() < next_try_) return last_failure_;
  auto connected = connect_now();
  if (connected) {
    back_off_ = {};
    return {};
  }
  close();
  back_off_ = std::clamp(2 * back_off_, kFirstBackOff, kLongestBackOff);
  next_try_ = Clock::now() + back_off_;
  last_failure_ = connected.error();
  log::warning("store", "cannot_connect",
               {{"error", last_failure_.message}, {"next_try_ms", back_off_.count()}});
  return connected;
}

Result<void> PostgresConnection::connect_now() {
  connection_.reset(start(options_));
  if (connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK)
    return cannot_connect(connection_.get(), where_);
  ++number_;
  PQsetNoticeReceiver(connection_.get(), drop_notice, nullptr);
  PQsetnonblocking(connection_.get(), 1);
  PATCHBAY_TRY(check_server());
  return set_up_session();
}

Result<void> PostgresConnection::check_server() {
  if (PQserverVersion(connection_.get()) < kOldestVersion)
    return make_error(ErrorCode::kConfiguration,
                      "The " + where_ + " is too old: Patchbay needs PostgreSQL 13 or newer.");
  const char* encoding = PQparameterStatus(connection_.get(), "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8")
    return make_error(ErrorCode::kConfiguration,
                      "The " + where_ +
                          " is not in UTF-8. Make a new one: CREATE DATABASE name "
                          "ENCODING 'UTF8' TEMPLATE template0");
  return {};
}

Result<void> PostgresConnection::set_up_session() {
  // Acknowledged is what would survive the server's crash; stricter settings are left alone.
  const auto set = ask("SET statement_timeout = " + std::to_string(options_.statement_ms) +
                       "; SET lock_timeout = " + std::to_string(options_.lock_ms) +
                       "; SET idle_in_transaction_session_timeout = " +
                       std::to_string(options_.idle_in_transaction_ms) +
                       "; SET standard_conforming_strings = on"
                       "; SELECT set_config('application_name', "
                       "'patchbay ' || coalesce(current_schema(), ''), false)"
                       "; SELECT set_config('synchronous_commit', 'on', false) "
                       "WHERE current_setting('synchronous_commit') = 'off'"
                       "; SELECT current_setting('fsync')");
  if (!set) return connection_lost(where_);
  if (!succeeded(set)) return postgres_error(set.get(), where_);
  if (std::string_view(PQgetvalue(set.get(), 0, 0)) == "off")
    log::warning("store", "server_without_fsync", {{"where", where_}});
  return {};
}

bool PostgresConnection::wait(short events, Clock::time_point end) {
  const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
  if (left.count() <= 0) return false;
  pollfd socket{PQsocket(connection_.get()), events, 0};
  const int ready = ::poll(&socket, 1, static_cast<int>(left.count()));
  return ready > 0 || (ready < 0 && errno == EINTR);
}

bool PostgresConnection::flush(Clock::time_point end) {
  int left = 0;
  while ((left = PQflush(connection_.get())) == 1) {
    // A server that can't take more may be waiting for us to read.
    if (!wait(POLLIN | POLLOUT, end) || PQconsumeInput(connection_.get()) == 0) return false;
  }
  return left == 0;
}

// A broken connection is received as well: as an error result.
bool PostgresConnection::receive(Clock::time_point end) {
  while (PQisBusy(connection_.get()) != 0) {
    // libpq has closed the socket already: there is nothing to wait for.
    if (PQstatus(connection_.get()) == CONNECTION_BAD) return true;
    if (!wait(POLLIN, end)) return false;
    if (PQconsumeInput(connection_.get()) == 0) return true;
  }
  return true;
}

PostgresResult PostgresConnection::answer(bool sent, milliseconds limit) {
  if (limit.count() == 0) limit = milliseconds(options_.statement_ms);
  const auto end = Clock::now() + limit + kGrace;
  PostgresResult kept;
  bool complete = false;
  // What the server had to say before it hung up is worth reading, even if nothing could be sent.
  if (sent) (void)flush(end);
  while (sent && receive(end)) {
    PostgresResult next(PQgetResult(connection_.get()));
    complete = next == nullptr;
    if (complete) break;
    if (!kept || succeeded(kept)) kept = std::move(next);
  }
  if (complete && PQstatus(connection_.get()) == CONNECTION_OK) return kept;
  close();
  // libpq's own report of a broken connection has no code.
  if (kept && sqlstate_of(kept.get()).empty()) kept.reset();
  return succeeded(kept) ? nullptr : std::move(kept);
}

PostgresResult PostgresConnection::ask(const std::string& sql, milliseconds limit) {
  return is_open() ? answer(PQsendQuery(connection_.get(), sql.c_str()) == 1, limit) : nullptr;
}

PostgresResult PostgresConnection::ask(const std::string& sql, const PostgresParams& params) {
  if (!is_open()) return nullptr;
  return answer(PQsendQueryParams(connection_.get(), sql.c_str(), params.count(), nullptr,
                                  params.values(), params.lengths(), params.formats(), 1) == 1,
                {});
}

PostgresResult PostgresConnection::prepare(const std::string& name, const std::string& sql) {
  if (!is_open()) return nullptr;
  return answer(PQsendPrepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr) == 1, {});
}

PostgresResult PostgresConnection::ask_prepared(const std::string& name,
                                                const PostgresParams& params) {
  if (!is_open()) return nullptr;
  return answer(PQsendQueryPrepared(connection_.get(), name.c_str(), params.count(),
                                    params.values(), params.lengths(), params.formats(), 1) == 1,
                {});
}

}  // namespace patchbay::store
