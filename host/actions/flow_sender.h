#pragma once
// Sends what a connector asks for while it carries out an action: each request only under the
// instance's serving lease and not when access was changed since it was checked, as
// provider_caller.h does it. Notices what trying again depends on: a refused token, and requests
// that may have changed something at the provider.
//
// Used on the account's loop; what it was built from outlives it.
#include <optional>
#include <span>

#include "actions/account_access.h"
#include "net/http_client.h"

namespace patchbay::actions {

class FlowSender final : public net::HttpSender {
 public:
  // `read_at`: the oldest change sequence of what the requests rest on.
  FlowSender(const accounts::Services& services, net::HttpSender& http, std::int64_t read_at,
             std::span<const connector::Token> tokens)
      : services_(services), http_(http), read_at_(read_at), tokens_(tokens) {}

  Task<net::ClientReply> send(net::ClientRequest request,
                              std::chrono::milliseconds within) override;

  // Set: a request was held back, and this is what the caller hears.
  [[nodiscard]] const std::optional<ActionError>& held_back() const { return held_back_; }
  // The one of the tokens that a request presented which was answered with 401; null: there is
  // none.
  [[nodiscard]] const connector::Token* refused() const { return refused_; }
  // Whether a request that does not only read may have been carried out.
  [[nodiscard]] bool changed_something() const { return changed_something_; }

 private:
  net::ClientReply hold_back(ActionError error);
  void note(const net::ClientReply& reply, bool only_reads, const connector::Token* presented);

  const accounts::Services& services_;
  net::HttpSender& http_;
  const std::int64_t read_at_;
  const std::span<const connector::Token> tokens_;
  std::optional<ActionError> held_back_;
  const connector::Token* refused_ = nullptr;
  bool changed_something_ = false;
};

}  // namespace patchbay::actions
