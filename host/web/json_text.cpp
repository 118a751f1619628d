#include "web/json_text.h"

#include <utility>

#include "base/encoding.h"

namespace patchbay::web {
namespace {

constexpr std::size_t kLongestText = 2000;

std::string cut_off(std::string text, std::size_t max_bytes) {
  text.resize(max_bytes);
  while (!text.empty() && !is_valid_utf8(text)) text.pop_back();
  return text + "…";
}

// Recurses as deep as the value, which json::Document bounds.
class Indenter {
 public:
  explicit Indenter(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  void write(const json::Value& value) {
    if (value.size() == 0) return write_leaf(value);
    out_.text += value.is_object() ? "{" : "[";
    ++depth_;
    for (std::size_t i = 0; i < value.size() && begin_line(i > 0); ++i) write_child(value, i);
    --depth_;
    if (begin_line(false)) out_.text += value.is_object() ? "}" : "]";
  }

  IndentedJson take() { return std::move(out_); }

 private:
  // False: there is no room for another one.
  bool begin_line(bool after_another) {
    if (out_.text.size() > max_bytes_) {
      out_.shortened = true;
      return false;
    }
    if (after_another) out_.text += ',';
    out_.text.append("\n").append(depth_ * 2, ' ');
    return true;
  }

  void write_leaf(const json::Value& value) {
    std::string text = value.dump();
    const bool is_long = text.size() > kLongestText;
    out_.shortened = out_.shortened || is_long;
    out_.text += is_long ? cut_off(std::move(text), kLongestText) : text;
  }

  void write_child(const json::Value& value, std::size_t index) {
    if (value.is_array()) return write(value.at(index));
    const auto [name, child] = value.member(index);
    json::Writer key;
    out_.text += key.string(name).take() + ": ";
    write(child);
  }

  std::size_t max_bytes_;
  std::size_t depth_ = 0;
  IndentedJson out_;
};

}  // namespace

IndentedJson indented_json(const json::Value& value, std::size_t max_bytes) {
  Indenter indenter(max_bytes);
  indenter.write(value);
  return indenter.take();
}

std::string short_json(const json::Value& value, std::size_t max_bytes) {
  const auto text = value.as_string();
  std::string out = text ? std::string(*text) : value.dump();
  return out.size() <= max_bytes ? out : cut_off(std::move(out), max_bytes);
}

}  // namespace patchbay::web
