#include "web/language.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "net/cookies.h"
#include "net/headers.h"
#include "web/assets.h"

namespace patchbay::web {
namespace {

const std::array<Language, 2>& languages() {
  static const std::array<Language, 2> all{Language("en"), Language("de")};
  return all;
}

std::tm utc(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string two(int number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

// The weight of one Accept-Language entry in thousandths; "de;q=0.8" is 800.
int weight(std::string_view parameters) {
  const auto at = parameters.find("q=");
  if (at == std::string_view::npos) return 1000;
  std::string_view digits = parameters.substr(at + 2);
  int whole = 0;
  if (!digits.empty() && digits[0] == '1') whole = 1000;
  int value = 0;
  int scale = 100;
  for (std::size_t i = 2; i < digits.size() && scale > 0 && digits[i] >= '0' && digits[i] <= '9';
       ++i, scale /= 10) {
    value += (digits[i] - '0') * scale;
  }
  return std::min(1000, whole + value);
}

}  // namespace

const manifest::Texts& own_texts() {
  static const manifest::Texts all = [] {
    manifest::Texts made;
    for (const Text& text : texts()) made.set(text.language, text.id, std::string(text.text));
    return made;
  }();
  return all;
}

std::string Language::text(std::string_view id, const manifest::TextArguments& arguments) const {
  return own_texts().plain(tag_, id, arguments);
}

SafeHtml Language::rich(std::string_view id, const manifest::TextArguments& arguments) const {
  std::string_view found = own_texts().find(tag_, id);
  return rich_html(manifest::parse_rich_text(found.empty() ? id : found, arguments));
}

std::string Language::count(std::string_view id, std::int64_t number) const {
  return text(std::string(id) + (number == 1 ? ".one" : ".other"),
              {{"count", std::to_string(number)}});
}

std::string Language::date_time(std::int64_t unix_ms) const {
  if (unix_ms <= 0) return {};
  const std::tm parts = utc(unix_ms);
  const std::string year = std::to_string(parts.tm_year + 1900);
  const std::string month = two(parts.tm_mon + 1);
  return text("time.date_time", {{"day", std::to_string(parts.tm_mday)},
                                 {"day2", two(parts.tm_mday)},
                                 {"month", month},
                                 {"month_name", text("time.month_" + month)},
                                 {"year", year},
                                 {"time", two(parts.tm_hour) + ":" + two(parts.tm_min)}});
}

std::string Language::duration(std::int64_t milliseconds) const {
  const std::int64_t minutes = (milliseconds + 30'000) / 60'000;
  if (minutes < 1) return text("time.under_a_minute");
  if (minutes < 120) return count("time.minutes", minutes);
  const std::int64_t hours = (minutes + 30) / 60;
  if (hours < 48) return count("time.hours", hours);
  return count("time.days", (hours + 12) / 24);
}

std::string Language::relative(std::int64_t unix_ms, std::int64_t now_ms) const {
  const std::int64_t distance = unix_ms - now_ms;
  if (distance > -60'000 && distance <= 0) return text("time.just_now");
  const auto spoken = [this](std::string_view direction, std::int64_t length) {
    // German declines after "in" and "vor", so these durations have texts of their own.
    const std::int64_t minutes = std::max<std::int64_t>(1, (length + 30'000) / 60'000);
    const std::string base = "time." + std::string(direction) + "_";
    if (minutes < 120) return count(base + "minutes", minutes);
    const std::int64_t hours = (minutes + 30) / 60;
    if (hours < 48) return count(base + "hours", hours);
    return count(base + "days", (hours + 12) / 24);
  };
  return distance > 0 ? spoken("in", distance) : spoken("ago", -distance);
}

const Language& language(std::string_view tag) {
  const auto& all = languages();
  const auto found = std::ranges::find(all, tag, &Language::tag);
  return found == all.end() ? all.front() : *found;
}

bool is_language(std::string_view tag) {
  return std::ranges::find(languages(), tag, &Language::tag) != languages().end();
}

const Language& accepted_language(std::string_view accept_language) {
  const Language* best = &languages().front();
  int best_weight = 0;
  while (!accept_language.empty()) {
    const std::string_view entry = accept_language.substr(0, accept_language.find(','));
    accept_language.remove_prefix(std::min(accept_language.size(), entry.size() + 1));
    const std::size_t semicolon = std::min(entry.find(';'), entry.size());
    std::string tag(net::trim(entry.substr(0, semicolon)));
    tag.resize(std::min(tag.find('-'), tag.size()));
    for (char& c : tag) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    const int entry_weight = weight(entry.substr(semicolon));
    if (is_language(tag) && entry_weight > best_weight) {
      best = &language(tag);
      best_weight = entry_weight;
    }
  }
  return *best;
}

const Language& language_of(const net::Request& request) {
  const auto chosen = net::cookie_value(request.headers, "__Host-" + std::string(kLanguageCookie));
  if (chosen && is_language(*chosen)) return language(*chosen);
  return accepted_language(request.header("Accept-Language"));
}

std::string iso_time(std::int64_t unix_ms) {
  const std::tm parts = utc(unix_ms);
  return std::to_string(parts.tm_year + 1900) + "-" + two(parts.tm_mon + 1) + "-" +
         two(parts.tm_mday) + "T" + two(parts.tm_hour) + ":" + two(parts.tm_min) + ":" +
         two(parts.tm_sec) + "Z";
}

}  // namespace patchbay::web
