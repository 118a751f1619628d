#include "store/sqlite_errors.h"

#include <cerrno>
#include <string_view>

namespace patchbay::store {
namespace {

Error storage(std::string message) {
  return make_error(ErrorCode::kStorage, std::move(message));
}

Error full(const std::string& path) {
  return storage("There is no space left for the database " + path +
                 ". Free some disk space and try again; nothing was changed.");
}

Error read_only(const std::string& path) {
  return storage("The database " + path +
                 " is read-only for the hub. Give the hub's user write access to the file and its "
                 "folder, and check that the file system is not mounted read-only.");
}

Error lacks_a_part(const std::string& path, std::string_view which) {
  return storage("The database " + path + " lacks a part (" + std::string(which) +
                 "). Was it restored in part, or changed by hand? Stop the hub and restore the "
                 "last backup; nothing was changed.");
}

Error from_input_output(sqlite3* connection, const std::string& path) {
  const int os_error = connection != nullptr ? sqlite3_system_errno(connection) : 0;
  if (os_error == ENOSPC || os_error == EDQUOT) return full(path);
  if (os_error == EROFS) return read_only(path);
  return storage("The disk failed while the database " + path +
                 " was used. Check the disk and the system log; nothing was changed.");
}

Error from_constraint(sqlite3* connection, int code) {
  const std::string which = connection != nullptr ? sqlite3_errmsg(connection) : "";
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
      code == SQLITE_CONSTRAINT_ROWID) {
    return make_error(ErrorCode::kConflict, "That exists already (" + which + ").");
  }
  return make_error(ErrorCode::kInvalidArgument,
                    "The change does not fit the rest of the database (" + which + ").");
}

}  // namespace

Error sqlite_error(sqlite3* connection, int code, const std::string& path) {
  const int extended =
      connection != nullptr && code == (sqlite3_extended_errcode(connection) & 0xFF)
          ? sqlite3_extended_errcode(connection)
          : code;
  switch (extended & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return storage("The database " + path +
                     " is locked by another process. Is a second hub or a database tool using it? "
                     "End that and try again; nothing was changed.");
    case SQLITE_FULL:
      return full(path);
    case SQLITE_READONLY:
      return read_only(path);
    case SQLITE_IOERR:
      return from_input_output(connection, path);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return storage("The database " + path +
                     " cannot be opened. Check that its folder exists and that the hub's user may "
                     "read and write the file and the folder.");
    case SQLITE_CORRUPT:
      return storage("The database " + path +
                     " is damaged. Stop the hub, keep a copy of the file and its -wal file, and "
                     "restore the last backup.");
    case SQLITE_NOTADB:
      return storage("The file " + path +
                     " is not a database, or is damaged from its first bytes on. Name the hub's "
                     "database file, or restore the last backup.");
    case SQLITE_CONSTRAINT:
      return from_constraint(connection, extended);
    case SQLITE_TOOBIG:
      return make_error(ErrorCode::kTooLarge, "A value is too large for the database.");
    case SQLITE_NOMEM:
      return storage("There is not enough memory to use the database " + path +
                     ". Check what uses the machine's memory; nothing was changed.");
    case SQLITE_ERROR:
      if (const std::string_view text = connection != nullptr ? sqlite3_errmsg(connection) : "";
          text.starts_with("no such table"))
        return lacks_a_part(path, text);
      [[fallthrough]];
    default:
      return make_error(
          ErrorCode::kInternal,
          "The database refused a statement: " +
              std::string(connection != nullptr && sqlite3_extended_errcode(connection) == extended
                              ? sqlite3_errmsg(connection)
                              : sqlite3_errstr(code)));
  }
}

}  // namespace patchbay::store
