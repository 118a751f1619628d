#pragma once
// Which data keys there are, what each is for at the moment, and how many records need it: what
// `patchbay key list` and the settings show. Nothing of it is secret. Reads the data keys' indexes
// whole: not for a busy path.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "store/sealed_columns.h"
#include "vault/data_key.h"

namespace patchbay::store {

enum class KeyState : std::uint8_t {
  kSeals,     // new records are sealed with it
  kRotating,  // so is this one, and older records are not all re-sealed yet
  kRetired,   // opens records, seals none
};
std::string_view to_string(KeyState state);  // "seals"

struct KeyReport {
  std::vector<vault::WrappedDataKey> keys;  // oldest first
  std::vector<sealed_rows::KeyUse> uses;

  static Result<KeyReport> read(Database& db);

  // Under "": sealed by an earlier release, and not naming their key yet.
  [[nodiscard]] std::int64_t records(std::string_view key_id) const;
  [[nodiscard]] std::int64_t all_records() const;
  [[nodiscard]] KeyState state(const vault::WrappedDataKey& key) const;
};

}  // namespace patchbay::store
