#pragma once
// How the log (log.h) is written, and how much of it: set when the program starts and changeable
// while it runs. Any thread.
#include <cstdint>
#include <span>
#include <string_view>

#include "base/log.h"
#include "base/result.h"

namespace patchbay::log {

enum class Format : std::uint8_t {
  kJson,  // an object a line: time, level, area, event, and the event's own fields
  kText,  // the same for people: 2026-01-31T02:59:59.123Z warning pacing circuit_opened
          // provider="…"
};
void set_format(Format format);

// The areas that lines are written for.
std::span<const std::string_view> areas();

// Which lines are written: a level for all areas, and others for single ones, such as
// "info,net=debug,refresh=warning". Levels: debug, info, warning, error, none. Without one for all
// it is info. Takes effect as a whole, or not at all: kInvalidArgument names the part that nobody
// knows.
Result<> set_levels(std::string_view levels);

// Whether such a line would be written: for callers to whom it is dear to make.
bool is_wanted(Level level, std::string_view area);

std::string_view to_string(Level level);
// Since the process began.
std::uint64_t lines_written(Level level);

}  // namespace patchbay::log
