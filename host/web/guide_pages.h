#pragma once
// An integration's guide on a page of its own, for whoever has its link: what has to be set up at
// the provider, and nothing that could be entered or changed. The link is made on the connect page,
// for somebody who prepares the credentials but is not meant to connect.
#include <cstdint>
#include <string>

#include "web/site.h"

namespace patchbay::web {

inline constexpr std::int64_t kGuideLinkMs = 30LL * 24 * 3600 * 1000;

// The address of an integration's guide, good for kGuideLinkMs. It follows what the integration
// allows at the time it is read.
Result<std::string> guide_link(const Site& site, const net::Request& request,
                               const store::Integration& integration);

class GuidePages {
 public:
  explicit GuidePages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> show(net::Request& request);

  Site& site_;
};

}  // namespace patchbay::web
