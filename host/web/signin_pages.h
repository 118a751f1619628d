#pragma once
// Sign-in by one-time link. GET never consumes it, because mail scanners and link previews fetch
// addresses: the token moves into a short-lived cookie, the address is left clean, and a button on
// the page signs in.
#include "web/site.h"

namespace patchbay::web {

class SigninPages {
 public:
  explicit SigninPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> take_link(net::Request& request);
  net::Task<net::Response> show(net::Request& request);
  net::Task<net::Response> sign_in(net::Request& request);
  net::Task<Result<>> record(const net::Request& request, std::string token);
  net::Task<net::Response> sign_out(net::Request& request, const Site::Session& session);

  Site& site_;
};

}  // namespace patchbay::web
