#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace patchbay::personio_sandbox {

/// Something in a client's request that Personio's documentation does not allow.
struct Violation {
  std::int64_t time_ms{0};
  std::string route;  ///< "POST /v2/compensations"
  std::string text;   ///< names what is wrong, never quotes a value: it may be a secret
};

/// What clients sent wrong, whether it was refused or not. The newest thousand are kept, all are
/// counted. Guarded by the service's mutex.
class Violations {
 public:
  /// From here on add() speaks of a request to this route.
  void begin_call(std::string route, std::int64_t now_ms);
  void add(std::string text);
  /// True when something was added since begin_call().
  bool in_call() const { return in_call_; }

  std::size_t total() const { return total_; }
  const std::deque<Violation>& last() const { return last_; }
  void clear();

 private:
  std::string route_;
  std::int64_t now_ms_{0};
  bool in_call_{false};
  std::size_t total_{0};
  std::deque<Violation> last_;
};

}  // namespace patchbay::personio_sandbox
