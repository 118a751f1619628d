#include "connector/flow_error.h"

#include "connector/worker/library.h"
#include "patchbay/connector.h"

namespace patchbay::connector {

Error load_error(const LoadedMessage& loaded) {
  const auto failure = static_cast<LoadFailure>(loaded.failure);
  std::string message = "the connector could not be loaded (";
  message += to_string(failure);
  message += ")";
  if (!loaded.detail.empty()) message += ": " + loaded.detail;
  return make_error(ErrorCode::kConnector, message);
}

Error status_error(std::uint32_t status) {
  switch (status) {
    case PATCHBAY_E_INVALID:
      return make_error(ErrorCode::kConnector, "the connector refused the call as malformed");
    case PATCHBAY_E_UNSUPPORTED:
      return make_error(ErrorCode::kConnector,
                        "the connector does not know this operation or way of connecting");
    case PATCHBAY_E_NO_MEMORY:
      return make_error(ErrorCode::kConnector, "the connector ran out of memory");
    default:
      return make_error(ErrorCode::kConnector,
                        "the connector failed with a fault of its own; its log lines may say more");
  }
}

ErrorCode failure_code(std::uint32_t failure) {
  switch (failure) {
    case PATCHBAY_FAIL_CREDENTIALS:
      return ErrorCode::kInvalidCredentials;
    case PATCHBAY_FAIL_PERMISSION:
      return ErrorCode::kPermissionMissing;
    case PATCHBAY_FAIL_REVOKED:
      return ErrorCode::kRevoked;
    case PATCHBAY_FAIL_RATE_LIMIT:
      return ErrorCode::kRateLimited;
    case PATCHBAY_FAIL_TRANSIENT:
      return ErrorCode::kUnavailable;
    case PATCHBAY_FAIL_PROTOCOL:
      return ErrorCode::kProtocol;
    case PATCHBAY_FAIL_CONFIGURATION:
      return ErrorCode::kConfiguration;
    case PATCHBAY_FAIL_CANCELLED:
      return ErrorCode::kCancelled;
    default:
      return ErrorCode::kConnector;
  }
}

}  // namespace patchbay::connector
