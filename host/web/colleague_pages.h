#pragma once
// "I am not the admin: send it to a colleague": makes a second link of a connect session
// (accounts/passed_on_links.h) and waits for what comes of it. The connect page stays usable
// meanwhile. Whoever of the two comes second is told who came first.
//
// The link can be shown again as long as it is open, because its token follows from the one in the
// cookie. The page asks /connect/colleague/status by script, and is loaded again without one.
#include <optional>
#include <string>
#include <string_view>

#include "web/site.h"

namespace patchbay::web {

inline constexpr std::string_view kColleaguePath = "/connect/colleague";

// The open session that was passed on by this one, which may be over itself.
net::Task<std::optional<store::ConnectSession>> waits_for_colleague(
    Site& site, const store::ConnectSession& session);

// Instead of the connect page: where the person is told what came of passing the session on, or
// that its other end came first. Nothing: neither is to be told.
net::Task<std::optional<net::Response>> told_elsewhere(Site& site, const net::Request& request,
                                                       std::string token);

class ColleaguePages {
 public:
  explicit ColleaguePages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  struct Visit;

  net::Task<Result<Visit>> visit(const net::Request& request);
  net::Task<net::Response> show(net::Request& request);
  net::Task<net::Response> status(net::Request& request);
  net::Task<net::Response> pass_on(net::Request& request);
  net::Task<net::Response> take_back(net::Request& request);
  [[nodiscard]] net::Response show_waiting(const net::Request& request, const Visit& visit) const;
  net::Task<net::Response> show_linked(const net::Request& request, const Visit& visit);
  [[nodiscard]] bool leads_to_sandbox(const connector::ConnectorPtr& connector) const;
  // The form of a POST that came from one of our own pages with this session.
  [[nodiscard]] std::optional<net::Params> own_form(net::Request& request) const;

  Site& site_;
};

}  // namespace patchbay::web
