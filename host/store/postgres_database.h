#pragma once
// PostgreSQL (13 or newer) behind Database: one connection, prepared statements, TLS as the address
// says (hosts that are not this machine: at least `require`). A connection that broke is made anew
// by the next begin(), at once and then ever more slowly; until it works every call fails with the
// same named error, without waiting.
//
// Isolation. Closures are written as if there were one writer (SQLite). Here several instances
// write at once:
//  - kWrite is REPEATABLE READ. Whoever changes a row that was changed since this transaction's
//    view was taken gets a serialization failure, so no update is lost and every check holds that
//    is made on a row which is then written (generations, `used = 0`, "signed out meanwhile"). All
//    is undone and Store runs it again. Transactions on different rows never wait for each other.
//  - READ COMMITTED would need no second run, but each closure that reads and then writes would
//    have to lock what it reads; forgetting it once loses a token, and no test on SQLite shows it.
//  - SERIALIZABLE would also cover decisions on rows that are not there. But its predicate locks
//    widen to whole tables within a batch of Store's, so that any two busy instances would abort
//    each other all the time.
//  - What is left is "if there is none, make one". Unique keys keep racers apart where there is
//    one; the rest takes kAlone.
//  - kAlone and kWrite are the two sides of a lock on the table patchbay_writers: many kWrite, or
//    one kAlone. It is taken before the view is, and held by the transaction, never by the session.
//    Waiting is in order, so Store's last resort after lost races gets its turn and wins.
//
// A commit whose answer never came: each write transaction also writes its number into the
// session's row of patchbay_writers, and whoever reads that row on a new connection waits for the
// old transaction's end and knows. Only when no connection can be made in time is the outcome
// unknown. (Transaction ids, which pg_xact_status takes, are given anew after a crash.)
//
// A process that is frozen inside a transaction loses it after idle_in_transaction_ms, its locks
// with it; it finds out when it goes on. Pools that give one connection to several clients in turn
// (PgBouncer's transaction mode) do not work: settings and statements belong to the session.
#include <cstddef>
#include <memory>

#include "base/result.h"
#include "store/database.h"
#include "store/store_location.h"

namespace patchbay::store {

struct PostgresOptions {
  StoreLocation location;  // is_postgres()
  int connect_s = 5;       // libpq takes at least 2
  int statement_ms = 15'000;
  int lock_ms = 5'000;
  int idle_in_transaction_ms = 10'000;
  int alone_ms = 600'000;  // statement and lock for kAlone: migrations take their time
  int settle_ms = 15'000;  // how long to ask what became of a commit
  std::size_t cached_statements = 128;
};

// Refuses a schema that holds another program's tables. kStorage, kConfiguration.
Result<std::unique_ptr<Database>> open_postgres(PostgresOptions options);

}  // namespace patchbay::store
