#pragma once
// An account's health over the last weeks as a band: when it was active, suspended, or needed
// attention. By its events, which are all that is kept of it; a refresh that worked leaves none, so
// the last one is known by the tokens alone. Pure functions.
#include <cstdint>
#include <optional>
#include <vector>

#include "accounts/account_service.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

// From `begin` to the next one, or to now.
struct HealthSpan {
  std::int64_t begin = 0;                      // unix ms
  std::optional<store::AccountStatus> status;  // nullopt: not known any more
};

// Oldest first, at least one; the last is the account's present status. `history`: newest first.
// Begins when the account was linked, 30 days ago at most.
std::vector<HealthSpan> health_spans(const store::Account& account,
                                     const std::vector<store::Event>& history, std::int64_t now_ms);

View health_picture(const accounts::AccountDetail& detail, std::int64_t now_ms,
                    const Language& language);

}  // namespace patchbay::web
