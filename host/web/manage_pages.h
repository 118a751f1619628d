#pragma once
// "My connection", for the end user whose account it is: how it is, new credentials, disconnect.
// The product opens it with a link that the API makes (POST /accounts/{id}/manage_link); the link
// is about one account and over soon. As with connect links, it stands in one address alone, which
// moves it into a cookie.
#include <string>

#include "web/site.h"

namespace patchbay::web {

class ManagePages {
 public:
  explicit ManagePages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  struct Visit;  // the link of one request, and the account it is about
  using Step = net::Task<net::Response> (ManagePages::*)(net::Request&, const Visit&);

  net::Task<net::Response> take_link(net::Request& request);
  // With a link that is good, for an account that is there; else says what is wrong.
  net::Task<net::Response> visiting(net::Request& request, Step step);
  // As `visiting`, for a form of these pages.
  net::Task<net::Response> changing(net::Request& request, Step step);

  net::Task<net::Response> show(net::Request& request, const Visit& visit);
  net::Task<net::Response> reconnect(net::Request& request, const Visit& visit);
  net::Task<net::Response> ask_disconnect(net::Request& request, const Visit& visit);
  net::Task<net::Response> disconnect(net::Request& request, const Visit& visit);

  Site& site_;
};

}  // namespace patchbay::web
