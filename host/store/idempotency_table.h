#pragma once
// What became of requests that carry an idempotency key. A row's id stands for project and key; its
// sealed record holds which request it was and, once that is known, the answer.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

enum class IdempotencyState : std::uint8_t { kUnderWay = 0, kAnswered = 1 };

struct IdempotencyRecord {
  std::string id;
  std::string project_id;
  IdempotencyState state = IdempotencyState::kUnderWay;
  std::int64_t created = 0;  // unix ms
  std::string sealed;
};

inline constexpr std::string_view kIdempotencyTable = "idempotency_records";

namespace idempotency_table {

// Inserts `record` unless there is one with its id that was created at or after `valid_since_ms`.
// The one that was there, or nothing: the record stands now.
Result<std::optional<IdempotencyRecord>> claim(Database& db, const IdempotencyRecord& record,
                                               std::int64_t valid_since_ms);
// State and sealed record of the one that was claimed. kNotFound: it is gone meanwhile.
Result<void> settle(Database& db, const IdempotencyRecord& record);
Result<void> remove(Database& db, std::string_view id);
// How many were created before then.
Result<std::int64_t> prune(Database& db, std::int64_t created_before_ms);

}  // namespace idempotency_table
}  // namespace patchbay::store
