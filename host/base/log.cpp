#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>

#include "base/json.h"
#include "base/log_setup.h"

namespace patchbay::log {
namespace {

constexpr std::size_t kMaxValue = 512;
constexpr std::size_t kMaxLevels = 1'024;

constexpr std::array<std::string_view, 27> kAreas = {
    "account", "action",     "api",         "audit",    "config",   "connector", "flow",
    "http",    "hub",        "inbound",     "instance", "keys",     "link",      "metrics",
    "net",     "pacing",     "permissions", "proxy",    "recovery", "refresh",   "request_log",
    "restore", "revocation", "store",       "tls",      "web",      "webhook"};

constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warning", "error", "none"};

constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";
constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";

using Levels = std::array<Level, kAreas.size()>;

// Single numbers, each right by itself: a line that is written while the levels change goes by the
// old or the new one.
struct Settings {
  Settings() {
    for (auto& level : by_area) level = Level::kInfo;
  }
  std::array<std::atomic<Level>, kAreas.size()> by_area;
  std::atomic<Level> lowest = Level::kInfo;
  std::atomic<Format> format = Format::kJson;
  std::array<std::atomic<std::uint64_t>, kLevels.size()> written{};
};

Settings& settings() {
  static Settings instance;
  return instance;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_logger_mt("patchbay");
    made->set_pattern(kJsonPattern, spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::trace);  // write() decides
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kNone:
      return spdlog::level::off;
  }
  return spdlog::level::err;
}

void apply(const Levels& levels) {
  for (std::size_t i = 0; i < levels.size(); ++i) settings().by_area[i] = levels[i];
  settings().lowest = std::ranges::min(levels);
}

std::optional<Level> level_of(std::string_view word) {
  const auto found = std::ranges::find(kLevels, word);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<Level>(found - kLevels.begin());
}

template <class Words>
std::string joined(const Words& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

Error unknown(std::string_view part, const std::string& known) {
  return make_error(ErrorCode::kInvalidArgument, "\"" + std::string(part.substr(0, 64)) +
                                                     "\" is not known here. There are: " + known);
}

std::string json_line(std::string_view area, std::string_view event,
                      std::initializer_list<Field> fields) {
  json::Writer line;
  line.begin_object().member("area", area).member("event", event);
  for (const auto& field : fields) {
    line.key(field.name);
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      line.string(text->substr(0, kMaxValue));
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      line.integer(*number);
    } else {
      line.boolean(std::get<bool>(field.value));
    }
  }
  const std::string text = line.end_object().take();
  return text.substr(1, text.size() - 2);  // the pattern writes the outer braces
}

// Values as JSON writes them, so that a line stays one line and its parts can be told apart.
std::string text_line(std::string_view area, std::string_view event,
                      std::initializer_list<Field> fields) {
  std::string out(area);
  out.append(" ").append(event);
  for (const auto& field : fields) {
    out.append(" ").append(field.name).append("=");
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      json::Writer value;
      value.string(text->substr(0, kMaxValue));
      out += value.take();
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      out += std::to_string(*number);
    } else {
      out += std::get<bool>(field.value) ? "true" : "false";
    }
  }
  return out;
}

}  // namespace

void set_level(Level least) {
  Levels levels;
  levels.fill(least);
  apply(levels);
}

void set_format(Format format) {
  settings().format = format;
  logger().set_pattern(format == Format::kText ? kTextPattern : kJsonPattern,
                       spdlog::pattern_time_type::utc);
}

// Of an area that is in no list, what matters.
bool is_wanted(Level level, std::string_view area) {
  const Settings& now = settings();
  if (level < now.lowest.load(std::memory_order_relaxed)) return false;
  const auto found = std::ranges::find(kAreas, area);
  if (found == kAreas.end()) return level >= Level::kWarning;
  return level >= now.by_area[static_cast<std::size_t>(found - kAreas.begin())];
}

std::span<const std::string_view> areas() {
  return kAreas;
}

std::string_view to_string(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}

std::uint64_t lines_written(Level level) {
  return settings().written[static_cast<std::size_t>(level)].load(std::memory_order_relaxed);
}

Result<> set_levels(std::string_view levels) {
  if (levels.size() > kMaxLevels)
    return make_error(ErrorCode::kInvalidArgument, "log levels may be 1024 bytes long");
  Level usual = Level::kInfo;
  std::array<std::optional<Level>, kAreas.size()> own;
  for (bool more = !levels.empty(); more;) {
    const auto comma = levels.find(',');
    more = comma != std::string_view::npos;
    const auto part = levels.substr(0, comma);
    levels.remove_prefix(more ? comma + 1 : levels.size());
    const auto equals = part.find('=');
    const bool is_named = equals != std::string_view::npos;
    const auto level = level_of(is_named ? part.substr(equals + 1) : part);
    if (!level) return unknown(is_named ? part.substr(equals + 1) : part, joined(kLevels));
    if (!is_named) {
      usual = *level;
      continue;
    }
    const auto area = std::ranges::find(kAreas, part.substr(0, equals));
    if (area == kAreas.end()) return unknown(part.substr(0, equals), joined(kAreas));
    own[static_cast<std::size_t>(area - kAreas.begin())] = level;
  }
  Levels wanted;
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = own[i].value_or(usual);
  apply(wanted);
  return {};
}

void write(Level level, std::string_view area, std::string_view event,
           std::initializer_list<Field> fields) {
  if (!is_wanted(level, area)) return;
  settings().written[static_cast<std::size_t>(level)].fetch_add(1, std::memory_order_relaxed);
  const bool is_json = settings().format.load(std::memory_order_relaxed) == Format::kJson;
  logger().log(to_spdlog(level), "{}",
               is_json ? json_line(area, event, fields) : text_line(area, event, fields));
}

}  // namespace patchbay::log
