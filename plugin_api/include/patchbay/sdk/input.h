// What a flow begins with: an owned copy of patchbay_input, overwritten when it is destroyed.
// Its arena serves the flow as memory that lasts as long as the flow. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "patchbay/connector.h"
#include "patchbay/sdk/arena.h"
#include "patchbay/sdk/text.h"
#include "patchbay/sdk/token.h"

namespace patchbay::sdk {

class Input {
 public:
  // True when `input` holds all that this SDK reads (ABI-012).
  static bool readable(const patchbay_input* input) {
    return input != nullptr && PATCHBAY_HAS(patchbay_input, input, arguments_json);
  }

  explicit Input(const patchbay_input& input) {
    auth_method_ = arena_.text(view(input.auth_method_id));
    environment_ = arena_.text(view(input.environment_id));
    redirect_uri_ = arena_.text(view(input.redirect_uri));
    action_ = arena_.text(view(input.action_id));
    arguments_ = arena_.text(view(input.arguments_json));
    fields_ = copy(input.fields, input.field_count);
    secrets_ = copy(input.secrets, input.secret_count);
    setup_fields_ = copy(input.setup_fields, input.setup_field_count);
    setup_secrets_ = copy(input.setup_secrets, input.setup_secret_count);
    const std::span<Token> tokens = arena_.array<Token>(input.token_count);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      tokens[i] = copy_token(arena_, read_token(*input.tokens[i]));
    }
    tokens_ = tokens;
    const std::span<std::string_view> needed =
        arena_.array<std::string_view>(input.needed_permission_count);
    for (std::size_t i = 0; i < needed.size(); ++i) {
      needed[i] = arena_.text(view(input.needed_permissions[i]));
    }
    needed_ = needed;
  }

  std::string_view auth_method() const { return auth_method_; }
  std::string_view environment() const { return environment_; }
  std::string_view redirect_uri() const { return redirect_uri_; }
  std::string_view action() const { return action_; }
  std::string_view arguments_json() const { return arguments_; }

  // Empty when there is none of that id.
  std::string_view field(std::string_view id) const { return find(fields_, id); }
  std::string_view secret(std::string_view id) const { return find(secrets_, id); }
  std::string_view setup_field(std::string_view id) const { return find(setup_fields_, id); }
  std::string_view setup_secret(std::string_view id) const { return find(setup_secrets_, id); }

  std::span<const NameValue> secrets() const { return secrets_; }
  std::span<const NameValue> setup_secrets() const { return setup_secrets_; }
  std::span<const Token> tokens() const { return tokens_; }
  std::span<const std::string_view> needed_permissions() const { return needed_; }
  const Token* token(std::string_view name) const {
    for (const Token& token : tokens_) {
      if (token.name == name) return &token;
    }
    return nullptr;
  }

  Arena& arena() { return arena_; }

 private:
  static std::string_view find(std::span<const NameValue> list, std::string_view name) {
    for (const NameValue& item : list) {
      if (item.name == name) return item.value;
    }
    return {};
  }
  std::span<const NameValue> copy(const patchbay_pair* pairs, std::uint64_t count) {
    const std::span<NameValue> copies = arena_.array<NameValue>(count);
    for (std::size_t i = 0; i < copies.size(); ++i) {
      copies[i] = {arena_.text(view(pairs[i].name)), arena_.text(view(pairs[i].value))};
    }
    return copies;
  }

  Arena arena_;
  std::string_view auth_method_, environment_, redirect_uri_, action_, arguments_;
  std::span<const NameValue> fields_, secrets_, setup_fields_, setup_secrets_;
  std::span<const Token> tokens_;
  std::span<const std::string_view> needed_;
};

}  // namespace patchbay::sdk
