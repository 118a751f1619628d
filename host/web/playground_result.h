#pragma once
// What trying an action brought, for its page: data as a table where it is a list of records, and
// as JSON in any case; the request that would be sent; or what went wrong. Pure functions.
#include <string_view>

#include "api/errors.h"
#include "manifest/manifest.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

// Bounds of what a page shows; what is beyond them is said to be left out.
inline constexpr std::size_t kMostResultRows = 100;
inline constexpr std::size_t kMostResultColumns = 8;
inline constexpr std::size_t kMostResultBytes = std::size_t{200} << 10U;

// `data`: JSON, as an action's reply has it.
View result_view(std::string_view data, const Language& language);

// `planned`: JSON, as a dry run's reply has it (actions/dry_run.h).
View planned_view(const manifest::Manifest& manifest, std::string_view planned,
                  const Language& language);

// What stands at the form as a whole; what is wrong with single inputs stands at their fields.
View failure_view(const manifest::Manifest& manifest, const api::ApiError& error,
                  const Language& language);

}  // namespace patchbay::web
