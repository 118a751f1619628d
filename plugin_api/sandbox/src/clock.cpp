#include "patchbay/sandbox/clock.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace patchbay::sandbox {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::int64_t machine_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Exactly `digits` decimal digits at `at`; -1 when they are not there.
int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < at + digits) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool char_at(std::string_view text, std::size_t at, char expected) {
  return text.size() > at && text[at] == expected;
}

}  // namespace

std::int64_t Clock::now_ms() const {
  const std::lock_guard lock(mutex_);
  return frozen_at_ms_ ? *frozen_at_ms_ : machine_now_ms() + offset_ms_;
}

void Clock::advance(std::chrono::milliseconds by) {
  const std::lock_guard lock(mutex_);
  if (frozen_at_ms_) {
    *frozen_at_ms_ += by.count();
  } else {
    offset_ms_ += by.count();
  }
}

void Clock::set(std::int64_t unix_ms) {
  const std::lock_guard lock(mutex_);
  if (frozen_at_ms_) {
    frozen_at_ms_ = unix_ms;
  } else {
    offset_ms_ = unix_ms - machine_now_ms();
  }
}

void Clock::freeze() {
  const std::lock_guard lock(mutex_);
  if (!frozen_at_ms_) frozen_at_ms_ = machine_now_ms() + offset_ms_;
}

void Clock::thaw() {
  const std::lock_guard lock(mutex_);
  if (frozen_at_ms_) offset_ms_ = *frozen_at_ms_ - machine_now_ms();
  frozen_at_ms_.reset();
}

void Clock::reset() {
  const std::lock_guard lock(mutex_);
  offset_ms_ = 0;
  frozen_at_ms_.reset();
}

bool Clock::frozen() const {
  const std::lock_guard lock(mutex_);
  return frozen_at_ms_.has_value();
}

std::string iso_date(std::int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  std::array<char, 40> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string iso_utc(std::int64_t unix_ms) {
  std::int64_t days = unix_ms / kDayMs;
  std::int64_t rest = unix_ms % kDayMs;
  if (rest < 0) {
    rest += kDayMs;
    --days;
  }
  const int seconds = static_cast<int>(rest / 1000);
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "T%02d:%02d:%02dZ", seconds / 3600,
                                   seconds / 60 % 60, seconds % 60);
  return iso_date(days) + std::string(text.data(), static_cast<std::size_t>(length));
}

std::int64_t days_from_civil(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                               std::chrono::day{day}}
      .time_since_epoch()
      .count();
}

std::optional<std::int64_t> parse_iso_date(std::string_view text) {
  const int year = number_at(text, 0, 4);
  const int month = number_at(text, 5, 2);
  const int day = number_at(text, 8, 2);
  if (text.size() != 10 || year < 0 || month < 1 || day < 1 || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

std::optional<std::int64_t> parse_iso_utc(std::string_view text) {
  if (text.size() < 20 || !char_at(text, 10, 'T')) return std::nullopt;
  const auto days = parse_iso_date(text.substr(0, 10));
  const int hours = number_at(text, 11, 2);
  const int minutes = number_at(text, 14, 2);
  const int seconds = number_at(text, 17, 2);
  if (!days || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 ||
      seconds > 59 || !char_at(text, 13, ':') || !char_at(text, 16, ':')) {
    return std::nullopt;
  }
  std::size_t at = 19;
  std::int64_t fraction_ms = 0;
  if (char_at(text, at, '.')) {
    std::int64_t unit = 100;
    const std::size_t first = ++at;
    for (; number_at(text, at, 1) >= 0; ++at, unit /= 10) {
      fraction_ms += unit * number_at(text, at, 1);
    }
    if (at == first || at - first > 9) return std::nullopt;
  }
  std::int64_t zone_minutes = 0;
  if (char_at(text, at, 'Z')) {
    if (text.size() != at + 1) return std::nullopt;
  } else if (char_at(text, at, '+') || char_at(text, at, '-')) {
    const int zone_hours = number_at(text, at + 1, 2);
    const int zone_rest = number_at(text, at + 4, 2);
    if (text.size() != at + 6 || text[at + 3] != ':' || zone_hours < 0 || zone_hours > 14 ||
        zone_rest < 0 || zone_rest > 59) {
      return std::nullopt;
    }
    zone_minutes = (zone_hours * 60 + zone_rest) * (text[at] == '-' ? -1 : 1);
  } else {
    return std::nullopt;
  }
  return *days * kDayMs + ((hours * 60 + minutes - zone_minutes) * 60 + seconds) * 1000 +
         fraction_ms;
}

}  // namespace patchbay::sandbox
