#include "pacing/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "pacing/provider_limits.h"

namespace patchbay::pacing {
namespace {

constexpr std::int64_t kLongest = 3'600'000;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form a sender may use (RFC 9110 §5.6.7).
std::optional<std::int64_t> http_date_ms(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT")
    return std::nullopt;
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = number(text.substr(5, 2));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const std::chrono::sys_days days(date);
  return ((days.time_since_epoch().count() * 24LL + *hour) * 60 + *minute) * 60'000 +
         *second * 1000LL;
}

}  // namespace

std::int64_t parse_retry_after(std::string_view value, std::int64_t now_ms) {
  if (value.empty()) return 0;
  if (const auto seconds = number(value)) return std::min(*seconds * std::int64_t{1000}, kLongest);
  const auto date = http_date_ms(value);
  return date ? std::clamp(*date - now_ms, std::int64_t{0}, kLongest) : 0;
}

std::int64_t default_retry_after(const manifest::Manifest& manifest,
                                 const manifest::Action& action) {
  std::int64_t wait = 0;
  for (const auto* limit : limits_for(manifest, action.method, action.path)) {
    const auto seconds = limit->cool_down_s != 0 ? limit->cool_down_s : limit->per_s;
    wait = std::max(wait, seconds * std::int64_t{1000});
  }
  return wait == 0 ? 1000 : std::min(wait, kLongest);
}

}  // namespace patchbay::pacing
