#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::sandbox {

/// The time a sandbox lives in: the machine's, moved by an offset, or standing still.
/// Token lifetimes and rate limits follow it; delays on the wire do not. Safe from any thread.
class Clock {
 public:
  std::int64_t now_ms() const;  ///< milliseconds since 1970, UTC
  void advance(std::chrono::milliseconds by);
  void set(std::int64_t unix_ms);
  void freeze();  ///< stands still until thaw(); advance() and set() still work
  void thaw();    ///< runs on from where it stands
  void reset();   ///< the machine's time again
  bool frozen() const;

 private:
  mutable std::mutex mutex_;
  std::int64_t offset_ms_{0};
  std::optional<std::int64_t> frozen_at_ms_;
};

/// `2023-03-01T14:07:17Z`
std::string iso_utc(std::int64_t unix_ms);
/// `2023-03-01`, of days since 1970
std::string iso_date(std::int64_t days);
/// `2023-03-01T14:07:17Z`, with or without fraction, zone `Z` or `±hh:mm`. Nothing when it is not
/// that.
std::optional<std::int64_t> parse_iso_utc(std::string_view text);
/// `2023-03-01` to days since 1970.
std::optional<std::int64_t> parse_iso_date(std::string_view text);
std::int64_t days_from_civil(int year, unsigned month, unsigned day);

}  // namespace patchbay::sandbox
