#pragma once
// The end of what happened to accounts (events_table.h): events whose time is over, some at a time.
#include <cstdint>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store::account_events {

struct Pruned {
  std::int64_t removed = 0;
  std::int64_t next = 0;  // `after_seq` for the next ones; 0: those that follow are younger
};

// Removes what was created before then among the `most` events after `after_seq`, with what came
// of telling webhooks of it. Stay: those that a webhook still waits for; kProviderEventKind, whose
// time is another; and that an account was unlinked, which a restored backup must learn
// (restore_marks.h), but nothing more of it than its id.
Result<Pruned> prune(Database& db, std::int64_t created_before_ms, std::int64_t after_seq,
                     std::int64_t most);

}  // namespace patchbay::store::account_events
