#pragma once
// Letting connectors in: the page that shows what a file asks for and what changed, the operator's
// decision about exactly the content that was looked at, and starting one again that keeps failing.
#include <string>

#include "web/site.h"

namespace patchbay::web {

class ReviewPages {
 public:
  explicit ReviewPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> show(net::Request& request, const Site::Session& session);
  net::Task<net::Response> approve(net::Request& request, const Site::Session& session);
  net::Task<net::Response> ask_withdraw(net::Request& request, const Site::Session& session);
  net::Task<net::Response> withdraw(net::Request& request, const Site::Session& session);
  net::Task<net::Response> restart(net::Request& request, const Site::Session& session);

  [[nodiscard]] connector::ConnectorPtr find(std::string_view sha256) const;
  // To the list, with a message on top.
  net::Response back(const Site::Session& session, Flash message) const;

  Site& site_;
};

}  // namespace patchbay::web
