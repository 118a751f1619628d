#include "store/postgres_statements.h"

#include "store/postgres_sql.h"

namespace patchbay::store {

PostgresStatements::Prepared PostgresStatements::get(std::string_view sql) {
  if (session_ != connection_.number()) {
    by_sql_.clear();
    entries_.clear();
    session_ = connection_.number();
  }
  if (const auto known = by_sql_.find(sql); known != by_sql_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
    return {entries_.front().name, entries_.front().placeholders, nullptr};
  }
  make_room();
  const auto translated = to_postgres(sql);
  const auto name = "patchbay_" + std::to_string(++prepared_);
  auto prepared = connection_.prepare(name, translated.text);
  if (!succeeded(prepared)) return {{}, 0, std::move(prepared)};
  entries_.push_front({std::string(sql), name, translated.placeholders});
  by_sql_.emplace(entries_.front().sql, entries_.begin());
  return {name, translated.placeholders, nullptr};
}

void PostgresStatements::make_room() {
  while (entries_.size() >= capacity_) {
    // Fails inside a failed transaction; then the next statement fails as well, and this one stays
    // prepared under a name that is not used again.
    (void)connection_.ask("DEALLOCATE " + entries_.back().name);
    by_sql_.erase(entries_.back().sql);
    entries_.pop_back();
  }
}

}  // namespace patchbay::store
