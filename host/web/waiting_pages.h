#pragma once
// While a connect waits for its person: the page that sends them to the provider's sign-in page or
// asks for further fields, and the two addresses by which they come back. A connector's redirect
// returns to kReturnPath, in the browser that started: the connect session's cookie says which link
// it is about, the `state` parameter that it answers what was asked.
//
// The return address is answered with a redirect to a clean one, so that no code stays in the
// browser's history; queries are never logged.
#include <optional>
#include <string>

#include "web/site.h"

namespace patchbay::web {

inline constexpr std::string_view kReturnPath = "/connect/return";

struct WaitingPage {
  const std::string& token;  // of the connect session
  const accounts::Linker::Waiting& waiting;
  const ConnectRuns::Run* run = nullptr;  // how the last try went, if this process knows
  const OperatorAccess::Session* session = nullptr;
  // Set: in a frame, the provider's page opens in a window (sign_in_window.h).
  const store::ConnectSession* session_row = nullptr;
  bool in_sign_in_window = false;  // goes on to the provider by itself
};

// Nothing when the connector is not there any more.
std::optional<net::Response> waiting_page(Site& site, const net::Request& request,
                                          const WaitingPage& page);

class WaitingPages {
 public:
  explicit WaitingPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> come_back(net::Request& request);
  net::Task<net::Response> fill_in(net::Request& request);

  Site& site_;
};

}  // namespace patchbay::web
