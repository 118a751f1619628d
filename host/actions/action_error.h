#pragma once
// The one shape in which an action fails: what happened and what to do (Error::message), a stable
// reason, everything wrong with the input, and, when the provider refused, its own answer and the
// permissions that are likely missing.
#include <optional>
#include <string>
#include <vector>

#include "actions/provider_answer.h"
#include "base/result.h"
#include "manifest/manifest.h"
#include "manifest/problem.h"

namespace patchbay::actions {

// Stable words for `reason`, part of the HTTP API. Where none of them fits, the reason is
// to_string(code).
namespace reason {
inline constexpr std::string_view kActionUnknown = "action_unknown";
inline constexpr std::string_view kActionNotAllowed = "action_not_allowed";
inline constexpr std::string_view kAccountSuspended = "account_suspended";
inline constexpr std::string_view kIntegrationDisabled = "integration_disabled";
inline constexpr std::string_view kAccessChanged = "access_changed";  // nothing was sent
inline constexpr std::string_view kConnectorMissing = "connector_missing";
inline constexpr std::string_view kConnectorAwaitingApproval = "connector_awaiting_approval";
// The provider fails most of the time; nothing was sent.
inline constexpr std::string_view kProviderCircuitOpen = "provider_circuit_open";
// Optional fields of the connect form that were left empty; nothing was sent.
inline constexpr std::string_view kFieldsMissing = "fields_missing";
// There is no memory for another file at the moment; nothing was sent, or the answer was not taken.
inline constexpr std::string_view kFilesUnderWay = "files_under_way";
// As many bodies as may be are passed on in parts; nothing was sent, or the answer was not taken.
inline constexpr std::string_view kStreamsUnderWay = "streams_under_way";
inline constexpr std::string_view kInvalidInput = "invalid_input";
inline constexpr std::string_view kNotSupported = "not_supported";
inline constexpr std::string_view kProviderRejected = "provider_rejected";          // 4xx
inline constexpr std::string_view kProviderNotFound = "provider_not_found";         // 404, 410
inline constexpr std::string_view kProviderConflict = "provider_conflict";          // 409, 412
inline constexpr std::string_view kProviderUnauthorized = "provider_unauthorized";  // 401, 403
}  // namespace reason

struct ActionError : Error {
  ActionError() : ActionError(Error()) {}
  ActionError(Error error);  // NOLINT(google-explicit-constructor)
  ActionError(ErrorCode error_code, std::string_view stable_reason, std::string text);

  std::string reason;
  manifest::Problems problems;             // of the input
  std::optional<ProviderAnswer> provider;  // set: the provider was asked and refused
  std::vector<std::string> missing;        // permissions, "employees:read"
  bool missing_is_certain = false;         // the account is known not to have them
  bool may_be_done = false;                // it failed behind a request that changed something
};

// The provider's refusal: a status that is not 2xx, or 2xx with the manifest's "failed".
// `denied` are the permissions that the account is known not to have.
ActionError provider_refusal(const manifest::Manifest& manifest, const manifest::Action& action,
                             ProviderAnswer answer, const std::vector<std::string>& denied,
                             std::int64_t now_ms);

// There is no memory for another file (memory_budget.h).
ActionError files_under_way();

// There is no place for another body that is passed on in parts (raw_caller.h).
ActionError streams_under_way();

// The input broke its schema.
ActionError invalid_input(manifest::Problems problems);

}  // namespace patchbay::actions
