#pragma once
// One libpq connection: made, asked, and given up when it breaks. Every wait has an end; a server
// that does not answer in time counts as lost. One thread at a time.
#include <libpq-fe.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/postgres_database.h"
#include "store/postgres_values.h"

namespace patchbay::store {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, ClearResult>;

class PostgresConnection {
 public:
  explicit PostgresConnection(PostgresOptions options) : options_(std::move(options)) {}

  [[nodiscard]] bool is_open() const { return connection_ != nullptr; }
  [[nodiscard]] const std::string& where() const { return where_; }
  // One more with every connection: what was prepared in an earlier one is gone.
  [[nodiscard]] int number() const { return number_; }

  // Makes the connection if there is none. After a failure the same error comes back at once until
  // it is time to try again. kStorage, kConfiguration.
  Result<void> connect();
  void close() { connection_.reset(); }

  // Each answers the first failed result, else the last one. Null: the connection is lost, and
  // closed. A server that ended the connection with a reason leaves that as result, also closed.
  // How long to wait at most; 0: as long as the server allows a statement.
  PostgresResult ask(const std::string& sql, std::chrono::milliseconds limit = {});  // text format
  PostgresResult ask(const std::string& sql, const PostgresParams& params);
  PostgresResult prepare(const std::string& name, const std::string& sql);
  PostgresResult ask_prepared(const std::string& name, const PostgresParams& params);

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  Result<void> connect_now();
  Result<void> check_server();
  Result<void> set_up_session();
  PostgresResult answer(bool sent, std::chrono::milliseconds limit);
  bool wait(short events, std::chrono::steady_clock::time_point end);
  bool flush(std::chrono::steady_clock::time_point end);
  bool receive(std::chrono::steady_clock::time_point end);

  PostgresOptions options_;
  std::string where_ = options_.location.shown();
  std::unique_ptr<PGconn, Finish> connection_;
  int number_ = 0;
  std::chrono::steady_clock::time_point next_try_;
  std::chrono::milliseconds back_off_{0};
  Error last_failure_;
};

// A result that is no error.
bool succeeded(const PostgresResult& result);

}  // namespace patchbay::store
