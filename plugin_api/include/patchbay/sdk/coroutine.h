// A flow written from top to bottom:
//
//   class Connect : public patchbay::sdk::CoroutineFlow {
//     using CoroutineFlow::CoroutineFlow;
//     Task<> run() override {
//       Reply reply = co_await http(get("https://api.acme.test/me").bearer(key));
//       if (!reply.ok()) {
//         fail(Failure::credentials, "error.key_refused", "Acme refused this key.").at("key");
//         co_return;
//       }
//       done().fact("name", reply.header("x-name"));
//     }
//   };
//
// run() ends with exactly one done() or fail(). What co_await gives back and what get(), post() and
// request() make lives as long as the flow. A cancelled flow is not resumed to its end: call
// minted() as soon as a token is there. Thread: [flow].
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>

#include "patchbay/sdk/flow.h"
#include "patchbay/sdk/task.h"

namespace patchbay::sdk {

class CoroutineFlow : public Flow {
 public:
  using Flow::Flow;

 protected:
  virtual Task<> run() = 0;

  Request& request(std::string_view method, std::string_view url) {
    return keep().make<Request>(keep(), method, url);
  }
  Request& get(std::string_view url) { return request("GET", url).idempotent(); }
  Request& post(std::string_view url) { return request("POST", url); }

  Done& done() { return action_->done(); }
  Fail& fail(Failure failure, std::string_view message_id, std::string_view fallback = {}) {
    return action_->fail(failure, message_id, fallback);
  }
  // For helpers such as failed_in_transit(); valid until the next co_await.
  Action& action() { return *action_; }
  std::int64_t unix_ms() const { return event_->unix_ms(); }
  // 32 fresh bytes; the same ones until the next co_await.
  std::string_view random() { return keep().text(event_->random()); }

  class Waiting {
   public:
    explicit Waiting(CoroutineFlow& flow) : flow_(&flow) {}
    bool await_ready() const noexcept { return false; }
    [[gnu::noinline]] void await_suspend(std::coroutine_handle<> waiting) noexcept {
      flow_->waiting_ = waiting;
    }

   protected:
    CoroutineFlow& flow() const { return *flow_; }
    const Event& event() const { return *flow_->event_; }

   private:
    CoroutineFlow* flow_;
  };

  struct HttpWaiting : Waiting {
    using Waiting::Waiting;
    Reply await_resume() const { return flow().copy(event().reply()); }
  };
  struct BatchWaiting : Waiting {
    using Waiting::Waiting;
    std::span<const Reply> await_resume() const {
      ArenaList<Reply> replies;
      for (std::size_t i = 0; i < event().reply_count(); ++i) {
        replies.add(flow().keep(), flow().copy(event().reply(i)));
      }
      return {replies.data(), replies.size()};
    }
  };
  struct TimerWaiting : Waiting {
    using Waiting::Waiting;
    void await_resume() const noexcept {}
  };
  // What came back, by name; empty when there is none of that name.
  class Returned {
   public:
    explicit Returned(std::span<const NameValue> values) : values_(values) {}
    std::string_view operator[](std::string_view name) const {
      for (const NameValue& value : values_) {
        if (value.name == name) return value.value;
      }
      return {};
    }

   private:
    std::span<const NameValue> values_;
  };
  struct ReturnWaiting : Waiting {
    using Waiting::Waiting;
    Returned await_resume() const {
      ArenaList<NameValue> values;
      const patchbay_event& c = event().c();
      flow().copy(c.query, c.query_count, values);
      flow().copy(c.fields, c.field_count, values);
      flow().copy(c.secrets, c.secret_count, values);
      flow().remember_secret(flow().keep().text(event().query("code")));
      for (std::uint64_t i = 0; i < c.secret_count; ++i) {
        flow().remember_secret(flow().keep().text(view(c.secrets[i].value)));
      }
      return Returned({values.data(), values.size()});
    }
  };

  // Sends a request; gives back its Reply.
  HttpWaiting http(Request& request) {
    action_->send(request);
    return HttpWaiting(*this);
  }
  // Sends a batch; gives back the replies in the same order.
  BatchWaiting http(std::initializer_list<Request*> requests) {
    for (Request* request : requests) action_->send(*request);
    return BatchWaiting(*this);
  }
  TimerWaiting wait(std::uint64_t ms) {
    action_->wait(ms);
    return TimerWaiting(*this);
  }
  // Sends the person away; gives back the query parameters they return with.
  ReturnWaiting redirect(std::string_view url, std::string_view state) {
    action_->redirect(url, state);
    return ReturnWaiting(*this);
  }
  // Asks for further fields; gives back fields and secrets by id.
  ReturnWaiting ask(std::initializer_list<std::string_view> field_ids, std::string_view message_id,
                    std::string_view fallback = {}) {
    action_->ask(field_ids, message_id, fallback);
    return ReturnWaiting(*this);
  }

 private:
  void step(const Event& event, Action& action) final {
    event_ = &event;
    action_ = &action;
    if (event.kind() == EventKind::start) {
      task_ = run();
      waiting_ = task_.handle();
    }
    std::exchange(waiting_, {}).resume();
    event_ = nullptr;
    action_ = nullptr;
    if (task_.handle().done()) task_.handle().promise().take();
  }

  void copy(const patchbay_pair* pairs, std::uint64_t count, ArenaList<NameValue>& values) {
    for (std::uint64_t i = 0; i < count; ++i) {
      values.add(keep(), {keep().text(view(pairs[i].name)), keep().text(view(pairs[i].value))});
    }
  }
  Reply copy(const Reply& reply) {
    patchbay_reply& c = keep().make<patchbay_reply>(reply.c());
    const std::span<patchbay_pair> headers = keep().array<patchbay_pair>(c.header_count);
    for (std::size_t i = 0; i < headers.size(); ++i) {
      headers[i] = {borrow(keep().text(view(c.headers[i].name))),
                    borrow(keep().text(view(c.headers[i].value)))};
    }
    c.struct_size = sizeof(c);
    c.headers = headers.data();
    c.body = borrow(keep().text(view(c.body)));
    return Reply(c);
  }

  const Event* event_ = nullptr;
  Action* action_ = nullptr;
  std::coroutine_handle<> waiting_;
  Task<> task_;
};

}  // namespace patchbay::sdk
