// patchbay_test_old_store VERSION FILE: a SQLite database as an earlier release left it.
#include <cstdlib>
#include <iostream>

#include "store/migrations.h"
#include "store/sqlite_database.h"
#include "support/stored_rows.h"

namespace patchbay::store {
namespace {

Result<> make(const std::string& path, std::int64_t version) {
  PATCHBAY_TRY_ASSIGN(const auto database, open_sqlite({.path = path}));
  for (std::int64_t step = 1; step <= version; ++step) {
    PATCHBAY_TRY(migrate_to(*database, step));
    PATCHBAY_TRY(add_stored_rows(*database, PATCHBAY_STORES, step));
  }
  return {};
}

}  // namespace
}  // namespace patchbay::store

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto made = patchbay::store::make(argv[2], std::strtol(argv[1], nullptr, 10));
  if (!made) std::cerr << made.error().message << "\n";
  return made ? 0 : 1;
}
