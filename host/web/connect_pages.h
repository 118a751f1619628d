#pragma once
// The connect page: says who asks and for what, generates the form from the manifest with the guide
// beside it, runs the link and tells how it went. For whoever has a connect session's link; an
// operator who comes by gets a way back to the accounts.
//
// A script posts, polls /connect/status and shows /connect/result in a dialog; without one, POST
// answers when the link is done. Secrets go from the form into SecretStrings and are never
// rendered.
#include <memory>
#include <string>
#include <vector>

#include "web/connect_target.h"
#include "web/site.h"

namespace patchbay::web {

class ConnectPages {
 public:
  explicit ConnectPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  struct Visit;  // token, session, run of one request

  net::Task<net::Response> take_link(net::Request& request);
  net::Task<net::Response> show(net::Request& request);
  net::Task<net::Response> connect(net::Request& request);
  net::Task<net::Response> cancel(net::Request& request);
  net::Task<net::Response> status(net::Request& request);
  net::Task<net::Response> result(net::Request& request);

  net::Task<Visit> visit(net::Request& request);
  net::Task<> look_after_wait(Visit& visit);
  void end_wait(const std::string& key, const ConnectRuns::Run& run, Error error);
  net::Task<Result<ConnectTarget>> target(const store::ConnectSession& session,
                                          const std::string& connector_id);
  net::Task<net::Response> show_form(net::Request& request, const Visit& visit,
                                     const ConnectTarget& target);
  net::Response show_picker(net::Request& request, const Visit& visit) const;
  net::Response show_running(net::Request& request, const Visit& visit) const;
  net::Response link_is_over(net::Request& request, const Error& error) const;
  net::Task<std::optional<View>> confirmation(net::Request& request, const Visit& visit);

  Site& site_;
};

}  // namespace patchbay::web
