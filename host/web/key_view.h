#pragma once
// API keys as table rows and as a page. A key itself is never here: only its row.
#include <cstdint>
#include <string>
#include <vector>

#include "api/scopes.h"
#include "store/api_keys_table.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

View key_view(const store::ApiKey& key, std::int64_t now_ms, const Language& language);

// A list to tick (template check_list): what a key may do.
View scope_choices(const api::Scopes& chosen, const Language& language);
// How long the key before may stay valid; `selected_h` is one of kOverlapHours.
inline constexpr std::int64_t kOverlapHours[] = {0, 1, 24, 168, 720};
std::vector<View> overlap_choices(std::int64_t selected_h, const Language& language);

}  // namespace patchbay::web
