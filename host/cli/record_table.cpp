#include "cli/record_table.h"

#include <algorithm>

#include "cli/review_text.h"

namespace patchbay::cli {
namespace {

constexpr std::size_t kMostColumns = 6;
constexpr std::size_t kWidest = 36;
constexpr std::string_view kCut = "…";

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string cut(const std::string& text) {
  if (characters(text) <= kWidest) return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if (begins_character(text[end]) && seen++ == kWidest - 1) break;
  return text.substr(0, end).append(kCut);
}

std::string text_of(const json::Value& value) {
  if (!value.exists() || value.is_null()) return "";
  const auto text = value.as_string();
  return printable(text ? *text : value.dump());
}

bool fits_a_column(const json::Value& value) {
  return !value.is_object() && !value.is_array();
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, characters(text)) + 2, ' ');
}

}  // namespace

void RecordTable::choose_columns(const json::Value& page) {
  const auto first = page.at(0);
  for (std::size_t i = 0; i < first.size() && columns_.size() < kMostColumns; ++i) {
    const auto [name, value] = first.member(i);
    if (fits_a_column(value)) columns_.push_back({printable(name), characters(name)});
  }
  for (auto& column : columns_)
    for (std::size_t i = 0; i < page.size(); ++i)
      column.width = std::max(column.width, characters(cut(text_of(page.at(i).get(column.name)))));
  std::string head;
  for (const auto& column : columns_) head += padded(column.name, column.width);
  if (!columns_.empty()) out_ << head.substr(0, head.find_last_not_of(' ') + 1) << "\n";
}

void RecordTable::print_row(const json::Value& record) {
  std::string line;
  for (const auto& column : columns_)
    line += padded(cut(text_of(record.get(column.name))), column.width);
  out_ << line.substr(0, line.find_last_not_of(' ') + 1) << "\n";
}

void RecordTable::add(const json::Value& page) {
  if (columns_.empty() && page.size() > 0) choose_columns(page);
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (page.at(i).is_object() && !columns_.empty())
      print_row(page.at(i));
    else
      out_ << text_of(page.at(i)) << "\n";
  }
}

void print_record(std::ostream& out, const json::Value& value) {
  if (!value.is_object()) {
    out << text_of(value) << "\n";
    return;
  }
  std::size_t widest = 0;
  for (std::size_t i = 0; i < value.size(); ++i)
    widest = std::max(widest, characters(value.member(i).first));
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto [name, member] = value.member(i);
    out << padded(printable(name), widest) << text_of(member) << "\n";
  }
}

}  // namespace patchbay::cli
