#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.h"

namespace patchbay::log {
namespace {

constexpr std::size_t kMaxValue = 512;

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_logger_mt("patchbay");
    made->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                      spdlog::pattern_time_type::utc);
    made->flush_on(spdlog::level::info);
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

}  // namespace

void set_level(Level least) {
  logger().set_level(to_spdlog(least));
}

void write(Level level, std::string_view area, std::string_view event,
           std::initializer_list<Field> fields) {
  if (!logger().should_log(to_spdlog(level))) return;
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
  std::string text = line.end_object().take();
  // The pattern writes the outer braces.
  logger().log(to_spdlog(level), "{}", std::string_view(text).substr(1, text.size() - 2));
}

}  // namespace patchbay::log
