#pragma once
// The window in which people sign in at the provider when the connect page stands in a frame:
// providers refuse frames. The frame's form opens it with a POST. A window shares no cookies with a
// frame in another site's page (framing.h), so the form holds a ticket, the sealed token of the
// connect session, which moves the session into the window's own cookie. It stands in no address,
// and only a page of the hub's can send it: nobody else's session can be put into a browser.
//
// The provider sends the person back to this window (waiting_pages.h), where the cookie says which
// session it is about and `state` what was asked. The window then closes itself; the frame asks how
// it went (/connect/status) and tells it.
#include <string>
#include <string_view>

#include "web/site.h"

namespace patchbay::web {

inline constexpr std::string_view kSignInPath = "/connect/sign-in";

// For the form in the frame; as long as the session may wait.
Result<std::string> sign_in_ticket(const Site& site, const store::ConnectSession& session,
                                   const std::string& token);

// Whether the request's cookies are those of such a window, for the session with this token.
bool is_in_sign_in_window(const net::Request& request, std::string_view token);

class SignInWindow {
 public:
  explicit SignInWindow(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> open(net::Request& request);
  net::Task<net::Response> show(net::Request& request);
  [[nodiscard]] net::Response over(const net::Request& request, std::string_view text_id) const;

  Site& site_;
};

}  // namespace patchbay::web
