#pragma once
// Times on the wire: ISO 8601, UTC, milliseconds, always with Z ("2026-01-31T08:00:00.000Z").
#include <cstdint>
#include <string>

namespace patchbay {

std::string iso_time(std::int64_t unix_ms);

}  // namespace patchbay
