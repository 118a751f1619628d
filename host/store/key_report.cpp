#include "store/key_report.h"

#include "store/data_keys_table.h"

namespace patchbay::store {

std::string_view to_string(KeyState state) {
  switch (state) {
    case KeyState::kSeals:
      return "seals";
    case KeyState::kRotating:
      return "rotating";
    case KeyState::kRetired:
      return "retired";
  }
  return "unknown";
}

Result<KeyReport> KeyReport::read(Database& db) {
  KeyReport report;
  PATCHBAY_TRY_ASSIGN(report.keys, data_keys_table::list(db));
  PATCHBAY_TRY_ASSIGN(report.uses, sealed_rows::count_by_key(db));
  return report;
}

std::int64_t KeyReport::records(std::string_view key_id) const {
  for (const auto& use : uses)
    if (use.key_id == key_id) return use.records;
  return 0;
}

std::int64_t KeyReport::all_records() const {
  std::int64_t all = 0;
  for (const auto& use : uses) all += use.records;
  return all;
}

KeyState KeyReport::state(const vault::WrappedDataKey& key) const {
  if (key.retired != 0) return KeyState::kRetired;
  return key.settled == 0 && keys.size() > 1 ? KeyState::kRotating : KeyState::kSeals;
}

}  // namespace patchbay::store
