#pragma once
// StackOne's Hub protocol, for their connect component (npm @stackone/hub) and whatever else speaks
// it: an application mounts the component with a connect session's token and our address, and its
// customer links an account without leaving the page. Our own connect page does more (guide,
// languages, sign-in at the provider); both end in the same Linker.
//
//   GET   /hub/settings
//   GET   /hub/connectors[?provider=]  GET /hub/connectors/{integration_id}
//   POST  /hub/accounts  GET PATCH /hub/accounts/{id}
//   and connection attempts (attempts.h)
//
// The token (x-hub-session-token) is the whole permission: it was made for one project and owner,
// perhaps one provider or account, ends by itself and links once. What it was not made for is 404.
// Where people sign in at the provider, the component opens a window of its own
// (web/attempt_pages.h), with what was entered in its address. So ways of signing in that need a
// secret field are not offered here.
//
// Any loop; outlives the router's use.
#include <string>
#include <utility>

#include "accounts/account_service.h"
#include "actions/action_error.h"
#include "embed/attempts.h"
#include "net/origins.h"
#include "net/router.h"

namespace patchbay::embed {

struct Options {
  accounts::AccountService& accounts;
  const accounts::Services& services;
  net::Origins origins;
};

class Embed {
 public:
  explicit Embed(Options options)
      : options_(std::move(options)),
        attempts_(options_.accounts, options_.services.clock, options_.origins) {}
  Embed(const Embed&) = delete;
  Embed& operator=(const Embed&) = delete;

  void add_routes(net::Router& router);
  // For answers given in place of these routes: 404, 405, 413, 500. Others stay as they are.
  void let_pages_read(const net::Request& request, net::Response& response) const;

 private:
  using Session = store::ConnectSession;
  using Handler = net::Task<net::Response> (Embed::*)(net::Request&, const Session&);
  using Target = accounts::Linker::Target;

  void add(net::Router& router, std::string_view method, std::string_view pattern, Handler handler);
  net::Task<net::Response> answer(Handler handler, net::Request& request);
  net::Task<Result<Session>> session_of(const net::Request& request) const;
  net::Task<Result<Target>> target(const Session& session, std::string integration_id) const;
  net::Task<Result<Target>> usual_target(const Session& session,
                                         connector::ConnectorPtr connector) const;
  // One that the session's owner has.
  net::Task<Result<store::Account>> account_of(const Session& session, std::string id) const;

  net::Task<net::Response> settings(net::Request& request, const Session& session);
  net::Task<net::Response> connectors(net::Request& request, const Session& session);
  net::Task<net::Response> form(net::Request& request, const Session& session);
  net::Task<net::Response> create_account(net::Request& request, const Session& session);
  net::Task<net::Response> read_account(net::Request& request, const Session& session);
  net::Task<net::Response> change_account(net::Request& request, const Session& session);
  net::Task<net::Response> link(const net::Request& request, Session session, Target target,
                                accounts::FormInput form, unsigned status);

  [[nodiscard]] net::Response failure(const net::Request& request, const Error& error) const;
  [[nodiscard]] net::Response refused(const net::Request& request,
                                      const actions::ActionError& error) const;

  const Options options_;
  Attempts attempts_;
};

}  // namespace patchbay::embed
