#pragma once
// Audit events in words, and what a verification found.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_query.h"
#include "audit/audit_reader.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

View audit_event_view(const audit::FoundEvent& found, std::int64_t now_ms,
                      const Language& language);

// Options of a select box: groups of kinds ("account."), and `selected` itself when it is one kind.
std::vector<View> kind_choices(std::string_view selected, const Language& language);

// Adds when the log was verified, and what is wrong with which file.
void put_verification(View& view, const audit::AuditReader::Verification& verification,
                      std::int64_t now_ms, const Language& language);
// What reload.js compares.
std::string verification_state(const audit::AuditReader::Verification& verification);

}  // namespace patchbay::web
