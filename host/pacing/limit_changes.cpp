#include "pacing/limit_changes.h"

namespace patchbay::pacing {

Limit limit_in_force(const manifest::Manifest& manifest, const manifest::RateLimit& limit,
                     const LimitChanges& changes) {
  const auto found = changes.empty() ? changes.end() : changes.find({manifest.id, limit.id});
  if (found == changes.end()) return Limit(limit);
  const LimitChange& change = found->second;
  manifest::RateLimit changed = limit;
  changed.counts = change.counts.value_or(limit.counts);
  changed.requests = change.requests.value_or(limit.requests);
  changed.per_s = change.per_s.value_or(limit.per_s);
  changed.burst = change.burst.value_or(limit.burst);
  changed.cool_down_s = change.cool_down_s.value_or(limit.cool_down_s);
  Limit made(changed);
  made.id = limit.id;  // which outlives `changed`
  return made;
}

}  // namespace patchbay::pacing
