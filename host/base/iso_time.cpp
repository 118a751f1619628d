#include "base/iso_time.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace patchbay {
namespace {

// Takes digits, and what stands between them, from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }
  bool take(char expected) {
    if (text_.empty() || text_.front() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly `digits` of them, of a value from `least` to `most`.
  bool take(std::size_t digits, int least, int most, int& value) {
    const auto part = text_.substr(0, digits);
    const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (failed != std::errc{} || end != part.data() + digits || part.front() == '-') return false;
    text_.remove_prefix(digits);
    return value >= least && value <= most;
  }
  // The first three digits of a fraction, in thousandths; the others are dropped.
  bool take_fraction(int& thousandths) {
    int scale = 100;
    std::size_t digits = 0;
    for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
      thousandths += (text_[digits] - '0') * scale;
      scale /= 10;
    }
    text_.remove_prefix(digits);
    return digits > 0;
  }

 private:
  std::string_view text_;
};

struct TimeOfDay {
  int hour = 0, minute = 0, second = 0, thousandths = 0;
  int offset_minutes = 0;
};

bool read_offset(Reader& reader, TimeOfDay& time) {
  if (reader.take('Z')) return true;
  const bool west = reader.take('-');
  int hours = 0;
  int minutes = 0;
  if (!west && !reader.take('+')) return false;
  if (!reader.take(2, 0, 23, hours) || !reader.take(':') || !reader.take(2, 0, 59, minutes))
    return false;
  time.offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
  return true;
}

bool read_time(Reader& reader, TimeOfDay& time) {
  return reader.take(2, 0, 23, time.hour) && reader.take(':') &&
         reader.take(2, 0, 59, time.minute) && reader.take(':') &&
         reader.take(2, 0, 59, time.second) &&
         (!reader.take('.') || reader.take_fraction(time.thousandths)) && read_offset(reader, time);
}

}  // namespace

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  Reader reader(text);
  int year = 0;
  int month = 0;
  int day = 0;
  TimeOfDay time;
  const bool is_date = reader.take(4, 0, 9999, year) && reader.take('-') &&
                       reader.take(2, 1, 12, month) && reader.take('-') &&
                       reader.take(2, 1, 31, day);
  if (!is_date || (!reader.at_end() && !(reader.take('T') && read_time(reader, time))))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || !reader.at_end()) return std::nullopt;
  using namespace std::chrono;
  const auto when = sys_days(date) + hours(time.hour) + minutes(time.minute - time.offset_minutes) +
                    seconds(time.second) + milliseconds(time.thousandths);
  return duration_cast<milliseconds>(when.time_since_epoch()).count();
}

std::string iso_time(std::int64_t unix_ms) {
  std::string text;
  append_iso_time(text, unix_ms);
  return text;
}

void append_iso_time(std::string& out, std::int64_t unix_ms) {
  using std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> when{milliseconds(unix_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<milliseconds> time(when - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02ld:%02ld:%02lld.%03lldZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                static_cast<long long>(time.seconds().count()),
                static_cast<long long>(time.subseconds().count()));
  out.append(text);
}

}  // namespace patchbay
