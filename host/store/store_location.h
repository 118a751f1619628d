#pragma once
// Where a store is: a SQLite file, or a PostgreSQL database by its URI
// (postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING). A value type; its text may hold a
// password and is for opening alone, shown() is for people and logs.
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace patchbay::store {

class StoreLocation {
 public:
  // "postgresql://…" or "postgres://…"; everything else is a file's path. kConfiguration for a URI
  // that can't be understood; the error quotes nothing of it.
  static Result<StoreLocation> parse(SecretString text);
  // The same from a file's first line. A file that others can read is refused: it may hold a
  // password.
  static Result<StoreLocation> read_file(const std::string& path);
  static StoreLocation file(std::string path);

  [[nodiscard]] bool is_postgres() const { return uri_ != nullptr; }
  [[nodiscard]] const std::string& path() const { return path_; }  // of the SQLite file
  [[nodiscard]] std::string_view uri() const { return uri_->reveal(); }
  // Named by a socket or a loopback address: nobody stands in between.
  [[nodiscard]] bool is_local() const { return is_local_; }
  // The file's path; for PostgreSQL host, port and database, never user, password or parameters.
  [[nodiscard]] std::string shown() const { return is_postgres() ? shown_ : path_; }

 private:
  StoreLocation() = default;

  std::string path_;
  std::shared_ptr<const SecretString> uri_;
  std::string shown_;
  bool is_local_ = true;
};

}  // namespace patchbay::store
