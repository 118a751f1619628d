#pragma once
// The projects (tenants): which one the session sees, and, in the settings, which there are.
// Everybody who is signed in may choose; admins make and rename them.
#include "accounts/projects.h"
#include "web/site.h"

namespace patchbay::web {

class ProjectPages {
 public:
  explicit ProjectPages(Site& site) : site_(site), projects_(site.options.services) {}
  void add_routes(net::Router& router);

 private:
  // From the form in the frame of every page, back to the section that it was sent from.
  net::Task<net::Response> choose(net::Request& request, const Site::Session& session,
                                  net::Params& form);
  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> create(net::Request& request, const Site::Session& session,
                                  net::Params& form);
  net::Task<net::Response> rename(net::Request& request, const Site::Session& session,
                                  net::Params& form);

  struct Entered;
  [[nodiscard]] net::Response show_list(const net::Request& request, const Site::Session& session,
                                        const Entered& entered);

  Site& site_;
  accounts::Projects projects_;
};

}  // namespace patchbay::web
