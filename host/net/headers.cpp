#include "net/headers.h"

#include <algorithm>

namespace patchbay::net {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_token_char(char c) {
  if ((c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_field_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool iequals(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (const auto& [name, value] : fields) add(name, value);
}

bool Headers::add(std::string_view name, std::string_view value) {
  value = trim(value);
  if (!is_token(name) || !is_field_value(value)) return false;
  if (entries_.size() >= kMaxFields || text_.size() + name.size() + value.size() > kMaxBytes) {
    return false;
  }
  const auto at = static_cast<std::uint32_t>(text_.size());
  const auto name_size = static_cast<std::uint32_t>(name.size());
  if (text_.capacity() == 0) text_.reserve(512);
  if (entries_.capacity() == 0) entries_.reserve(16);
  text_.insert(text_.end(), name.begin(), name.end());
  text_.insert(text_.end(), value.begin(), value.end());
  entries_.push_back({at, name_size, at + name_size, static_cast<std::uint32_t>(value.size())});
  return true;
}

bool Headers::set(std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(trim(value))) return false;
  remove(name);
  return add(name, value);
}

void Headers::remove(std::string_view name) {
  std::erase_if(entries_, [&](const Entry& e) { return iequals(name_of(e), name); });
}

void Headers::clear() {
  wipe(text_.data(), text_.size());
  text_.clear();
  entries_.clear();
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const Entry& e : entries_) {
    if (iequals(name_of(e), name)) return value_of(e);
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Entry& e : entries_) {
    if (iequals(name_of(e), name)) values.push_back(value_of(e));
  }
  return values;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      entries_.begin(), entries_.end(), [&](const Entry& e) { return iequals(name_of(e), name); }));
}

std::pair<std::string_view, std::string_view> Headers::at(std::size_t index) const {
  const Entry& e = entries_.at(index);
  return {name_of(e), value_of(e)};
}

std::string_view Headers::name_of(const Entry& e) const {
  return {text_.data() + e.name, e.name_size};
}

std::string_view Headers::value_of(const Entry& e) const {
  return {text_.data() + e.value, e.value_size};
}

}  // namespace patchbay::net
