#pragma once
// Settings: the API keys. Everybody who is signed in sees which there are; admins make, replace and
// revoke them. A key is shown once, in the answer to the form that made it.
#include "api/key_issuer.h"
#include "web/site.h"

namespace patchbay::web {

class KeyPages {
 public:
  explicit KeyPages(Site& site) : site_(site), issuer_(site.options.services) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> show(net::Request& request, const Site::Session& session);
  net::Task<net::Response> create(net::Request& request, const Site::Session& session,
                                  net::Params& form);
  net::Task<net::Response> rotate(net::Request& request, const Site::Session& session,
                                  net::Params& form);
  net::Task<net::Response> revoke(net::Request& request, const Site::Session& session);

  struct Form;
  net::Task<net::Response> show_list(net::Request& request, const Site::Session& session,
                                     Form form);
  [[nodiscard]] net::Response show_made(const net::Request& request, const Site::Session& session,
                                        const api::NewApiKey& made) const;

  Site& site_;
  api::KeyIssuer issuer_;
};

}  // namespace patchbay::web
