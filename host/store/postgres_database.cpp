#include "store/postgres_database.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "store/postgres_connection.h"
#include "store/postgres_dialect.h"
#include "store/postgres_errors.h"
#include "store/postgres_sql.h"
#include "store/postgres_statements.h"
#include "store/postgres_values.h"

namespace patchbay::store {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kUniqueViolation = "23505";
constexpr std::string_view kReadOnlyTransaction = "25006";
constexpr std::string_view kFailedTransaction = "25P02";
constexpr std::string_view kIdleTooLong = "25P03";

Error transaction_is_over() {
  return make_error(ErrorCode::kStorage,
                    "The database undid the transaction. Nothing was changed; try again.");
}

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(PostgresOptions options)
      : options_(options),
        connection_(std::move(options)),
        statements_(connection_, options_.cached_statements) {}

  using Database::execute;
  using Database::query;

  Result<Rows> query(std::string_view sql, std::span<const Param> params) override {
    PATCHBAY_TRY_ASSIGN(const auto result, run(sql, params));
    return read_rows(result.get());
  }

  Result<std::int64_t> execute(std::string_view sql, std::span<const Param> params) override {
    PATCHBAY_TRY_ASSIGN(const auto result, run(sql, params));
    const std::string_view changed(PQcmdTuples(result.get()));
    return changed.empty() ? 0 : std::stoll(std::string(changed));
  }

  Result<void> begin(Access access) override {
    rollback();
    second_look_ = std::exchange(key_was_taken_, false);
    may_rerun_ = false;
    access_ = access;
    PostgresResult begun;
    // What was cut while nothing went on is found out here; then once more with a new connection.
    for (int i = 0; i < 2 && !begun; ++i) {
      PATCHBAY_TRY(connection_.connect());
      begun = connection_.ask(opening(access), longest(access));
      if (!connection_.is_open()) begun.reset();
      if (!begun) forget_writer();
    }
    if (!begun) return connection_lost(connection_.where());
    if (!succeeded(begun)) {
      (void)connection_.ask("ROLLBACK");
      may_rerun_ = is_lost_race(sqlstate_of(begun.get()));
      return postgres_error(begun.get(), connection_.where());
    }
    state_ = State::kOpen;
    return {};
  }

  Result<void> commit() override {
    if (std::exchange(state_, State::kNone) != State::kOpen) return transaction_is_over();
    const auto done = connection_.ask("COMMIT");
    if (done && connection_.is_open()) {
      if (!succeeded(done)) {
        may_rerun_ = is_lost_race(sqlstate_of(done.get()));
        return postgres_error(done.get(), connection_.where());
      }
      // What is answered when a statement before had failed.
      if (std::string_view(PQcmdStatus(done.get())) == "ROLLBACK") return transaction_is_over();
      return {};
    }
    // The server says why it hung up: it did so before it saw the COMMIT.
    const bool was_undone = done && sqlstate_of(done.get()) == kIdleTooLong;
    if (was_undone || access_ == Access::kRead) return lost();
    return settle();
  }

  void rollback() override {
    if (std::exchange(state_, State::kNone) != State::kOpen) return;
    if (!succeeded(connection_.ask("ROLLBACK"))) connection_.close();
  }

  [[nodiscard]] bool in_transaction() const override { return state_ == State::kOpen; }
  [[nodiscard]] bool may_rerun() const override { return may_rerun_; }

  Result<bool> has_table(std::string_view name) override {
    PATCHBAY_TRY_ASSIGN(const auto rows, query("SELECT 1 FROM pg_catalog.pg_tables WHERE "
                                               "schemaname = current_schema() AND tablename = ?",
                                               {name}));
    return !rows.empty();
  }

  [[nodiscard]] const Dialect& dialect() const override { return postgres_dialect(); }

  // Makes the lock's table in a new schema.
  Result<void> prepare() {
    PATCHBAY_TRY(connection_.connect());
    const auto found = connection_.ask(
        "SELECT current_schema() IS NULL, "
        "to_regclass(quote_ident(current_schema()) || '.patchbay_writers') IS NOT NULL, "
        "EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema())");
    if (!found) return connection_lost(connection_.where());
    if (!succeeded(found)) return postgres_error(found.get(), connection_.where());
    const auto holds = [&](int column) { return *PQgetvalue(found.get(), 0, column) == 't'; };
    if (holds(0))
      return make_error(ErrorCode::kConfiguration, "The " + connection_.where() +
                                                       " has no schema of the name that the "
                                                       "address asks for. Make it: CREATE SCHEMA");
    if (holds(1)) {
      forget_old_writers();
      return {};
    }
    if (holds(2))
      return make_error(ErrorCode::kStorage,
                        "The " + connection_.where() +
                            " holds tables of another program. Name a database of the hub's own, "
                            "or an empty one.");
    // The lock is the transaction's: both statements are one. Two that create at once collide in
    // the catalogue otherwise.
    const auto made = connection_.ask(
        "SELECT pg_advisory_xact_lock(1349805928); "
        "CREATE TABLE IF NOT EXISTS patchbay_writers (session TEXT PRIMARY KEY, "
        "number BIGINT NOT NULL, seen TIMESTAMPTZ NOT NULL)");
    if (!made) return connection_lost(connection_.where());
    if (!succeeded(made)) return postgres_error(made.get(), connection_.where());
    return {};
  }

 private:
  // kOver: the server undid the transaction; nothing is asked until the caller has noticed, for it
  // would stand on its own.
  enum class State : std::uint8_t { kNone, kOpen, kOver };

  std::string opening(Access access) {
    if (access == Access::kRead) return "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
    std::string sql = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE; ";
    const auto ms = std::to_string(options_.alone_ms);
    if (access == Access::kAlone)
      sql += "SET LOCAL statement_timeout = " + ms + "; SET LOCAL lock_timeout = " + ms +
             "; LOCK TABLE patchbay_writers IN SHARE ROW EXCLUSIVE MODE; ";
    else
      sql += "LOCK TABLE patchbay_writers IN ROW EXCLUSIVE MODE; ";
    // Takes the transaction's view, after the lock.
    return sql + note_number(std::to_string(++number_));
  }

  // Unless somebody is alone just now: the next start will do.
  void forget_old_writers() {
    (void)connection_.ask(
        "LOCK TABLE patchbay_writers IN ROW EXCLUSIVE MODE NOWAIT; "
        "DELETE FROM patchbay_writers WHERE seen < now() - interval '1 day'");
  }

  // Waits for whoever writes the session's row, and tells the number that stands there.
  [[nodiscard]] std::string note_number(const std::string& number) const {
    return "INSERT INTO patchbay_writers AS w VALUES ('" + writer_ + "', " + number +
           ", now()) ON CONFLICT (session) DO UPDATE SET seen = now(), "
           "number = greatest(w.number, excluded.number) RETURNING number";
  }

  [[nodiscard]] milliseconds longest(Access access) const {
    return milliseconds(access == Access::kAlone ? options_.alone_ms : options_.statement_ms);
  }

  Result<PostgresResult> run(std::string_view sql, std::span<const Param> params) {
    if (state_ == State::kOver) return transaction_is_over();
    PATCHBAY_TRY_ASSIGN(const auto values, PostgresParams::make(params));
    // In a transaction the connection is there, or was lost and says so.
    if (state_ == State::kNone) PATCHBAY_TRY(connection_.connect());
    PostgresResult result;
    if (params.empty()) {
      PATCHBAY_TRY(check_count(to_postgres(sql).placeholders, params));
      result = connection_.ask(std::string(sql), values);
    } else {
      auto prepared = statements_.get(sql);
      if (!prepared.name.empty()) {
        PATCHBAY_TRY(check_count(prepared.placeholders, params));
        result = connection_.ask_prepared(prepared.name, values);
      } else {
        result = std::move(prepared.failure);
      }
    }
    if (!succeeded(result)) return failed(result);
    return result;
  }

  static Result<void> check_count(std::size_t placeholders, std::span<const Param> params) {
    if (placeholders == params.size()) return {};
    return make_error(ErrorCode::kInternal, "A statement got the wrong number of values.");
  }

  // What a statement's failure means for the transaction it was in.
  Error failed(const PostgresResult& result) {
    if (!result || !connection_.is_open())
      return state_ == State::kOpen ? lost() : outcome_unknown();
    const auto state = sqlstate_of(result.get());
    if (is_lost_race(state)) {
      end_transaction();
    } else if (state == kUniqueViolation && access_ == Access::kWrite && !second_look_ &&
               state_ == State::kOpen) {
      // The row in the way may be newer than this transaction's view, and be found in the next.
      key_was_taken_ = may_rerun_ = true;
    } else if (state == kReadOnlyTransaction && access_ == Access::kRead) {
      return make_error(ErrorCode::kInternal, "A read transaction tried to write.");
    } else if (state == kFailedTransaction) {
      return transaction_is_over();
    }
    return postgres_error(result.get(), connection_.where());
  }

  Error lost() {
    connection_.close();
    forget_writer();
    end_transaction();
    return connection_lost(connection_.where());
  }

  void end_transaction() {
    if (state_ == State::kOpen) {
      (void)connection_.ask("ROLLBACK");
      state_ = State::kOver;
    }
    may_rerun_ = true;
  }

  // The server may hold on to the row of a lost connection for a while.
  void forget_writer() { writer_ = OsRandom().id("wr_"); }

  // Finds out on a new connection what became of the transaction.
  Result<void> settle() {
    const auto question = note_number("0");
    const auto number = std::to_string(number_);
    const auto end = Clock::now() + milliseconds(options_.settle_ms);
    milliseconds pause{20};
    for (; Clock::now() < end; pause = std::min(2 * pause, milliseconds(500))) {
      if (connection_.connect()) {
        const auto written = connection_.ask(question);
        if (succeeded(written)) {
          if (PQgetvalue(written.get(), 0, 0) == number) return {};
          return lost();
        }
      }
      std::this_thread::sleep_for(pause);
    }
    return outcome_unknown();
  }

  Error outcome_unknown() {
    log::error("store", "outcome_unknown", {{"where", connection_.where()}});
    forget_writer();
    return make_error(ErrorCode::kOutcomeUnknown,
                      "The connection to the " + connection_.where() +
                          " was lost in the middle of a change, and the server can't be asked. The "
                          "change was made or not: look before you try again.");
  }

  PostgresOptions options_;
  PostgresConnection connection_;
  PostgresStatements statements_;
  State state_ = State::kNone;
  Access access_ = Access::kRead;
  std::string writer_ = OsRandom().id("wr_");  // its row of patchbay_writers
  std::int64_t number_ = 0;                    // of the last write transaction
  bool may_rerun_ = false;
  bool key_was_taken_ = false;  // this transaction failed on a key, and may be stale
  bool second_look_ = false;    // the one before did: what is taken now is taken
};

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(PostgresOptions options) {
  auto database = std::make_unique<PostgresDatabase>(std::move(options));
  PATCHBAY_TRY(database->prepare());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace patchbay::store
