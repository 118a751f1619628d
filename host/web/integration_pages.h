#pragma once
// How the project uses its connectors: what applications may do, what the operator sets up, and
// which of several integrations is the usual one. Everybody who is signed in sees it, admins
// decide.
#include "accounts/integration_service.h"
#include "web/integration_view.h"
#include "web/site.h"

namespace patchbay::web {

class IntegrationPages {
 public:
  explicit IntegrationPages(Site& site) : site_(site), integrations_(site.options.services) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> show(net::Request& request, const Site::Session& session);
  net::Task<net::Response> create(net::Request& request, const Site::Session& session,
                                  net::Params& form);
  net::Task<net::Response> allow(net::Request& request, const Site::Session& session,
                                 net::Params& form);
  net::Task<net::Response> describe(net::Request& request, const Site::Session& session,
                                    net::Params& form);
  net::Task<net::Response> set_up(net::Request& request, const Site::Session& session,
                                  net::Params& form);
  net::Task<net::Response> switch_on(net::Request& request, const Site::Session& session);
  net::Task<net::Response> switch_off(net::Request& request, const Site::Session& session);
  net::Task<net::Response> make_default(net::Request& request, const Site::Session& session);

  // What a form holds beside the stored integration, with what is wrong.
  struct Entered {
    FormState setup = {};
    std::string error = {};
  };
  net::Task<net::Response> show_one(net::Request& request, const Site::Session& session,
                                    Entered entered);
  // Carries the wish out and goes back to the page with a message.
  net::Task<net::Response> change(net::Request& request, const Site::Session& session,
                                  accounts::IntegrationWish wish, std::string_view done_text);
  net::Response back(const net::Request& request, const Site::Session& session,
                     std::string_view text_id, const std::optional<Error>& error = {}) const;

  Site& site_;
  accounts::IntegrationService integrations_;
};

}  // namespace patchbay::web
