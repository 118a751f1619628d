#pragma once
// What went wrong, as the component can show it: one text for the person who connects, in their
// language, and the provider's own answer to fold out. 401 and 403 are never used: the component
// takes them for success, or for an empty list.
#include "accounts/linker.h"
#include "api/errors.h"
#include "manifest/manifest.h"
#include "net/http_types.h"
#include "web/language.h"

namespace patchbay::embed {

net::Response failure_answer(const net::Request& request, const Error& error, std::int64_t now_ms);

// The session is no (longer) good.
net::Response session_answer(const net::Request& request, const Error& error, std::int64_t now_ms);

// A link that did not come about.
net::Response failure_answer(const net::Request& request, const actions::ActionError& error,
                             std::int64_t now_ms);
net::Response failure_answer(const net::Request& request, const manifest::Manifest& manifest,
                             const manifest::AuthMethod& method,
                             const accounts::LinkOutcome& outcome, std::int64_t now_ms);

}  // namespace patchbay::embed
