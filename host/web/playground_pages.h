#pragma once
// Where an operator tries an account's actions: a form made from the action's schema, the request
// that it would send, and what the provider answers. A call goes the way that applications' calls
// go (api/call_action.h): what the integration allows, recorded, and in the log of requests. What
// deletes is asked about first. Nothing of a call is kept here.
#include "web/playground_form.h"
#include "web/site.h"

namespace patchbay::web {

class PlaygroundPages {
 public:
  explicit PlaygroundPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  struct Visit;    // one action, for one request
  struct Outcome;  // what came of trying it

  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> show(net::Request& request, const Site::Session& session);
  net::Task<net::Response> try_it(net::Request& request, const Site::Session& session,
                                  net::Params& form);

  net::Task<Result<Visit>> visit(net::Request& request, const Site::Session& session);
  net::Task<Outcome> run(const Visit& visit, EnteredInput entered, const net::Params& form);
  net::Response page(const Visit& visit, const Outcome& outcome) const;
  // There is no such account, or it may not do that.
  net::Response refused(const net::Request& request, const Site::Session& session,
                        const Error& error) const;

  Site& site_;
};

}  // namespace patchbay::web
