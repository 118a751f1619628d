#pragma once
// Times on the wire: ISO 8601, UTC, milliseconds, always with Z ("2026-01-31T08:00:00.000Z").
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

std::string iso_time(std::int64_t unix_ms);
void append_iso_time(std::string& out, std::int64_t unix_ms);
// What others write: with or without a fraction, with Z or an offset ("+02:00"); a date alone is
// its beginning in UTC. Unix ms; nothing for everything else.
std::optional<std::int64_t> parse_iso_time(std::string_view text);

}  // namespace patchbay
