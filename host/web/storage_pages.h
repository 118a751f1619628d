#pragma once
// Settings: where the hub keeps its data, which keys seal it, and how to back it up and change
// keys. Admins alone see it; it changes nothing, commands do.
#include "web/site.h"

namespace patchbay::web {

class StoragePages {
 public:
  explicit StoragePages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> show(net::Request& request, const Site::Session& session);

  Site& site_;
};

}  // namespace patchbay::web
