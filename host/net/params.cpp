#include "net/params.h"

#include <algorithm>

#include "base/encoding.h"

namespace patchbay::net {
namespace {

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n') ||
           c == 0x7f;
  });
}

Error bad(std::string message, std::string field = {}) {
  return make_error(ErrorCode::kInvalidArgument, std::move(message), std::move(field));
}

// What an encoded text stands for; one without any encoding is not copied.
class Decoded {
 public:
  static Result<Decoded> of(std::string_view encoded, std::string_view name) {
    Decoded decoded;
    decoded.plain_ = encoded;
    if (encoded.find_first_of("%+") != std::string_view::npos) {
      std::optional<std::string> copy = percent_decode(encoded, true);
      if (!copy) return bad("A value is not properly percent-encoded.", std::string(name));
      decoded.copy_ = SecretString::take(*copy);
    }
    if (!is_valid_utf8(decoded.text())) return bad("A value is not UTF-8 text.", std::string(name));
    if (has_control(decoded.text()))
      return bad("A value holds control characters.", std::string(name));
    return decoded;
  }
  [[nodiscard]] std::string_view text() const { return copy_ ? copy_->reveal() : plain_; }

 private:
  Decoded() = default;
  std::string_view plain_;
  std::optional<SecretString> copy_;
};

}  // namespace

const Params::Entry* Params::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& e) { return name_of(e) == name; });
  return found == entries_.end() ? nullptr : &*found;
}

std::optional<std::string_view> Params::get(std::string_view name) const {
  const Entry* found = find(name);
  return found == nullptr ? std::nullopt : std::optional(value_of(*found));
}

std::string Params::get_or(std::string_view name, std::string_view otherwise) const {
  return std::string(get(name).value_or(otherwise));
}

std::vector<std::string_view> Params::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Entry& e : entries_) {
    if (name_of(e) == name) values.push_back(value_of(e));
  }
  return values;
}

SecretString Params::take_secret(std::string_view name) {
  const Entry* found = find(name);
  if (found == nullptr) return {};
  Entry& entry = entries_[static_cast<std::size_t>(found - entries_.data())];
  SecretString secret(value_of(entry));
  wipe(text_.data() + entry.value, entry.value_size);
  entry.value_size = 0;
  return secret;
}

std::pair<std::string_view, std::string_view> Params::at(std::size_t index) const {
  const Entry& e = entries_.at(index);
  return {name_of(e), value_of(e)};
}

void Params::add(std::string_view name, std::string_view value) {
  const std::size_t at = text_.size();
  text_.insert(text_.end(), name.begin(), name.end());
  text_.insert(text_.end(), value.begin(), value.end());
  entries_.push_back({at, name.size(), at + name.size(), value.size()});
}

void Params::clear() {
  wipe(text_.data(), text_.size());
  text_.clear();
  entries_.clear();
}

std::string_view Params::name_of(const Entry& e) const {
  return {text_.data() + e.name, e.name_size};
}

std::string_view Params::value_of(const Entry& e) const {
  return {text_.data() + e.value, e.value_size};
}

Result<Params> parse_params(std::string_view encoded, const ParamLimits& limits) {
  Params params;
  PATCHBAY_TRY(parse_params(encoded, params, limits));
  return params;
}

Result<> parse_params(std::string_view encoded, Params& into, const ParamLimits& limits) {
  while (!encoded.empty()) {
    const std::string_view piece = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(encoded.size(), piece.size() + 1));
    if (piece.empty()) continue;
    if (into.size() == limits.max_count) {
      return make_error(ErrorCode::kTooLarge, "There are too many fields.");
    }
    const std::size_t equals = std::min(piece.find('='), piece.size());
    const std::string_view raw_value = piece.substr(std::min(piece.size(), equals + 1));
    if (equals > 3 * limits.max_name_bytes || raw_value.size() > 3 * limits.max_value_bytes) {
      return make_error(ErrorCode::kTooLarge, "A field is too long.");
    }
    PATCHBAY_TRY_ASSIGN(const auto name, Decoded::of(piece.substr(0, equals), {}));
    if (name.text().size() > limits.max_name_bytes) {
      return make_error(ErrorCode::kTooLarge, "The name of a field is too long.");
    }
    PATCHBAY_TRY_ASSIGN(const auto value, Decoded::of(raw_value, name.text()));
    if (value.text().size() > limits.max_value_bytes) {
      return make_error(ErrorCode::kTooLarge, "The value of a field is too long.",
                        std::string(name.text()));
    }
    into.add(name.text(), value.text());
  }
  return {};
}

Result<Params> parse_form(SecretString& body, const ParamLimits& limits) {
  const SecretString wiped_at_end = std::exchange(body, SecretString());
  return parse_params(wiped_at_end.reveal(), limits);
}

}  // namespace patchbay::net
