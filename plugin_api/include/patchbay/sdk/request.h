// Builder of one HTTP request. Lives in the arena of the flow that makes it (Action::request),
// copies all it is given, and ends with the flow's next step.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "patchbay/connector.h"
#include "patchbay/sdk/arena.h"
#include "patchbay/sdk/text.h"

namespace patchbay::sdk {

class Request {
 public:
  Request(Arena& arena, std::string_view method, std::string_view url) : arena_(&arena) {
    c_.struct_size = sizeof(c_);
    c_.method = borrow(arena.text(method));
    c_.url = borrow(arena.text(url));
  }

  Request& header(std::string_view name, std::string_view value) {
    headers_.add(*arena_, {borrow(arena_->text(name)), borrow(arena_->text(value))});
    return *this;
  }
  Request& accept_json() { return header("accept", "application/json"); }

  // Credentials in the Authorization header (RFC 6750, section 2.1; RFC 7617). Mark the request.
  Request& bearer(std::string_view token) {
    return secret().header("authorization", arena_->text("Bearer ", token));
  }
  Request& basic(std::string_view user, std::string_view password) {
    return secret().header("authorization",
                           arena_->text("Basic ", base64(*arena_, arena_->text(user, ":", password),
                                                         Base64::standard)));
  }

  Request& body(std::string_view content_type, std::string_view bytes) {
    c_.body = borrow(arena_->text(bytes));
    return header("content-type", content_type);
  }
  Request& form(std::span<const NameValue> parameters) {
    return body("application/x-www-form-urlencoded", form_encode(*arena_, parameters));
  }
  Request& form(std::initializer_list<NameValue> parameters) {
    return form(std::span<const NameValue>(parameters.begin(), parameters.size()));
  }

  Request& secret() { return flag(PATCHBAY_REQUEST_SECRET); }
  Request& idempotent() { return flag(PATCHBAY_REQUEST_IDEMPOTENT); }
  Request& mints() { return flag(PATCHBAY_REQUEST_MINTS); }
  Request& consumes() { return flag(PATCHBAY_REQUEST_CONSUMES); }
  Request& timeout_ms(std::uint32_t ms) {
    c_.timeout_ms = ms;
    return *this;
  }
  Request& max_body(std::uint32_t bytes) {
    c_.max_body_bytes = bytes;
    return *this;
  }

  // The C form; valid as long as the builder, up to date when called.
  const patchbay_request* finish() {
    c_.headers = headers_.data();
    c_.header_count = headers_.size();
    return &c_;
  }

 private:
  Request& flag(std::uint32_t bit) {
    c_.flags |= bit;
    return *this;
  }
  Arena* arena_;
  patchbay_request c_{};
  ArenaList<patchbay_pair> headers_;
};

}  // namespace patchbay::sdk
