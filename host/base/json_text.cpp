#include "base/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/encoding.h"
#include "base/iso_time.h"
#include "base/json.h"

namespace patchbay::json {
namespace {

bool is_escaped(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

// The letter behind the backslash; 0: there is none, and the character is written by its number.
char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

void append_escaped(std::string& out, char c) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  out += '\\';
  if (const char letter = short_escape(c)) {
    out += letter;
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out.append("u00");
  out += kDigits[byte >> 4U];
  out += kDigits[byte & 15U];
}

std::string mended(std::string_view text) {
  Writer writer;
  writer.string(text);
  return writer.take();
}

}  // namespace

void append_text(std::string& out, std::string_view text) {
  if (!is_valid_utf8(text)) {
    out += mended(text);
    return;
  }
  out += '"';
  while (true) {
    const auto plain = std::ranges::find_if(text, is_escaped);
    out.append(text.begin(), plain);
    if (plain == text.end()) break;
    append_escaped(out, *plain);
    text = {plain + 1, text.end()};
  }
  out += '"';
}

std::size_t text_size(std::string_view text) {
  std::size_t size = text.size() + 2;
  for (const char c : text) {
    if (is_escaped(c)) size += short_escape(c) != 0 ? 1 : 5;
  }
  return size;
}

void ObjectText::key(std::string_view name) {
  if (!is_first_) out_ += ',';
  is_first_ = false;
  append_text(out_, name);
  out_ += ':';
}

ObjectText& ObjectText::member(std::string_view name, std::string_view text) {
  key(name);
  append_text(out_, text);
  return *this;
}

ObjectText& ObjectText::member(std::string_view name, std::int64_t number) {
  key(name);
  std::array<char, 24> digits{};
  out_.append(digits.data(),
              std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
  return *this;
}

ObjectText& ObjectText::time(std::string_view name, std::int64_t unix_ms) {
  key(name);
  out_ += '"';
  append_iso_time(out_, unix_ms);
  out_ += '"';
  return *this;
}

ObjectText& ObjectText::null(std::string_view name) {
  key(name);
  out_.append("null");
  return *this;
}

}  // namespace patchbay::json
