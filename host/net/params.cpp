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

Result<SecretString> decode(std::string_view encoded, std::string_view name) {
  std::optional<std::string> decoded = percent_decode(encoded, true);
  if (!decoded) return bad("A value is not properly percent-encoded.", std::string(name));
  SecretString value = SecretString::take(*decoded);
  if (!is_valid_utf8(value.reveal())) return bad("A value is not UTF-8 text.", std::string(name));
  if (has_control(value.reveal())) {
    return bad("A value holds control characters.", std::string(name));
  }
  return value;
}

}  // namespace

std::optional<std::string_view> Params::get(std::string_view name) const {
  for (const Pair& pair : pairs_) {
    if (pair.name == name) return pair.value.reveal();
  }
  return std::nullopt;
}

std::string Params::get_or(std::string_view name, std::string_view otherwise) const {
  return std::string(get(name).value_or(otherwise));
}

std::vector<std::string_view> Params::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Pair& pair : pairs_) {
    if (pair.name == name) values.push_back(pair.value.reveal());
  }
  return values;
}

SecretString Params::take_secret(std::string_view name) {
  for (Pair& pair : pairs_) {
    if (pair.name == name) return std::exchange(pair.value, SecretString());
  }
  return {};
}

std::pair<std::string_view, std::string_view> Params::at(std::size_t index) const {
  const Pair& pair = pairs_.at(index);
  return {pair.name, pair.value.reveal()};
}

void Params::add(std::string_view name, std::string_view value) {
  pairs_.push_back({std::string(name), SecretString(value)});
}

Result<Params> parse_params(std::string_view encoded, const ParamLimits& limits) {
  Params params;
  while (!encoded.empty()) {
    const std::string_view piece = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(encoded.size(), piece.size() + 1));
    if (piece.empty()) continue;
    if (params.size() == limits.max_count) {
      return make_error(ErrorCode::kTooLarge, "There are too many fields.");
    }
    const std::size_t equals = std::min(piece.find('='), piece.size());
    const std::string_view raw_value = piece.substr(std::min(piece.size(), equals + 1));
    if (equals > 3 * limits.max_name_bytes || raw_value.size() > 3 * limits.max_value_bytes) {
      return make_error(ErrorCode::kTooLarge, "A field is too long.");
    }
    PATCHBAY_TRY_ASSIGN(const SecretString name, decode(piece.substr(0, equals), {}));
    if (name.size() > limits.max_name_bytes) {
      return make_error(ErrorCode::kTooLarge, "The name of a field is too long.");
    }
    PATCHBAY_TRY_ASSIGN(const SecretString value, decode(raw_value, name.reveal()));
    if (value.size() > limits.max_value_bytes) {
      return make_error(ErrorCode::kTooLarge, "The value of a field is too long.",
                        std::string(name.reveal()));
    }
    params.add(name.reveal(), value.reveal());
  }
  return params;
}

Result<Params> parse_form(SecretString& body, const ParamLimits& limits) {
  const SecretString wiped_at_end = std::exchange(body, SecretString());
  return parse_params(wiped_at_end.reveal(), limits);
}

}  // namespace patchbay::net
