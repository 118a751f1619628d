// What a flow wants next. Filled in one step(), handed to the host when it returns; what is built
// with it lives until the flow's next step. The kind decided last counts.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "patchbay/connector.h"
#include "patchbay/sdk/arena.h"
#include "patchbay/sdk/outcome.h"
#include "patchbay/sdk/request.h"

namespace patchbay::sdk {

class Action {
 public:
  explicit Action(Arena& arena) : arena_(&arena) {}

  // Adds a request to the batch (PATCHBAY_MAX_BATCH at most) and returns it for completion.
  Request& request(std::string_view method, std::string_view url) {
    Request& request = draft(method, url);
    send(request);
    return request;
  }
  Request& get(std::string_view url) { return request("GET", url).idempotent(); }
  Request& post(std::string_view url) { return request("POST", url); }

  // A request that is sent only when send() is called with it.
  Request& draft(std::string_view method, std::string_view url) {
    return arena_->make<Request>(*arena_, method, url);
  }
  void send(Request& request) {
    kind_ = PATCHBAY_ACTION_REQUESTS;
    requests_.add(*arena_, &request);
  }

  void wait(std::uint64_t ms) {
    kind_ = PATCHBAY_ACTION_WAIT;
    c_.wait_ms = ms;
  }
  // `state` is the query parameter by which the host recognises the person's return.
  void redirect(std::string_view url, std::string_view state) {
    kind_ = PATCHBAY_ACTION_REDIRECT;
    c_.redirect_url = borrow(arena_->text(url));
    c_.redirect_state = borrow(arena_->text(state));
  }
  // Asks for further fields of the auth method. Returns the reason to show beside them.
  // Here and below, `fallback` may be left out where the manifest has a text of the id.
  Message& ask(std::initializer_list<std::string_view> field_ids, std::string_view message_id,
               std::string_view fallback = {}) {
    kind_ = PATCHBAY_ACTION_INPUT;
    for (std::string_view id : field_ids) asked_.add(*arena_, borrow(arena_->text(id)));
    reason_ = &arena_->make<Message>(*arena_, message_id, fallback);
    return *reason_;
  }
  Done& done() {
    kind_ = PATCHBAY_ACTION_DONE;
    done_ = &arena_->make<Done>(*arena_);
    return *done_;
  }
  Fail& fail(Failure failure, std::string_view message_id, std::string_view fallback = {}) {
    kind_ = PATCHBAY_ACTION_FAIL;
    fail_ = &arena_->make<Fail>(*arena_, failure, message_id, fallback);
    return *fail_;
  }

  Arena& arena() { return *arena_; }
  // 0 while nothing is decided.
  std::uint32_t kind() const { return kind_; }
  std::size_t request_count() const { return requests_.size(); }
  Done* decided_done() { return kind_ == PATCHBAY_ACTION_DONE ? done_ : nullptr; }
  Fail* decided_fail() { return kind_ == PATCHBAY_ACTION_FAIL ? fail_ : nullptr; }

  // The C form, borrowing from the arena.
  patchbay_action finish(const ArenaList<const patchbay_token*>& minted,
                         const ArenaList<const patchbay_message*>& notices) {
    c_.kind = kind_;
    if (kind_ == PATCHBAY_ACTION_REQUESTS) {
      const std::span<const patchbay_request*> list =
          arena_->array<const patchbay_request*>(requests_.size());
      for (std::size_t i = 0; i < list.size(); ++i) list[i] = requests_[i]->finish();
      c_.requests = list.data();
      c_.request_count = list.size();
    }
    if (kind_ == PATCHBAY_ACTION_INPUT) {
      c_.ask_field_ids = asked_.data();
      c_.ask_field_count = asked_.size();
      c_.ask_reason = reason_->finish();
    }
    if (kind_ == PATCHBAY_ACTION_DONE) c_.done = done_->finish();
    if (kind_ == PATCHBAY_ACTION_FAIL) c_.fail = fail_->finish(minted);
    if (kind_ == PATCHBAY_ACTION_DONE || kind_ == PATCHBAY_ACTION_FAIL) {
      c_.notices = notices.data();
      c_.notice_count = notices.size();
    }
    return c_;
  }

 private:
  Arena* arena_;
  std::uint32_t kind_ = 0;
  patchbay_action c_{};
  ArenaList<Request*> requests_;
  ArenaList<patchbay_str> asked_;
  Message* reason_ = nullptr;
  Done* done_ = nullptr;
  Fail* fail_ = nullptr;
};

}  // namespace patchbay::sdk
