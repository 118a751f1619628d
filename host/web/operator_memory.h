#pragma once
// What is remembered for an operator's session between two requests: whom they linked last, and a
// message to show once. In memory, bounded, gone with the process. Any thread.
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::web {

struct Owner {
  std::string id;
  std::string name;
};

struct Flash {
  bool good = true;
  std::string text;    // in the operator's language
  std::string detail;  // may be empty
};

class OperatorMemory {
 public:
  static constexpr std::size_t kMaxSessions = 1'000;

  void remember_owner(std::string_view session_id, Owner owner);
  [[nodiscard]] Owner last_owner(std::string_view session_id) const;

  void flash(std::string_view session_id, Flash message);
  std::optional<Flash> take_flash(std::string_view session_id);

  void forget(std::string_view session_id);

 private:
  struct Kept {
    Owner owner;
    std::optional<Flash> flash;
  };
  Kept& kept(std::string_view session_id);  // mutex_ is held

  mutable std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> sessions_;
  std::deque<std::string> order_;  // oldest first
};

}  // namespace patchbay::web
