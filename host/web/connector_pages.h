#pragma once
// The connectors folder as the operator sees it, live, and the form that begins a link.
#include "web/site.h"

namespace patchbay::web {

class ConnectorPages {
 public:
  explicit ConnectorPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> list_fragment(net::Request& request, const Site::Session& session);
  net::Task<net::Response> link_form(net::Request& request, const Site::Session& session);
  net::Task<net::Response> link(net::Request& request, const Site::Session& session,
                                net::Params& form);

  struct LinkForm;
  net::Task<net::Response> show_form(net::Request& request, const Site::Session& session,
                                     LinkForm form);
  [[nodiscard]] View cards(const net::Request& request, const Site::Session& session) const;

  Site& site_;
};

}  // namespace patchbay::web
