#pragma once
// What an operator looks at before letting a connector in, and what a running one's health is.
#include <cstdint>
#include <string>
#include <vector>

#include "connector/registry.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

// One view per kind of demand that occurs, in the order hosts, secrets, permissions, reads, writes,
// destructive ones: title, help, count and items (label, what, how). Labels are the manifest's.
std::vector<View> demand_groups(const connector::Demands& demands,
                                const manifest::Manifest& manifest, const Language& language);

// The whole review page; the connector has a manifest, a source and a review.
View review_page(const connector::Connector& connector, std::int64_t now_ms,
                 const Language& language);

// For connectors that run: whether it needs somebody's attention, and facts for the curious.
View health_view(const connector::Connector& connector, const Language& language);

// Whether there is something to look at: what it asks for, and where its signature stands.
bool can_be_reviewed(const connector::Connector& connector);
std::string review_url(const connector::Connector& connector);

}  // namespace patchbay::web
