#pragma once
// Who did what, when: secrets read, connectors approved, system calls denied. An event is written
// before the answer leaves: an answer that could not be recorded is not given.
//
// What gives access (a token read, an action, a link, a sign-in, an approval, a key) is recorded
// first, and is not done when it can't be. What takes access away is done in any case, and recorded
// after it. Refreshes are not recorded: nobody is given anything by one. Unless the
// provider moves the account to another of its hosts with it.
#include <string>

#include "base/result.h"

namespace patchbay::audit {

struct AuditEvent {
  std::string kind;  // "access_token.read"
  std::string project_id{};
  std::string account_id{};
  std::string subject{};  // the token's name
  std::string key_id{};   // the API key that asked
  std::string request_id{};
  std::string peer{};  // network address
  std::string connector_id{};
  std::string actor{};  // who, when it was a person or a policy: "operator", "pinned hash"
};

// Who asked; empty: the hub itself.
struct Asker {
  std::string key_id{};
  std::string request_id{};
  std::string peer{};
  std::string actor{};
};

// The event, asked for by `who`.
AuditEvent asked_by(const Asker& who, AuditEvent event);

class AuditLog {
 public:
  virtual ~AuditLog() = default;
  // When it returns without error, the event is with the kernel. Any loop; never waits long.
  virtual Result<> append(const AuditEvent& event) = 0;
};

// For what has happened already and can't be held back: when it can't be recorded, the ordinary log
// says so. Null: nothing is recorded.
void append_or_complain(AuditLog* audit, const AuditEvent& event);

}  // namespace patchbay::audit
