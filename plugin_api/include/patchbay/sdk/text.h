// Text as connectors need it: views across the C boundary, trimming what people paste, encodings
// for URLs, forms and headers. Any thread. Results live in the arena that is passed.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "patchbay/connector.h"
#include "patchbay/sdk/arena.h"

namespace patchbay::sdk {

inline std::string_view view(const patchbay_str& text) {
  return text.len == 0 ? std::string_view{}
                       : std::string_view{text.ptr, static_cast<std::size_t>(text.len)};
}
inline patchbay_str borrow(std::string_view text) {
  return {text.data(), text.size()};
}

struct NameValue {
  std::string_view name;
  std::string_view value;
};

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// What copying from web pages and documents leaves around a value: ASCII white space, and in UTF-8
// the no-break, zero-width and line-separating characters and the byte-order mark.
inline constexpr std::array<std::string_view, 15> kBlanks = {" ",
                                                             "\t",
                                                             "\r",
                                                             "\n",
                                                             "\v",
                                                             "\f",
                                                             "\xc2\xa0",
                                                             "\xe2\x80\x8b",
                                                             "\xe2\x80\x8c",
                                                             "\xe2\x80\x8d",
                                                             "\xe2\x80\xa8",
                                                             "\xe2\x80\xa9",
                                                             "\xe2\x80\xaf",
                                                             "\xe2\x81\xa0",
                                                             "\xef\xbb\xbf"};

inline std::string_view trim(std::string_view text) {
  for (bool again = true; again;) {
    again = false;
    for (std::string_view blank : kBlanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        again = true;
      }
      if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        again = true;
      }
    }
  }
  return text;
}

// At most `limit` bytes, never cutting a UTF-8 sequence.
inline std::string_view cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return text.substr(0, limit);
}

// Percent-encoding of everything but unreserved characters (RFC 3986, section 2.3); with a space as
// "%20" it serves application/x-www-form-urlencoded bodies and query strings alike.
inline std::string_view percent_encode(Arena& arena, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const std::span<char> room = arena.array<char>(text.size() * 3);
  std::size_t size = 0;
  for (char c : text) {
    if (is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      room[size++] = c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      room[size++] = '%';
      room[size++] = kHex[byte >> 4U];
      room[size++] = kHex[byte & 15U];
    }
  }
  return {room.data(), size};
}

// name=value&name=value
inline std::string_view form_encode(Arena& arena, std::span<const NameValue> parameters) {
  std::string_view form;
  for (const NameValue& parameter : parameters) {
    form = arena.text(form, form.empty() ? "" : "&", percent_encode(arena, parameter.name), "=",
                      percent_encode(arena, parameter.value));
  }
  return form;
}

// `url` with the parameters added to its query. Never put a secret there.
inline std::string_view with_query(Arena& arena, std::string_view url,
                                   std::span<const NameValue> parameters) {
  const std::string_view query = form_encode(arena, parameters);
  if (query.empty()) return arena.text(url);
  return arena.text(url, url.find('?') == std::string_view::npos ? "?" : "&", query);
}

enum class Base64 { standard, url };  // padded with '='; without padding (RFC 4648, sections 4, 5)

inline std::string_view base64(Arena& arena, std::string_view bytes, Base64 kind) {
  constexpr std::string_view kCommon =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const auto letter = [&](std::uint32_t six) {
    if (six < kCommon.size()) return kCommon[six];
    if (kind == Base64::url) return six == 62 ? '-' : '_';
    return six == 62 ? '+' : '/';
  };
  const std::span<char> room = arena.array<char>((bytes.size() + 2) / 3 * 4);
  std::size_t size = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8U) | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      if (j <= count) {
        room[size++] = letter((group >> (18U - 6U * j)) & 63U);
      } else if (kind == Base64::standard) {
        room[size++] = '=';
      }
    }
  }
  return {room.data(), size};
}

inline std::string_view decimal(Arena& arena, std::int64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return arena.text(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

// Host of an absolute URL, without port.
inline std::string_view host_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
  }
  return url.substr(0, url.find_first_of(":/?#"));
}

// The host of an origin that a provider tells, such as "https://acme.my.example". Empty for
// anything that is more or less than that: another scheme, a port, user information, a path.
inline std::string_view host_of_origin(std::string_view origin) {
  constexpr std::string_view kScheme = "https://";
  if (!origin.starts_with(kScheme)) return {};
  origin.remove_prefix(kScheme.size());
  if (origin.ends_with('/')) origin.remove_suffix(1);
  for (const char c : origin) {
    if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '.') return {};
  }
  return origin.size() > 253 ? std::string_view() : origin;
}

// True when `word` stands in a list separated by single spaces, as OAuth scopes are.
inline bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto space = list.find(' ');
    if (list.substr(0, space) == word) return true;
    if (space == std::string_view::npos) break;
    list.remove_prefix(space + 1);
  }
  return false;
}

}  // namespace patchbay::sdk
