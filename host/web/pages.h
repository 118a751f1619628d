#pragma once
// The hub's pages: sign-in, connectors, review, connect, accounts, account. HTML is rendered here
// from the manifest and works without JavaScript; small modules make it nicer. Addresses:
//
//   GET  /signin/{token}  GET POST /signin  POST /signout
//   GET  /app/connectors  GET /fragments/connectors  GET POST /app/connectors/{id}/link
//   GET  /app/connectors/review/{sha256}  POST /app/connectors/review/{sha256}/approve
//   GET POST /app/connectors/review/{sha256}/withdraw  POST /app/connectors/{id}/restart
//   GET  /connect/{token}  GET POST /connect  GET /connect/status  GET /connect/result
//   POST /connect/cancel
//   GET  /guide/{token}
//   GET  /manage/{token}  GET /manage  POST /manage/reconnect  GET POST /manage/disconnect
//   GET POST /app/accounts  GET /app/accounts/{id}  GET POST /app/accounts/{id}/unlink
//   POST /app/accounts/{id}/{reconnect,suspend,resume,refresh}
//   POST /app/accounts/{id}/flows/{flow}
//   GET  /app/accounts/{id}/explain
//   GET  /app/accounts/{id}/requests  GET /app/accounts/{id}/requests/{log}
//   GET  /app/accounts/{id}/actions  GET POST /app/accounts/{id}/actions/{action}
//   GET POST /app/settings/{keys,webhooks}...  GET POST /app/settings/people
//   POST /app/settings/people/{links/{link}/withdraw,sessions/{session}/end}
//   GET  /app/settings/audit  GET /app/settings/audit/state  POST /app/settings/audit/verify
//   GET  /app/settings/storage
//   POST /app/project  GET POST /app/settings/projects  POST /app/settings/projects/{id}/name
//   GET  /assets/{file}  GET /embed/{file}  GET /logos/{connector}/{hash}
//
// The API has /accounts and /connectors to itself. The operator's pages need a session
// (operator_access.h); every POST must come from one of our own pages with its CSRF token. Connect
// pages need the link's cookie alone; a guide's address and "my connection" are sealed links.
//
// Any loop. Must outlive the router and the loops' last coroutine that began here.
#include <memory>

#include "net/router.h"
#include "web/site.h"

namespace patchbay::web {

class SigninPages;
class ConnectorPages;
class ReviewPages;
class ConnectPages;
class ColleaguePages;
class WaitingPages;
class AttemptPages;
class SignInWindow;
class GuidePages;
class ManagePages;
class IntegrationPages;
class AccountListPages;
class AccountPages;
class ExplainPages;
class PlaygroundPages;
class RequestLogPages;
class KeyPages;
class WebhookPages;
class PeoplePages;
class AuditPages;
class StoragePages;
class ProjectPages;

class Pages {
 public:
  explicit Pages(Options options);
  ~Pages();
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  void add_routes(net::Router& router);

  // For Router::on_error and ServerOptions::on_error.
  [[nodiscard]] net::Response error_page(const net::Request& request, unsigned status) const;

 private:
  std::unique_ptr<Site> site_;
  std::unique_ptr<SigninPages> signin_;
  std::unique_ptr<ConnectorPages> connectors_;
  std::unique_ptr<ReviewPages> review_;
  std::unique_ptr<ConnectPages> connect_;
  std::unique_ptr<ColleaguePages> colleague_;
  std::unique_ptr<WaitingPages> waiting_;
  std::unique_ptr<AttemptPages> attempts_;
  std::unique_ptr<SignInWindow> sign_in_window_;
  std::unique_ptr<GuidePages> guide_;
  std::unique_ptr<ManagePages> manage_;
  std::unique_ptr<IntegrationPages> integrations_;
  std::unique_ptr<AccountListPages> account_list_;
  std::unique_ptr<AccountPages> accounts_;
  std::unique_ptr<ExplainPages> explain_;
  std::unique_ptr<PlaygroundPages> playground_;
  std::unique_ptr<RequestLogPages> request_logs_;
  std::unique_ptr<KeyPages> keys_;
  std::unique_ptr<WebhookPages> webhooks_;
  std::unique_ptr<PeoplePages> people_;
  std::unique_ptr<AuditPages> audit_;
  std::unique_ptr<StoragePages> storage_;
  std::unique_ptr<ProjectPages> projects_;
};

}  // namespace patchbay::web
