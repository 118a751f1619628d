// One connect flow over the C interface, played without a single allocation of its own: what a flow
// costs beyond it is the connector's and the SDK's. One thread.
#pragma once

#include <array>
#include <stdexcept>
#include <string_view>

#include "patchbay/connector.h"

namespace patchbay::tests {

class BareExchange {
 public:
  explicit BareExchange(const patchbay_connector* table) : table_(table) {
    host_.struct_size = sizeof host_;
    host_.abi_minor = PATCHBAY_ABI_MINOR;
    host_.log = [](void*, std::uint32_t, patchbay_str) {};
    host_.get_extension = [](void*, patchbay_str) -> const void* { return nullptr; };
    if (table_->create(&host_, &instance_) != PATCHBAY_OK) throw std::logic_error("create");
    input_.struct_size = sizeof input_;
    input_.fields = &field_;
    input_.field_count = 1;
    input_.secrets = &secret_;
    input_.secret_count = 1;
    reply_.struct_size = sizeof reply_;
    reply_.http_status = 200;
    reply_.body = text(R"({"access_token":"0123456789abcdef0123456789abcdef","expires_in":3600})");
    start_.struct_size = replied_.struct_size = sizeof start_;
    start_.kind = PATCHBAY_EVENT_START;
    replied_.kind = PATCHBAY_EVENT_REPLIES;
    replied_.replies = &reply_pointer_;
    replied_.reply_count = 1;
  }
  BareExchange(const BareExchange&) = delete;
  BareExchange& operator=(const BareExchange&) = delete;
  ~BareExchange() { table_->destroy(instance_); }

  // begin, START, one request answered, DONE, release. Throws when it goes another way.
  void run() {
    patchbay_flow* flow = nullptr;
    if (table_->connect(instance_, &input_, &flow) != PATCHBAY_OK) throw std::logic_error("begin");
    step(flow, start_, PATCHBAY_ACTION_REQUESTS);
    step(flow, replied_, PATCHBAY_ACTION_DONE);
    table_->release(flow);
  }

 private:
  static patchbay_str text(std::string_view text) { return {text.data(), text.size()}; }
  void step(patchbay_flow* flow, const patchbay_event& event, std::uint32_t expected) {
    patchbay_action action{};
    action.struct_size = sizeof action;
    if (table_->step(flow, &event, &action) != PATCHBAY_OK || action.kind != expected)
      throw std::logic_error("the flow took another course");
  }

  const patchbay_connector* table_;
  patchbay_host host_{};
  patchbay_instance* instance_ = nullptr;
  patchbay_pair field_{text("client_id"), text("client-0123456789abcdef")};
  patchbay_pair secret_{text("client_secret"), text("secret-0123456789abcdef0123456789abcdef")};
  patchbay_input input_{};
  patchbay_reply reply_{};
  const patchbay_reply* reply_pointer_ = &reply_;
  patchbay_event start_{}, replied_{};
};

}  // namespace patchbay::tests
