#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/json.h"

namespace patchbay::sandbox {

enum class FaultKind {
  status,             ///< a fixed status with `body`
  delay,              ///< the real answer, late
  cut_before_answer,  ///< the connection is closed instead of an answer
  cut_in_answer,      ///< closed after the head and half of the body
  half_close,         ///< half of the answer, then only the sending side is closed
  trickle,            ///< the real answer byte by byte, `delay` between two bytes
  garbage,            ///< bytes that are not HTTP
  html,               ///< 200 with an HTML page
  big_body,           ///< `size` bytes of JSON
  invalid_json,       ///< 200, application/json, broken off
  empty_body,         ///< 200, application/json, nothing
};

std::string_view fault_name(FaultKind kind);
std::optional<FaultKind> fault_kind(std::string_view name);

/// One thing that shall go wrong.
struct Fault {
  FaultKind kind{FaultKind::status};
  std::string route{"*"};  ///< "POST /v2/auth/token", "unmatched", or "*" for every call
  std::int64_t times{1};   ///< how many calls it hits; 0 = until cleared
  std::int64_t after{0};   ///< calls that pass unharmed first
  std::chrono::milliseconds delay{0};
  int status{500};
  std::string body{};
  std::string content_type{"application/json"};
  std::int64_t size = std::int64_t{10} << 20;
  /// The provider does the work although its answer is replaced or lost: the outcome is then
  /// unknown to the caller. Kinds that carry the real answer always do the work.
  bool handled{false};
};

/// From a control request's JSON. On an unknown name or value: nothing, and `error` says what.
std::optional<Fault> fault_from_json(const json::object& object, std::string& error);
json::object fault_to_json(const Fault& fault);

/// The faults waiting to happen, oldest first. Safe from any thread.
class FaultBoard {
 public:
  void add(Fault fault);
  void clear();
  void clear(std::string_view route);
  /// The fault for a call on this route, counted down; nothing when the call goes well.
  std::optional<Fault> take(std::string_view route);
  std::vector<Fault> list() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Fault> faults_;
};

}  // namespace patchbay::sandbox
