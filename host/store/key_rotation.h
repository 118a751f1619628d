#pragma once
// Changing keys under a hub that serves.
//
// A new key-encryption key re-wraps the data keys: one transaction over a handful of rows.
//
// A new data key seals from its first moment on, the older ones are retired, and the records are
// re-sealed in small steps, each a transaction of its own. A record's place and generation stay;
// only its bytes change, and only if nobody changed them meanwhile. All that an interrupted
// rotation needs to be finished is in the database: a sealing key that is not settled.
//
// A retired key opens records until none names it. Then it may be removed; the database refuses
// that while a record does (data_key_id is a foreign key).
//
// Every function runs inside a transaction, and takes no vault: what it needs is in the database.
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "store/database.h"
#include "vault/key_chain.h"

namespace patchbay::store::key_rotation {

// Brings all data keys under the chain's first key. How many were moved. kConfiguration when the
// chain lacks the key that one of them is wrapped with; then none is.
Result<std::int64_t> rewrap_all(Database& db, const vault::KeyChain& chain, Random& random);

struct Target {
  std::string key_id;
  bool resumed = false;  // an earlier rotation's, which was not finished
};
// Makes a new data key and retires the others, unless the newest is not settled yet.
Result<Target> begin(Database& db, const vault::KeyChain& chain, Random& random,
                     std::int64_t now_ms);

// One walk over all sealed records. A value: what a failed transaction did is not in it.
struct Walk {
  static constexpr std::size_t kNamed = 20;
  std::size_t column = 0;  // of sealed_columns()
  std::string after_id{};
  std::string after_name{};
  std::int64_t resealed = 0;
  std::int64_t overtaken = 0;             // changed by somebody else meanwhile
  std::int64_t unreadable = 0;            // did not open; left as they are
  std::vector<std::string> complaints{};  // the first kNamed of these

  [[nodiscard]] bool finished() const;
  [[nodiscard]] std::int64_t found() const { return resealed + overtaken + unreadable; }
};
// Re-seals the next `limit` records that another key than the sealing one sealed.
Result<Walk> step(Database& db, const vault::KeyChain& chain, Random& random, Walk walk,
                  std::int64_t limit);

// Removes keys that were retired until `retired_before_ms` and that no record names. Their ids.
Result<std::vector<std::string>> remove_unused(Database& db, std::int64_t retired_before_ms);

}  // namespace patchbay::store::key_rotation
