#pragma once
// Why an account is as it is (explain/explanation.h), for whoever has to mend it or answer for it.
// Everybody who is signed in may read it.
#include "web/site.h"

namespace patchbay::web {

class ExplainPages {
 public:
  explicit ExplainPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> show(net::Request& request, const Site::Session& session);

  Site& site_;
};

}  // namespace patchbay::web
