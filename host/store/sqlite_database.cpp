#include "store/sqlite_database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/fd.h"
#include "base/log.h"
#include "store/database_lock.h"
#include "store/sqlite_errors.h"
#include "store/sqlite_statements.h"

namespace patchbay::store {
namespace {

constexpr std::int64_t kApplicationId = 0x50746368;  // "Ptch", in the file's header
constexpr int kMaxValueBytes = 16 << 20;
constexpr std::string_view kInMemory = ":memory:";

struct CloseConnection {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;

// Gives the statement back unbound, so that it holds no lock and no borrowed text.
struct ResetStatement {
  void operator()(sqlite3_stmt* statement) const {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};
using Running = std::unique_ptr<sqlite3_stmt, ResetStatement>;

int bind(sqlite3_stmt* statement, int index, const Param& param) {
  return std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return sqlite3_bind_null(statement, index);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          return sqlite3_bind_int64(statement, index, value);
        } else if constexpr (std::is_same_v<T, std::string_view>) {
          // A null pointer would bind NULL.
          return sqlite3_bind_text64(statement, index, value.empty() ? "" : value.data(),
                                     value.size(), SQLITE_STATIC, SQLITE_UTF8);
        } else {
          if (value.bytes.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
          return sqlite3_bind_blob64(statement, index, value.bytes.data(), value.bytes.size(),
                                     SQLITE_STATIC);
        }
      },
      param.value());
}

Row::Value column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
      return std::monostate{};
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, index)};
    default: {
      const void* bytes = sqlite3_column_blob(statement, index);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
      return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
    }
  }
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(Connection connection, const SqliteOptions& options,
                 std::optional<DatabaseLock> lock)
      : lock_(std::move(lock)),
        path_(options.path),
        connection_(std::move(connection)),
        statements_(connection_.get(), options.cached_statements) {}

  Result<Rows> query(std::string_view sql, std::span<const Param> params) override {
    Rows rows;
    PATCHBAY_TRY(run(sql, params, &rows));
    return rows;
  }

  Result<std::int64_t> execute(std::string_view sql, std::span<const Param> params) override {
    PATCHBAY_TRY(run(sql, params, nullptr));
    return std::int64_t{sqlite3_changes64(connection_.get())};
  }

  using Database::execute;
  using Database::query;

  Result<void> begin(Access access) override {
    reading_ = false;
    PATCHBAY_TRY(execute(access == Access::kRead ? "BEGIN" : "BEGIN IMMEDIATE"));
    reading_ = access == Access::kRead;
    return {};
  }

  Result<void> commit() override {
    reading_ = false;
    PATCHBAY_TRY(execute("COMMIT"));
    return {};
  }

  void rollback() override {
    reading_ = false;
    if (!in_transaction()) return;
    if (const auto done = execute("ROLLBACK"); !done) {
      log::error("store", "rollback_failed", {{"error", done.error().message}});
    }
  }

  [[nodiscard]] bool in_transaction() const override {
    return sqlite3_get_autocommit(connection_.get()) == 0;
  }

  Result<bool> has_table(std::string_view name) override {
    PATCHBAY_TRY_ASSIGN(
        const auto rows,
        query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", {name}));
    return !rows.empty();
  }

  [[nodiscard]] const Dialect& dialect() const override {
    static constexpr Dialect kSqlite{
        .int64 = "INTEGER",
        .bytes = "BLOB",
        .text = "TEXT",
        .serial_key = "INTEGER PRIMARY KEY AUTOINCREMENT",
        .table_suffix = "STRICT",
        .skip_locked = "",  // there is one writer
        .serial_last =
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?1 AND ?2 <> ''",
        .serial_continue =
            "INSERT OR REPLACE INTO sqlite_sequence (rowid, name, seq) SELECT "
            "(SELECT rowid FROM sqlite_sequence WHERE name = ?1), ?1, ?3 WHERE ?2 <> ''",
        .shared_time = "",
        .list_columns =
            "SELECT t.name, c.name, c.type = 'BLOB', "
            "c.pk = 1 AND t.sql LIKE '%' || c.name || ' INTEGER PRIMARY KEY AUTOINCREMENT%', c.pk "
            "FROM sqlite_schema t JOIN pragma_table_info(t.name) c "
            "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
        .list_references =
            "SELECT DISTINCT t.name, f.\"table\" FROM sqlite_schema t "
            "JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'"};
    return kSqlite;
  }

  // Settings of the connection and, for a new file, its mark.
  Result<void> prepare(const SqliteOptions& options) {
    sqlite3* db = connection_.get();
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, options.busy_timeout_ms);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    for (const auto* pragma :
         {"PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA secure_delete = ON",
          "PRAGMA cell_size_check = ON", "PRAGMA temp_store = MEMORY"}) {
      PATCHBAY_TRY(query(pragma));
    }
    if (options.max_pages > 0) {
      PATCHBAY_TRY(query("PRAGMA max_page_count = " + std::to_string(options.max_pages)));
    }
    PATCHBAY_TRY(check_identity(options.use));
    if (options.use == SqliteUse::kReadOnly) return {};
    if (sqlite3_db_readonly(db, "main") == 1) return sqlite_error(nullptr, SQLITE_READONLY, path_);
    if (options.use == SqliteUse::kAlone) {
      PATCHBAY_TRY(query("PRAGMA journal_mode = DELETE"));
      return {};
    }
    PATCHBAY_TRY_ASSIGN(const auto mode, query("PRAGMA journal_mode = WAL"));
    if (mode.size() != 1 || (mode[0].text(0) != "wal" && path_ != kInMemory)) {
      return make_error(ErrorCode::kStorage,
                        "The database " + path_ +
                            " cannot use a write-ahead log. Network file systems do not support "
                            "it: put the database on a local disk.");
    }
    return {};
  }

 private:
  Result<std::int64_t> pragma_integer(std::string_view pragma) {
    PATCHBAY_TRY_ASSIGN(const auto rows, query(pragma));
    return rows.at(0).integer(0);
  }

  Result<void> check_identity(SqliteUse use) {
    PATCHBAY_TRY_ASSIGN(const auto id, pragma_integer("PRAGMA application_id"));
    if (id == kApplicationId) return {};
    PATCHBAY_TRY_ASSIGN(const auto pages, pragma_integer("PRAGMA page_count"));
    if (id != 0 || pages != 0 || use == SqliteUse::kReadOnly) {
      return make_error(ErrorCode::kStorage,
                        "The file " + path_ +
                            " is a database of another program. Name the hub's own database file, "
                            "or one that does not exist yet.");
    }
    PATCHBAY_TRY(query("PRAGMA application_id = " + std::to_string(kApplicationId)));
    return {};
  }

  [[nodiscard]] Error error(int code) const { return sqlite_error(connection_.get(), code, path_); }

  Result<void> run(std::string_view sql, std::span<const Param> params, Rows* rows) {
    int code = SQLITE_OK;
    sqlite3_stmt* statement = statements_.get(sql, code);
    if (statement == nullptr) return error(code);
    if (reading_ && sqlite3_stmt_readonly(statement) == 0) {
      return make_error(ErrorCode::kInternal, "A read transaction tried to write.");
    }
    if (static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)) != params.size()) {
      return make_error(ErrorCode::kInternal, "A statement got the wrong number of values.");
    }
    const Running running(statement);
    for (std::size_t i = 0; i < params.size(); ++i) {
      code = bind(statement, static_cast<int>(i + 1), params[i]);
      if (code != SQLITE_OK) return error(code);
    }
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      if (rows == nullptr) continue;
      std::vector<Row::Value> values;
      const int count = sqlite3_column_count(statement);
      values.reserve(static_cast<std::size_t>(count));
      for (int i = 0; i < count; ++i) values.push_back(column(statement, i));
      rows->emplace_back(std::move(values));
    }
    if (code != SQLITE_DONE) return error(code);
    return {};
  }

  std::optional<DatabaseLock> lock_;
  std::string path_;
  Connection connection_;
  SqliteStatements statements_;
  bool reading_ = false;
};

Error cannot_create(const std::string& what, int why) {
  return make_error(ErrorCode::kStorage, what + " cannot be created (" + std::strerror(why) +
                                             "). Check the path and the hub user's rights.");
}

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

Result<void> make_folder(const std::string& folder) {
  if (folder.empty() || ::mkdir(folder.c_str(), 0700) == 0) return {};
  if (errno == ENOENT) {
    PATCHBAY_TRY(make_folder(folder_of(folder)));
    if (::mkdir(folder.c_str(), 0700) == 0) return {};
  }
  if (errno == EEXIST) return {};
  return cannot_create("The folder " + folder, errno);
}

// SQLite gives the -wal and -shm files the mode of the database file.
Result<void> make_private_file(const std::string& path) {
  const std::string folder = folder_of(path);
  const Fd created(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (created.valid()) {
    const Fd parent(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent.valid()) ::fsync(parent.get());
    return {};
  }
  if (errno != EEXIST) return cannot_create("The database " + path, errno);
  // By name and not through a descriptor: closing one would drop the POSIX locks that another
  // connection of this process may hold on the file.
  struct stat about{};
  if (::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && (about.st_mode & 077U) != 0) {
    const bool done = ::chmod(path.c_str(), 0600) == 0;
    log::warning("store", "database_readable_by_others", {{"path", path}, {"mended", done}});
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options) {
  std::optional<DatabaseLock> lock;
  if (options.path != kInMemory && options.use != SqliteUse::kReadOnly) {
    PATCHBAY_TRY(make_folder(folder_of(options.path)));
    if (options.use == SqliteUse::kShared) {
      PATCHBAY_TRY_ASSIGN(lock, DatabaseLock::shared(options.path));
    }
    PATCHBAY_TRY(make_private_file(options.path));
  }
  const int access = options.use == SqliteUse::kReadOnly
                         ? SQLITE_OPEN_READONLY
                         : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(options.path.c_str(), &raw, access | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(raw);
  if (code != SQLITE_OK) return sqlite_error(raw, code, options.path);
  auto database = std::make_unique<SqliteDatabase>(std::move(connection), options, std::move(lock));
  PATCHBAY_TRY(database->prepare(options));
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace patchbay::store
