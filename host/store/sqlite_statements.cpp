#include "store/sqlite_statements.h"

namespace patchbay::store {

sqlite3_stmt* SqliteStatements::get(std::string_view sql, int& code) {
  code = SQLITE_OK;
  if (const auto known = by_sql_.find(sql); known != by_sql_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
    return entries_.front().statement.get();
  }
  Entry entry{std::string(sql), nullptr};
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  code = sqlite3_prepare_v3(connection_, entry.sql.c_str(), static_cast<int>(entry.sql.size()),
                            SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  entry.statement.reset(raw);
  if (code == SQLITE_OK && (raw == nullptr || std::string_view(rest).find_first_not_of(" \n;") !=
                                                  std::string_view::npos)) {
    code = SQLITE_MISUSE;
  }
  if (code != SQLITE_OK) return nullptr;
  if (entries_.size() >= capacity_) {
    by_sql_.erase(entries_.back().sql);
    entries_.pop_back();
  }
  entries_.push_front(std::move(entry));
  by_sql_.emplace(entries_.front().sql, entries_.begin());
  return raw;
}

void SqliteStatements::clear() {
  by_sql_.clear();
  entries_.clear();
}

}  // namespace patchbay::store
