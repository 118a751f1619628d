#pragma once
// Structured log lines (JSON on stderr) through spdlog. A line is an event name and fields; there
// is no free-form formatting, so a secret can't slip in: SecretString has no conversion to a field
// value, and values are clipped to 512 bytes. Any thread.
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace patchbay::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError, kNone };

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, std::int64_t v) : name(n), value(v) {}
  Field(std::string_view n, int v) : name(n), value(std::int64_t{v}) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
};

void set_level(Level least);  // kNone: no lines at all

void write(Level level, std::string_view area, std::string_view event,
           std::initializer_list<Field> fields = {});

inline void debug(std::string_view area, std::string_view event,
                  std::initializer_list<Field> fields = {}) {
  write(Level::kDebug, area, event, fields);
}
inline void info(std::string_view area, std::string_view event,
                 std::initializer_list<Field> fields = {}) {
  write(Level::kInfo, area, event, fields);
}
inline void warning(std::string_view area, std::string_view event,
                    std::initializer_list<Field> fields = {}) {
  write(Level::kWarning, area, event, fields);
}
inline void error(std::string_view area, std::string_view event,
                  std::initializer_list<Field> fields = {}) {
  write(Level::kError, area, event, fields);
}

}  // namespace patchbay::log
