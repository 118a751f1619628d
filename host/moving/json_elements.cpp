#include "moving/json_elements.h"

#include <algorithm>

namespace patchbay::moving {
namespace {

using Text = std::vector<char, WipingAllocator<char>>;
constexpr std::size_t kLongestKey = 256;
constexpr int kEnd = std::char_traits<char>::eof();

bool is_blank(int c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0x1e;
}

// How deep the text goes, byte by byte; what is in quotes does not count.
class Depth {
 public:
  explicit Depth(int depth) : depth_(depth) {}
  // 0: the byte closed the outermost brace.
  int after(char c) {
    if (quoted_) {
      if (escaped_)
        escaped_ = false;
      else if (c == '\\')
        escaped_ = true;
      else if (c == '"')
        quoted_ = false;
      return depth_;
    }
    if (c == '"') quoted_ = true;
    if (c == '{' || c == '[') ++depth_;
    if (c == '}' || c == ']') --depth_;
    return depth_;
  }

 private:
  int depth_;
  bool quoted_ = false;
  bool escaped_ = false;
};

}  // namespace

int JsonElements::get() {
  const int c = in_.rdbuf()->sbumpc();
  if (c != kEnd) ++read_;
  if (c == '\n') ++line_;
  return c;
}

Error JsonElements::broken(const char* what) const {
  return make_error(ErrorCode::kInvalidArgument, "line " + std::to_string(line_) + ": " + what);
}

int JsonElements::peek_past_blanks() {
  int c = in_.rdbuf()->sgetc();
  while (is_blank(c)) {
    (void)get();
    c = in_.rdbuf()->sgetc();
  }
  return c;
}

Result<> JsonElements::skip_rest_of_object() {
  Depth depth(1);
  for (int c = get(); c != kEnd; c = get())
    if (depth.after(static_cast<char>(c)) == 0) return {};
  return broken("the file ends in the middle of an object");
}

// Reads "{" and as much behind it as tells whether the object wraps a list.
Result<bool> JsonElements::opens_list() {
  Text seen;
  const auto keep = [&] { seen.push_back(static_cast<char>(get())); };
  const auto remember = [&] { begun_ = SecretString(std::string_view(seen.data(), seen.size())); };
  keep();
  if (peek_past_blanks() != '"') {
    remember();
    return false;
  }
  keep();
  std::string key;
  while (in_.rdbuf()->sgetc() != '"') {
    const int c = in_.rdbuf()->sgetc();
    if (c == kEnd) return broken("the file ends in the middle of an object");
    if (c == '\\' || key.size() > kLongestKey)
      return broken("an object begins with a key that no export has");
    key += static_cast<char>(c);
    keep();
  }
  keep();
  if (peek_past_blanks() == ':') keep();
  if (peek_past_blanks() != '[' || std::ranges::find(lists_, key) == lists_.end()) {
    remember();
    return false;
  }
  (void)get();
  return true;
}

Result<JsonElements::Element> JsonElements::cut() {
  Text text(begun_.reveal().begin(), begun_.reveal().end());
  Depth depth(text.empty() ? 0 : 1);
  begun_ = {};
  Element element;
  element.line = began_;
  for (int c = get(); c != kEnd; c = get()) {
    if (text.size() >= longest_) {
      element.too_long = true;
      text.clear();
    }
    if (!element.too_long) text.push_back(static_cast<char>(c));
    if (depth.after(static_cast<char>(c)) > 0) continue;
    if (!element.too_long) element.text = SecretString(std::string_view(text.data(), text.size()));
    return element;
  }
  return broken("the file ends in the middle of an object");
}

Result<std::optional<JsonElements::Element>> JsonElements::next() {
  using Found = std::optional<Element>;
  for (;;) {
    const int c = peek_past_blanks();
    if (c == kEnd && in_list_) return broken("the file ends in the middle of its list");
    if (c == kEnd) return Found();
    if (c == '{') {
      began_ = line_;
      if (!in_list_) {
        PATCHBAY_TRY_ASSIGN(const bool list, opens_list());
        in_list_ = in_object_ = list;
        if (list) continue;
      }
      PATCHBAY_TRY_ASSIGN(auto element, cut());
      return Found(std::move(element));
    }
    if (!in_list_ && c != '[')
      return broken("an object or a list of them was to begin here; is this an export in JSON?");
    if (in_list_ && c != ',' && c != ']')
      return broken("the list holds something else than objects");
    (void)get();
    if (c == '[') in_list_ = true;
    if (c == ']') {
      if (in_object_) PATCHBAY_TRY(skip_rest_of_object());
      in_list_ = in_object_ = false;
    }
  }
}

}  // namespace patchbay::moving
