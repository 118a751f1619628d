#include "base/json.h"

#include "base/encoding.h"
#include "base/json_scan.h"
#include "base/rapidjson.h"

namespace patchbay::json {
namespace {

constexpr unsigned kMaxDepth = 64;
constexpr std::size_t kMaxNumberLength = 64;
constexpr std::size_t kMaxExponentDigits = 4;

const RapidValue& node(const void* raw) {
  return *static_cast<const RapidValue*>(raw);
}

// Looks at structure and number shapes only; the parser finds all other faults.
Result<> pre_scan(std::string_view text, unsigned max_depth) {
  unsigned depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      i = end_of_text(text, i);
    } else if (c == '[' || c == '{') {
      if (++depth > max_depth) return make_error(ErrorCode::kTooLarge, "JSON is nested too deeply");
    } else if (c == ']' || c == '}') {
      if (depth > 0) --depth;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const std::size_t end = text.find_first_not_of("+-.eE0123456789", i);
      const auto number = text.substr(i, (end == std::string_view::npos ? text.size() : end) - i);
      const auto exponent = number.find_first_of("eE");
      const auto digits = exponent == std::string_view::npos ? 0 : number.size() - exponent - 1;
      if (number.size() > kMaxNumberLength || digits > kMaxExponentDigits + 1)
        return make_error(ErrorCode::kTooLarge, "JSON holds a number that is too long");
      i += number.size() - 1;
    }
  }
  return {};
}

// RapidJSON keeps both of two equal keys and finds the first; others find the last. Refused.
bool has_duplicate_keys(const RapidValue& root) {
  std::vector<const RapidValue*> todo{&root};
  std::vector<std::string_view> keys;
  while (!todo.empty()) {
    const RapidValue& value = *todo.back();
    todo.pop_back();
    if (value.IsArray()) {
      for (const auto& item : value.GetArray()) todo.push_back(&item);
    } else if (value.IsObject()) {
      keys.clear();
      for (const auto& member : value.GetObject()) {
        keys.emplace_back(member.name.GetString(), member.name.GetStringLength());
        todo.push_back(&member.value);
      }
      std::sort(keys.begin(), keys.end());
      if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return true;
    }
  }
  return false;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    while (length <= 4 && i + length <= text.size() && !is_valid_utf8(text.substr(i, length)))
      ++length;
    if (length > 4 || i + length > text.size()) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out += text.substr(i, length);
      i += length;
    }
  }
  return out;
}

}  // namespace

bool Value::is_null() const {
  return node_ != nullptr && node(node_).IsNull();
}
bool Value::is_object() const {
  return node_ != nullptr && node(node_).IsObject();
}
bool Value::is_array() const {
  return node_ != nullptr && node(node_).IsArray();
}
bool Value::is_string() const {
  return node_ != nullptr && node(node_).IsString();
}
bool Value::is_bool() const {
  return node_ != nullptr && node(node_).IsBool();
}
bool Value::is_number() const {
  return node_ != nullptr && node(node_).IsNumber();
}
bool Value::is_integer() const {
  return node_ != nullptr && node(node_).IsInt64();
}

std::optional<std::string_view> Value::as_string() const {
  if (!is_string()) return std::nullopt;
  return std::string_view(node(node_).GetString(), node(node_).GetStringLength());
}

std::optional<std::int64_t> Value::as_integer() const {
  if (!is_integer()) return std::nullopt;
  return node(node_).GetInt64();
}

std::optional<double> Value::as_number() const {
  if (!is_number()) return std::nullopt;
  return node(node_).GetDouble();
}

std::optional<bool> Value::as_bool() const {
  if (!is_bool()) return std::nullopt;
  return node(node_).GetBool();
}

std::string Value::string_or(std::string_view otherwise) const {
  return std::string(as_string().value_or(otherwise));
}

std::size_t Value::size() const {
  if (is_array()) return node(node_).Size();
  if (is_object()) return node(node_).MemberCount();
  return 0;
}

Value Value::at(std::size_t index) const {
  if (!is_array() || index >= size()) return {};
  return Value(&node(node_)[static_cast<rapidjson::SizeType>(index)]);
}

Value Value::get(std::string_view key) const {
  if (!is_object()) return {};
  for (const auto& member : node(node_).GetObject())
    if (std::string_view(member.name.GetString(), member.name.GetStringLength()) == key)
      return Value(&member.value);
  return {};
}

std::pair<std::string_view, Value> Value::member(std::size_t index) const {
  if (!is_object() || index >= size()) return {};
  const auto& entry = *(node(node_).MemberBegin() + static_cast<std::ptrdiff_t>(index));
  return {{entry.name.GetString(), entry.name.GetStringLength()}, Value(&entry.value)};
}

Value Value::pointer(std::string_view path) const {
  Value here = *this;
  while (!path.empty() && here.exists()) {
    if (path.front() != '/') return {};
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    std::string step;
    for (std::size_t i = 0; i < end; ++i) {
      if (path[i] == '~' && i + 1 < end) {
        step += path[++i] == '1' ? '/' : '~';
      } else {
        step += path[i];
      }
    }
    path.remove_prefix(end);
    if (here.is_array()) {
      const bool digits = !step.empty() && step.size() < 10 &&
                          step.find_first_not_of("0123456789") == std::string::npos;
      here = digits ? here.at(std::stoul(step)) : Value{};
    } else {
      here = here.get(step);
    }
  }
  return here;
}

std::string Value::dump() const {
  Writer writer;
  writer.value(*this);
  return writer.take();
}

struct Document::Impl {
  explicit Impl(std::string_view given) {
    text.reserve(given.size() + 1);
    text.assign(given.begin(), given.end());
    text.push_back('\0');
  }
  // The parser unescapes texts where they stand, and the document's values point there.
  std::vector<char, WipingAllocator<char>> text;
  RapidDocument document;
};

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.max_bytes)
    return make_error(ErrorCode::kTooLarge,
                      "JSON is larger than " + std::to_string(limits.max_bytes) + " bytes");
  PATCHBAY_TRY(pre_scan(text, std::min(limits.max_depth, kMaxDepth)));
  // Where the parser works in its own copy of the text it ends at the first NUL, which no JSON has.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return make_error(ErrorCode::kInvalidArgument,
                      "not valid JSON near byte " + std::to_string(nul));
  if (!is_valid_utf8(text)) return make_error(ErrorCode::kInvalidArgument, "JSON is not UTF-8");
  auto impl = std::make_unique<Impl>(text);
  // Nesting was bounded above.
  constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseFullPrecisionFlag;
  impl->document.ParseInsitu<kFlags>(impl->text.data());
  if (impl->document.HasParseError())
    return make_error(
        ErrorCode::kInvalidArgument,
        "not valid JSON near byte " + std::to_string(impl->document.GetErrorOffset()));
  if (has_duplicate_keys(impl->document))
    return make_error(ErrorCode::kInvalidArgument, "JSON object names a key twice");
  return Document(std::move(impl));
}

Value Document::root() const {
  return Value(static_cast<const void*>(static_cast<const RapidValue*>(&impl_->document)));
}

// What is written may hold secrets.
struct Writer::Impl {
  using Buffer = rapidjson::GenericStringBuffer<rapidjson::UTF8<>, WipingRapidAllocator>;
  using Utf8 = rapidjson::UTF8<>;
  static constexpr std::size_t kUsualSize = 960;  // growing means copying and wiping
  WipingRapidAllocator allocator;
  Buffer buffer{&allocator, kUsualSize};
  rapidjson::Writer<Buffer, Utf8, Utf8, WipingRapidAllocator> writer{buffer, &allocator};
};

Writer::Writer() : impl_(std::make_unique<Impl>()) {}
Writer::~Writer() = default;

Writer& Writer::begin_object() {
  return impl_->writer.StartObject(), *this;
}
Writer& Writer::end_object() {
  return impl_->writer.EndObject(), *this;
}
Writer& Writer::begin_array() {
  return impl_->writer.StartArray(), *this;
}
Writer& Writer::end_array() {
  return impl_->writer.EndArray(), *this;
}

Writer& Writer::key(std::string_view name) {
  impl_->writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  return *this;
}

Writer& Writer::string(std::string_view value) {
  if (!is_valid_utf8(value)) return string(replace_invalid_utf8(value));
  impl_->writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  return *this;
}

Writer& Writer::integer(std::int64_t value) {
  return impl_->writer.Int64(value), *this;
}
Writer& Writer::number(double value) {
  return impl_->writer.Double(value), *this;
}
Writer& Writer::boolean(bool value) {
  return impl_->writer.Bool(value), *this;
}
Writer& Writer::null() {
  return impl_->writer.Null(), *this;
}

Writer& Writer::value(const Value& value) {
  if (value.exists()) {
    node(value.raw()).Accept(impl_->writer);  // recursion bounded by parse's depth limit
  } else {
    null();
  }
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  impl_->writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  return *this;
}

std::string Writer::take() {
  return {impl_->buffer.GetString(), impl_->buffer.GetSize()};
}

}  // namespace patchbay::json
