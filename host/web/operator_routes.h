#pragma once
// Routes whose handlers are members of one pages object and need the signed-in operator's session.
#include <string_view>

#include "net/router.h"
#include "web/site.h"

namespace patchbay::web {

// Site, router and pages outlive the router's use.
template <class Pages>
class OperatorRoutes {
 public:
  using Step = net::Task<net::Response> (Pages::*)(net::Request&, const Site::Session&);

  OperatorRoutes(net::Router& router, Site& site, Pages& pages)
      : router_(router), site_(site), pages_(pages) {}

  void get(std::string_view path, Step step, store::Role least = store::Role::kViewer) {
    router_.add("GET", path,
                site_.operator_get(
                    [&pages = pages_, step](net::Request& request, const Site::Session& session) {
                      return (pages.*step)(request, session);
                    },
                    least));
  }
  // For steps that need nothing of the form but that it was ours.
  void post(std::string_view path, Step step, store::Role least = store::Role::kOperator) {
    router_.add(
        "POST", path,
        site_.operator_post([&pages = pages_, step](
                                net::Request& request, const Site::Session& session,
                                net::Params& /*form*/) { return (pages.*step)(request, session); },
                            least));
  }
  using FormStep = net::Task<net::Response> (Pages::*)(net::Request&, const Site::Session&,
                                                       net::Params&);
  void post(std::string_view path, FormStep step, store::Role least = store::Role::kOperator,
            const net::ParamLimits& limits = {}) {
    router_.add("POST", path,
                site_.operator_post(
                    [&pages = pages_, step](net::Request& request, const Site::Session& session,
                                            net::Params& form) {
                      return (pages.*step)(request, session, form);
                    },
                    least, limits));
  }

 private:
  net::Router& router_;
  Site& site_;
  Pages& pages_;
};

}  // namespace patchbay::web
