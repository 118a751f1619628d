#include "author/json_lines.h"

#include <optional>

#include "manifest/text_rules.h"

namespace patchbay::author {
namespace {

constexpr unsigned kDeepest = 64;  // as base/json.h

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

// Not a validator: it follows braces, brackets, strings and commas, and stops where those end to
// make sense.
class JsonLines::Scan {
 public:
  Scan(std::string_view text, JsonLines& into) : text_(text), into_(into) {}

  void run() {
    (void)value("", 0);
    into_.end_ = line_;
  }

 private:
  bool value(const std::string& pointer, unsigned depth) {
    skip_blanks();
    into_.lines_.emplace(pointer, line_);
    if (depth > kDeepest || at_ >= text_.size()) return false;
    if (text_[at_] == '{') return members(pointer, depth);
    if (text_[at_] == '[') return elements(pointer, depth);
    if (text_[at_] == '"') return string().has_value();
    const auto from = at_;
    while (at_ < text_.size() && !is_blank(text_[at_]) &&
           std::string_view(",]}{[\":").find(text_[at_]) == std::string_view::npos)
      ++at_;
    return at_ > from;
  }

  bool members(const std::string& pointer, unsigned depth) {
    ++at_;
    if (take('}')) return true;
    do {
      skip_blanks();
      const auto key = string();
      if (!key || !take(':')) return false;
      if (!value(pointer + "/" + manifest::pointer_token(*key), depth + 1)) return false;
    } while (take(','));
    return take('}');
  }

  bool elements(const std::string& pointer, unsigned depth) {
    ++at_;
    if (take(']')) return true;
    std::size_t index = 0;
    do {
      if (!value(pointer + "/" + std::to_string(index++), depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  // Escapes are left as they are: in keys of manifests there are none.
  std::optional<std::string_view> string() {
    if (at_ >= text_.size() || text_[at_] != '"') return std::nullopt;
    const auto from = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\n') return std::nullopt;
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    if (at_ >= text_.size()) return std::nullopt;
    return text_.substr(from, at_++ - from);
  }

  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    for (; at_ < text_.size() && is_blank(text_[at_]); ++at_)
      if (text_[at_] == '\n') ++line_;
  }

  std::string_view text_;
  JsonLines& into_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

JsonLines::JsonLines(std::string_view text) {
  Scan(text, *this).run();
}

std::size_t JsonLines::of(std::string_view pointer) const {
  while (true) {
    if (const auto found = lines_.find(pointer); found != lines_.end()) return found->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return 1;
    pointer = pointer.substr(0, slash);
  }
}

}  // namespace patchbay::author
