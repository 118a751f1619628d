#pragma once
// People as the settings show them: sessions, links, roles to choose from.
#include <cstdint>
#include <string>
#include <vector>

#include "web/language.h"
#include "web/operator_access.h"
#include "web/view.h"

namespace patchbay::web {

View session_view(const OperatorAccess::Present::SignedIn& session, std::int64_t now_ms,
                  const Language& language);
View open_link_view(const OperatorAccess::Present::OpenLink& link, std::int64_t now_ms,
                    const Language& language);
// Options of a select box, the least role first.
std::vector<View> role_choices(store::Role selected, const Language& language);

// The name, or the words for somebody without one.
std::string name_of(const Person& person, const Language& language);

}  // namespace patchbay::web
