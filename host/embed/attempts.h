#pragma once
// The component's view of a link in a window of its own (accounts/connection_attempts.h):
//
//   POST       /hub/connection_attempts
//   GET DELETE /hub/connection_attempts/{id}
//
// An attempt is found with its own session's token alone. It can be looked at and cancelled when
// the session is over, too: that is when the component asks whether it linked.
//
// Any loop; outlives the router's use.
#include "accounts/account_service.h"
#include "net/origins.h"
#include "net/router.h"

namespace patchbay::embed {

class Attempts {
 public:
  Attempts(accounts::AccountService& accounts, const Clock& clock, const net::Origins& origins)
      : accounts_(accounts), clock_(clock), origins_(origins) {}

  void add_routes(net::Router& router);

 private:
  using Session = store::ConnectSession;
  using Handler = net::Task<net::Response> (Attempts::*)(net::Request&, const Session&);
  enum class Sessions : std::uint8_t { kOpen, kAny };

  void add(net::Router& router, std::string_view method, std::string_view pattern, Sessions which,
           Handler handler);
  net::Task<net::Response> answer(Sessions which, Handler handler, net::Request& request);

  net::Task<net::Response> make(net::Request& request, const Session& session);
  net::Task<net::Response> look(net::Request& request, const Session& session);
  net::Task<net::Response> cancel(net::Request& request, const Session& session);

  [[nodiscard]] net::Response failure(const net::Request& request, const Error& error) const;

  accounts::AccountService& accounts_;
  const Clock& clock_;
  const net::Origins& origins_;
};

}  // namespace patchbay::embed
