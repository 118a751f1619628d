#pragma once
// One of the operator's accounts, and what can be done with it.
#include "web/pauses.h"
#include "web/site.h"

namespace patchbay::web {

class AccountPages {
 public:
  explicit AccountPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> show(net::Request& request, const Site::Session& session);
  net::Task<net::Response> ask_unlink(net::Request& request, const Site::Session& session);
  net::Task<net::Response> unlink(net::Request& request, const Site::Session& session);
  net::Task<net::Response> suspend(net::Request& request, const Site::Session& session);
  net::Task<net::Response> resume(net::Request& request, const Site::Session& session);
  net::Task<net::Response> refresh(net::Request& request, const Site::Session& session);
  net::Task<net::Response> reconnect(net::Request& request, const Site::Session& session);
  // Answers when the provider has been asked, half a minute later at most.
  net::Task<net::Response> check_permissions(net::Request& request, const Site::Session& session);
  // As a file without secrets, for the connector's author.
  net::Task<net::Response> export_flow(net::Request& request, const Site::Session& session);

  // Back to the account with a message that is shown once; 404 where it is not there.
  net::Response back(const net::Request& request, const Site::Session& session,
                     std::string_view text_id, const std::optional<Error>& error = {}) const;

  Site& site_;
  Pauses checks_{30'000};  // of an account, whoever asks
};

}  // namespace patchbay::web
