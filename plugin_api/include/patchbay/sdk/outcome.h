// Builders of what ends a flow: Message (a text for a person), Done, Fail. They live in the arena
// of the flow that makes them (Action::done, Action::fail, Flow::notice) and copy all they are
// given.
#pragma once

#include <cstdint>
#include <string_view>

#include "patchbay/connector.h"
#include "patchbay/sdk/arena.h"
#include "patchbay/sdk/text.h"
#include "patchbay/sdk/token.h"

namespace patchbay::sdk {

// Who must act.
enum class Failure : std::uint32_t {
  credentials = PATCHBAY_FAIL_CREDENTIALS,
  permission = PATCHBAY_FAIL_PERMISSION,
  revoked = PATCHBAY_FAIL_REVOKED,
  rate_limit = PATCHBAY_FAIL_RATE_LIMIT,
  transient = PATCHBAY_FAIL_TRANSIENT,
  protocol = PATCHBAY_FAIL_PROTOCOL,
  configuration = PATCHBAY_FAIL_CONFIGURATION,
  cancelled = PATCHBAY_FAIL_CANCELLED,
  internal = PATCHBAY_FAIL_INTERNAL,
};

class Message {
 public:
  // `fallback` is what people read where the manifest has no text of that id; empty where it has.
  Message(Arena& arena, std::string_view id, std::string_view fallback) : arena_(&arena) {
    c_.struct_size = sizeof(c_);
    c_.id = borrow(arena.text(id));
    c_.fallback = borrow(arena.text(fallback));
  }
  Message& arg(std::string_view name, std::string_view value) {
    args_.add(*arena_, {borrow(arena_->text(name)), borrow(arena_->text(value))});
    return *this;
  }
  Message& arg(std::string_view name, std::int64_t value) {
    return arg(name, decimal(*arena_, value));
  }
  Message& at(std::string_view field_id) {
    c_.field_id = borrow(arena_->text(field_id));
    return *this;
  }

  // Calls edit(patchbay_str&, limit) for each text that may come from outside. Texts are shortened
  // there and not before: part of a secret is harder to recognise than the whole.
  template <class Edit>
  void edit_texts(Edit edit) {
    edit(c_.fallback, kMaxFallback);
    for (patchbay_pair& arg : args_) edit(arg.value, kMaxValue);
  }
  const patchbay_message* finish() {
    c_.args = args_.data();
    c_.arg_count = args_.size();
    return &c_;
  }

 private:
  static constexpr std::size_t kMaxFallback = 1000;
  static constexpr std::size_t kMaxValue = 200;
  Arena* arena_;
  patchbay_message c_{};
  ArenaList<patchbay_pair> args_;
};

class Done {
 public:
  explicit Done(Arena& arena) : arena_(&arena) { c_.struct_size = sizeof(c_); }

  Done& token(const Token& token) {
    tokens_.add(*arena_, write_token(*arena_, copy_token(*arena_, token)));
    return *this;
  }
  // Sealed by the host and handed back in Input::secret; an empty value removes it.
  Done& secret(std::string_view name, std::string_view value) {
    secrets_.add(*arena_, pair(name, value));
    return *this;
  }
  // A permission that this flow has proved, such as "employees:read".
  Done& granted(std::string_view permission) {
    granted_.add(*arena_, borrow(arena_->text(permission)));
    return *this;
  }
  Done& fact(std::string_view id, std::string_view value) {
    facts_.add(*arena_, pair(id, value));
    return *this;
  }
  Done& result_json(std::string_view json) {
    c_.result_json = borrow(arena_->text(json));
    return *this;
  }

  const ArenaList<const patchbay_token*>& tokens() const { return tokens_; }
  template <class Edit>
  void edit_texts(Edit edit) {
    for (patchbay_pair& fact : facts_) edit(fact.value, kMaxFact);
  }
  const patchbay_done* finish() {
    c_.tokens = tokens_.data();
    c_.token_count = tokens_.size();
    c_.secrets = secrets_.data();
    c_.secret_count = secrets_.size();
    c_.granted_permissions = granted_.data();
    c_.granted_permission_count = granted_.size();
    c_.facts = facts_.data();
    c_.fact_count = facts_.size();
    return &c_;
  }

 private:
  patchbay_pair pair(std::string_view name, std::string_view value) {
    return {borrow(arena_->text(name)), borrow(arena_->text(value))};
  }
  static constexpr std::size_t kMaxFact = 1000;
  Arena* arena_;
  patchbay_done c_{};
  ArenaList<const patchbay_token*> tokens_;
  ArenaList<patchbay_pair> secrets_;
  ArenaList<patchbay_str> granted_;
  ArenaList<patchbay_pair> facts_;
};

// Tokens minted so far are added by the flow.
class Fail {
 public:
  Fail(Arena& arena, Failure failure, std::string_view id, std::string_view fallback)
      : arena_(&arena), message_(arena, id, fallback) {
    c_.struct_size = sizeof(c_);
    c_.failure = static_cast<std::uint32_t>(failure);
  }
  Fail& at(std::string_view field_id) {
    message_.at(field_id);
    return *this;
  }
  Fail& arg(std::string_view name, std::string_view value) {
    message_.arg(name, value);
    return *this;
  }
  Fail& arg(std::string_view name, std::int64_t value) {
    message_.arg(name, value);
    return *this;
  }
  Fail& permission(std::string_view id) {
    c_.permission_id = borrow(arena_->text(id));
    return *this;
  }
  Fail& retry_after_ms(std::int64_t ms) {
    c_.retry_after_ms = ms < 0 ? 0U : static_cast<std::uint64_t>(ms);
    return *this;
  }
  // What the provider said, for the operator. The flow blots out secrets and shortens.
  Fail& excerpt(std::string_view text) {
    c_.provider_excerpt = borrow(arena_->text(text));
    return *this;
  }

  const patchbay_fail* finish(const ArenaList<const patchbay_token*>& minted) {
    c_.message = message_.finish();
    c_.tokens = minted.data();
    c_.token_count = minted.size();
    return &c_;
  }
  template <class Edit>
  void edit_texts(Edit edit) {
    message_.edit_texts(edit);
    edit(c_.provider_excerpt, kMaxExcerpt);
  }

 private:
  static constexpr std::size_t kMaxExcerpt = 400;
  Arena* arena_;
  Message message_;
  patchbay_fail c_{};
};

}  // namespace patchbay::sdk
