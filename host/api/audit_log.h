#pragma once
// Who read which secret, when. An event is written before the answer leaves: an answer that could
// not be recorded is not given.
#include <string>

#include "base/result.h"

namespace patchbay::api {

struct AuditEvent {
  std::string kind;  // "access_token.read"
  std::string project_id;
  std::string account_id;
  std::string subject;  // the token's name
  std::string key_id;   // the API key that asked
  std::string request_id;
  std::string peer;  // network address
};

class AuditLog {
 public:
  virtual ~AuditLog() = default;
  // When it returns without error, the event is with the kernel. Any loop; never waits long.
  virtual Result<> append(const AuditEvent& event) = 0;
};

}  // namespace patchbay::api
