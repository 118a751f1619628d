#include "manifest/text_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "manifest/rich_text.h"

namespace patchbay::manifest {
namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alphanumeric(char c) {
  return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// Calls `part` with each piece between separators; false as soon as it says so.
template <class Predicate>
bool all_parts(std::string_view text, char separator, Predicate part) {
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (!part(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_number_without_leading_zero(std::string_view text) {
  return !text.empty() && text.size() <= 9 && all(text, is_digit) &&
         (text.size() == 1 || text.front() != '0');
}

// The text is valid UTF-8: the JSON parser saw to it.
template <class Visit>
void for_each_code_point(std::string_view utf8, Visit visit) {
  for (std::size_t i = 0; i < utf8.size();) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = byte < 0x80 ? 1U : byte < 0xe0 ? 2U : byte < 0xf0 ? 3U : 4U;
    std::uint32_t point = length == 1 ? byte : byte & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < utf8.size(); ++k)
      point = (point << 6U) | (static_cast<unsigned char>(utf8[i + k]) & 0x3fU);
    visit(point);
    i += length;
  }
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
constexpr std::array<Range, 13> kUnsafe{{
    {0x00, 0x1f},        // C0 controls
    {0x7f, 0x9f},        // DEL, C1 controls
    {0xad, 0xad},        // soft hyphen
    {0x061c, 0x061c},    // Arabic letter mark
    {0x180e, 0x180e},    // Mongolian vowel separator
    {0x200b, 0x200b},    // zero-width space
    {0x200e, 0x200f},    // left-to-right and right-to-left marks
    {0x2028, 0x202e},    // separators, bidirectional embeddings and overrides
    {0x2060, 0x206f},    // invisible operators, bidirectional isolates
    {0xfe00, 0xfe0f},    // variation selectors
    {0xfeff, 0xfeff},    // byte order mark
    {0xfff9, 0xfffb},    // annotation marks
    {0xe0000, 0x10ffff}  // tags, more variation selectors, private planes
}};

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_lower(text.front()) &&
         all(text, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

bool is_text_id(std::string_view text) {
  return text.size() <= 128 && all_parts(text, '.', is_id);
}

bool is_language_tag(std::string_view text) {
  bool first = true;
  return text.size() <= 35 && all_parts(text, '-', [&first](std::string_view part) {
           const bool is_first = std::exchange(first, false);
           if (is_first) return part.size() >= 2 && part.size() <= 3 && all(part, is_lower);
           return part.size() >= 2 && part.size() <= 8 && all(part, is_alphanumeric);
         });
}

bool is_version(std::string_view text) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  int numbers = 0;
  const bool core = all_parts(text.substr(0, dash), '.', [&numbers](std::string_view part) {
    ++numbers;
    return is_number_without_leading_zero(part);
  });
  if (!core || numbers != 3 || text.size() > 64) return false;
  return dash == text.size() || all_parts(text.substr(dash + 1), '.', [](std::string_view part) {
           return !part.empty() && all(part, [](char c) { return is_alphanumeric(c) || c == '-'; });
         });
}

bool is_header_name(std::string_view text) {
  constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 128 && all(text, [kOther](char c) {
    return is_alphanumeric(c) || kOther.find(c) != std::string_view::npos;
  });
}

std::string lower_case(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

bool is_reserved_header(std::string_view name) {
  static constexpr std::array<std::string_view, 17> kReserved{"accept-encoding",
                                                              "authorization",
                                                              "connection",
                                                              "content-encoding",
                                                              "content-length",
                                                              "content-type",
                                                              "cookie",
                                                              "expect",
                                                              "host",
                                                              "keep-alive",
                                                              "proxy-connection",
                                                              "set-cookie",
                                                              "te",
                                                              "trailer",
                                                              "transfer-encoding",
                                                              "upgrade",
                                                              "user-agent"};
  const std::string lower = lower_case(name);
  return lower.starts_with("proxy-") || lower.starts_with("sec-") ||
         std::find(kReserved.begin(), kReserved.end(), lower) != kReserved.end();
}

bool has_unsafe_character(std::string_view utf8) {
  bool unsafe = false;
  for_each_code_point(utf8, [&unsafe](std::uint32_t point) {
    unsafe = unsafe || std::any_of(kUnsafe.begin(), kUnsafe.end(), [point](const Range& range) {
               return point >= range.first && point <= range.last;
             });
  });
  return unsafe;
}

std::optional<std::string> markup_fault(std::string_view text) {
  if (text.find('<') != std::string_view::npos)
    return "it holds '<'; texts are no HTML, so write it in words.";
  for (const Span& span : parse_rich_text(text)) {
    if (span.kind == Span::Kind::kCode) continue;
    if (span.text.find("](") != std::string::npos)
      return "it holds a link that is not a plain https:// link on its own, outside bold text.";
    if (span.text.find("**") != std::string::npos || span.text.find('`') != std::string::npos)
      return "close every ** and every `, and put no markup inside other markup.";
  }
  return std::nullopt;
}

std::optional<std::set<std::string>> text_placeholders(std::string_view text) {
  std::set<std::string> names;
  while (true) {
    const std::size_t brace = text.find_first_of("{}");
    if (brace == std::string_view::npos) return names;
    const std::size_t close = text.find('}', brace);
    if (text[brace] == '}' || close == std::string_view::npos) return std::nullopt;
    const std::string_view name = text.substr(brace + 1, close - brace - 1);
    if (!is_id(name)) return std::nullopt;
    names.emplace(name);
    text.remove_prefix(close + 1);
  }
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMax = 80;
  std::string out = "\"";
  for (const char c : text.substr(0, kMax)) out += c >= ' ' && c < 0x7f && c != '"' ? c : '?';
  out += text.size() > kMax ? "...\"" : "\"";
  return out;
}

std::string pointer_token(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace patchbay::manifest
