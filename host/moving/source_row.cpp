#include "moving/source_row.h"

#include <array>
#include <utility>

#include "base/encoding.h"

namespace patchbay::moving {
namespace {

constexpr const char* kNoUtf8 = " is not UTF-8; save the file as UTF-8";

bool has_control(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  return false;
}

// Of the UTF-8 sequence that begins there; 0: there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  std::size_t length = 0;
  if (first >= 0xc2 && first <= 0xdf) length = 2;
  if (first >= 0xe0 && first <= 0xef) length = 3;
  if (first >= 0xf0 && first <= 0xf4) length = 4;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0U) != 0x80U) return 0;
  return length;
}

// C1 controls, marks and overrides of direction, line and paragraph separators.
bool is_unprintable(std::string_view sequence) {
  static constexpr std::array<std::string_view, 4> kInvisible{"\xe2\x80\x8e", "\xe2\x80\x8f",
                                                              "\xe2\x80\xa8", "\xe2\x80\xa9"};
  if (sequence.size() == 2 && sequence[0] == '\xc2' &&
      static_cast<unsigned char>(sequence[1]) < 0xa0)
    return true;
  for (const auto invisible : kInvisible)
    if (sequence == invisible) return true;
  return (sequence >= "\xe2\x80\xaa" && sequence <= "\xe2\x80\xae") ||
         (sequence >= "\xe2\x81\xa6" && sequence <= "\xe2\x81\xa9");
}

}  // namespace

void check_texts(SourceRow& row) {
  if (!row.problem.empty()) return;
  const auto refuse = [&](std::string_view name, const char* why) {
    row.problem = "its " + std::string(name) + why;
  };
  const std::array<std::pair<std::string_view, const std::string*>, 7> texts{
      {{"owner_id", &row.owner_id},
       {"id", &row.id},
       {"owner_name", &row.owner_name},
       {"username", &row.username},
       {"label", &row.label},
       {"environment", &row.environment},
       {"connector", &row.provider}}};
  for (const auto& [name, text] : texts) {
    if (text->size() > kLongestText) return refuse(name, " is longer than 256 bytes; shorten it");
    if (has_control(*text)) return refuse(name, " holds a control character; take that out");
    if (!is_valid_utf8(*text)) return refuse(name, kNoUtf8);
  }
  if (row.fields.size() > kMostFields) {
    row.problem = "it has more fields than a form can have";
    return;
  }
  for (const auto& field : row.fields) {
    if (field.name.size() > kLongestText || !is_valid_utf8(field.name)) {
      row.problem = "the name of one of its fields is longer than 256 bytes or no UTF-8";
      return;
    }
    if (field.value.size() > kLongestValue) return refuse(field.name, " is longer than 64 KiB");
    if (!is_valid_utf8(field.value.reveal())) return refuse(field.name, kNoUtf8);
  }
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      shown += c < 0x20 || c == 0x7f ? '?' : text[i];
      ++i;
      continue;
    }
    const auto length = sequence_length(text, i);
    const auto sequence = text.substr(i, length);
    if (length == 0 || is_unprintable(sequence))
      shown += '?';
    else
      shown += sequence;
    i += length == 0 ? 1 : length;
  }
  return shown;
}

}  // namespace patchbay::moving
