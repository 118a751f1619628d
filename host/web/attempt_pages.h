#pragma once
// The window that the connect component opens where people sign in at the provider
// (accounts/connection_attempts.h). The address it opens holds the session's token and what was
// entered. It is answered with a redirect to a clean one at once, and nothing of it is logged; what
// is secret is refused there, because addresses stay in histories. From the clean one on, the
// person is led as from our own connect page (waiting_pages.h), and the last page closes itself.
//
// Who opens the window may hold it, so that the component can close it: these pages, unlike all
// others, keep their opener.
#include "net/origins.h"
#include "web/site.h"

namespace patchbay::web {

inline constexpr std::string_view kWindowPath = "/connect/window";

// Whether the person of the session with this token is in such a window.
net::Task<bool> is_in_window(Site& site, std::string token);

// As `link`. The attempt that ends with it is told why, in the person's language.
net::Task<accounts::LinkOutcome> telling_attempt(accounts::AccountService& accounts,
                                                 connector::ConnectorPtr connector,
                                                 std::string auth_method_id,
                                                 const Language& language,
                                                 net::Task<accounts::LinkOutcome> link);

class AttemptPages {
 public:
  explicit AttemptPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  struct Asked;
  struct Visit;

  net::Task<net::Response> open(net::Request& request);
  net::Task<Result<bool>> take(const net::Request& request, const store::ConnectSession& session,
                               Asked asked);
  net::Task<net::Response> show(net::Request& request);
  net::Task<net::Response> start(net::Request& request, const Visit& visit);
  net::Task<net::Response> go_on(net::Request& request, const Visit& visit);
  [[nodiscard]] net::Response say(const net::Request& request, std::string_view text_id,
                                  unsigned status = 200, std::string detail = {}) const;

  Site& site_;
};

}  // namespace patchbay::web
