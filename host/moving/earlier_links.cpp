#include "moving/earlier_links.h"

#include "moving/origin.h"
#include "store/connect_sessions_table.h"
#include "store/open_links.h"

namespace patchbay::moving {

std::string EarlierLinks::key(std::string_view connector_id, std::string_view owner_id,
                              std::string_view source_id) {
  std::string made(connector_id);
  made.append("\n").append(owner_id).append("\n").append(source_id);
  return made;
}

net::Task<Result<>> EarlierLinks::find() {
  const auto now = services_.clock.unix_ms();
  for (std::int64_t after = 0;;) {
    PATCHBAY_CO_TRY_ASSIGN(const auto links,
                           co_await services_.store.read([&](store::Database& db) {
                             return store::open_links::list(db, project_id_, now, after);
                           }));
    if (links.empty()) co_return Result<>();
    after = links.back().number;
    for (const auto& link : links) {
      const auto origin = origin_in(link.metadata);
      if (origin.source == source_)
        ids_.emplace(key(link.connector_id, link.owner_id, origin.id), link.id);
    }
  }
}

net::Task<Result<int>> EarlierLinks::withdraw(const std::string& key) {
  int ended = 0;
  for (auto link = ids_.find(key); link != ids_.end(); link = ids_.find(key)) {
    const auto done = co_await services_.store.transact([id = link->second](store::Database& db) {
      return store::connect_sessions_table::cancel(db, id);
    });
    if (done) ++ended;
    // Used or gone by now: just as well.
    else if (done.error().code != ErrorCode::kConflict && done.error().code != ErrorCode::kNotFound)
      co_return done.error();
    ids_.erase(link);
  }
  co_return ended;
}

}  // namespace patchbay::moving
