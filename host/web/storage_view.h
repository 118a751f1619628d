#pragma once
// The store and its keys, for people.
#include <cstdint>
#include <optional>
#include <string>

#include "store/key_report.h"
#include "store/store_epoch_table.h"
#include "store/store_location.h"
#include "store/store_size.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

struct StorageFacts {
  std::int64_t schema_version = 0;
  store::StoreEpoch epoch;
  std::optional<store::StoreSize> size{};
  store::KeyReport keys;
};

// Adds all of it. `key_id`: the key-encryption key that the hub wraps new data keys with.
void put_storage(View& view, const StorageFacts& facts,
                 const std::optional<store::StoreLocation>& location, const std::string& key_id,
                 std::int64_t now_ms, const Language& language);

// "1.5 MB": powers of 1,000.
std::string byte_size(std::int64_t bytes, const Language& language);

}  // namespace patchbay::web
