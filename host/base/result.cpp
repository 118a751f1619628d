#include "base/result.h"

namespace patchbay {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kUnauthenticated:
      return "unauthenticated";
    case ErrorCode::kForbidden:
      return "forbidden";
    case ErrorCode::kExpired:
      return "expired";
    case ErrorCode::kInvalidCredentials:
      return "invalid_credentials";
    case ErrorCode::kPermissionMissing:
      return "permission_missing";
    case ErrorCode::kRevoked:
      return "revoked_at_provider";
    case ErrorCode::kRateLimited:
      return "rate_limited";
    case ErrorCode::kUnavailable:
      return "provider_unavailable";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kProtocol:
      return "provider_protocol";
    case ErrorCode::kConfiguration:
      return "configuration";
    case ErrorCode::kConnector:
      return "connector_failed";
    case ErrorCode::kStorage:
      return "storage";
    case ErrorCode::kOutcomeUnknown:
      return "outcome_unknown";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kInternal:
      break;
  }
  return "internal";
}

}  // namespace patchbay
