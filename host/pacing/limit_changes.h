#pragma once
// Where an operator knows a provider's limits better than its manifest does: how it counts, or how
// much it allows this company. Values; read-only once they are in use.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "manifest/manifest.h"
#include "pacing/provider_limits.h"

namespace patchbay::pacing {

// What is left out stays as in the manifest.
struct LimitChange {
  std::optional<manifest::RateLimit::Counts> counts{};
  std::optional<std::uint32_t> requests{};
  std::optional<std::uint32_t> per_s{};
  std::optional<std::uint32_t> burst{};
  std::optional<std::uint32_t> cool_down_s{};
};

// By connector id and the limit's id.
using LimitChanges = std::map<std::pair<std::string, std::string>, LimitChange>;

Limit limit_in_force(const manifest::Manifest& manifest, const manifest::RateLimit& limit,
                     const LimitChanges& changes);

}  // namespace patchbay::pacing
