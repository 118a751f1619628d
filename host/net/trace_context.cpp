#include "net/trace_context.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/encoding.h"
#include "base/random.h"

namespace patchbay::net {
namespace {

// 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kTraceSize = 32;
constexpr std::size_t kParentAt = kTraceAt + kTraceSize + 1;
constexpr std::size_t kParentSize = 16;
constexpr std::size_t kFlagsAt = kParentAt + kParentSize + 1;
constexpr std::size_t kSize = kFlagsAt + 2;

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_all_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

// Not all zero, which would mean none.
std::string new_id(std::size_t digits) {
  OsRandom random;
  std::array<std::uint8_t, kTraceSize / 2> bytes{};
  std::string id;
  do {
    random.fill(bytes);
    id = hex_encode(as_text(bytes)).substr(0, digits);
  } while (is_all_zero(id));
  return id;
}

std::string written(std::string_view trace_id, bool sampled) {
  std::string out = "00-";
  out.append(trace_id).append("-").append(new_id(kParentSize)).append(sampled ? "-01" : "-00");
  return out;
}

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view text) {
  if (text.size() < kSize) return std::nullopt;
  const auto version = text.substr(0, 2);
  if (!is_lower_hex(version) || version == "ff") return std::nullopt;
  if (version == "00" ? text.size() != kSize : text.size() > kSize && text[kSize] != '-')
    return std::nullopt;
  if (text[kTraceAt - 1] != '-' || text[kParentAt - 1] != '-' || text[kFlagsAt - 1] != '-')
    return std::nullopt;
  TraceParent out{text.substr(kTraceAt, kTraceSize), text.substr(kParentAt, kParentSize)};
  const auto flags = text.substr(kFlagsAt, 2);
  if (!is_lower_hex(out.trace_id) || !is_lower_hex(out.parent_id) || !is_lower_hex(flags) ||
      is_all_zero(out.trace_id) || is_all_zero(out.parent_id))
    return std::nullopt;
  const char last = flags[1];
  out.sampled = ((last <= '9' ? last - '0' : last - 'a' + 10) & 1) != 0;
  return out;
}

std::string_view trace_id_of(const Headers& headers) {
  const auto parsed = parse_traceparent(headers.get(kTraceParent).value_or(""));
  return parsed ? parsed->trace_id : std::string_view();
}

void tidy_traceparent(Headers& headers) {
  const auto sent = headers.get(kTraceParent);
  if (!sent || (headers.count(kTraceParent) == 1 && parse_traceparent(*sent))) return;
  headers.set(kTraceParent, written(new_id(kTraceSize), false));
}

std::string child_traceparent(std::string_view parent) {
  const auto parsed = parse_traceparent(parent);
  return parsed ? written(parsed->trace_id, parsed->sampled) : std::string();
}

}  // namespace patchbay::net
