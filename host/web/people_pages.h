#pragma once
// Settings: who is signed in and who has a link to do so. Admins alone see it: they make links,
// shown once in the answer to the form that made them, and end sessions.
#include "web/site.h"

namespace patchbay::web {

class PeoplePages {
 public:
  explicit PeoplePages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> make_link(net::Request& request, const Site::Session& session,
                                     net::Params& form);
  net::Task<net::Response> withdraw_link(net::Request& request, const Site::Session& session);
  net::Task<net::Response> end_session(net::Request& request, const Site::Session& session);

  struct Form;
  net::Task<net::Response> show_list(net::Request& request, const Site::Session& session,
                                     Form form);

  Site& site_;
};

}  // namespace patchbay::web
