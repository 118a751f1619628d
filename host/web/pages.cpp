#include "web/pages.h"

#include "web/account_list_pages.h"
#include "web/account_pages.h"
#include "web/attempt_pages.h"
#include "web/audit_pages.h"
#include "web/colleague_pages.h"
#include "web/connect_access.h"
#include "web/connect_pages.h"
#include "web/connector_pages.h"
#include "web/explain_pages.h"
#include "web/guide_pages.h"
#include "web/integration_pages.h"
#include "web/key_pages.h"
#include "web/link_access.h"
#include "web/manage_pages.h"
#include "web/people_pages.h"
#include "web/playground_pages.h"
#include "web/project_pages.h"
#include "web/request_log_pages.h"
#include "web/review_pages.h"
#include "web/sign_in_window.h"
#include "web/signin_pages.h"
#include "web/static_files.h"
#include "web/storage_pages.h"
#include "web/waiting_pages.h"
#include "web/webhook_pages.h"

namespace patchbay::web {
namespace {

net::Task<net::Response> give_asset(net::Request& request) {
  net::Response response = asset_response(request);
  // A picture may be opened as a page of its own; what the others hold is never run as one.
  if (request.path.ends_with(".svg") || response.status != 200)
    response = secured(std::move(response));
  co_return response;
}

net::Task<net::Response> give_embedded(net::Request& request) {
  co_return secured(embed_response(request));
}

// Logos tell which connectors there are, so they are for those who may see one of our pages.
net::Task<net::Response> give_logo(Site& site, net::Request& request) {
  const auto session = co_await site.access.session(request);
  if ((!session || !*session) && !has_link_access(site, request) &&
      !co_await has_connect_access(site, request)) {
    co_return net::text("Forbidden\n", 403);
  }
  const std::string wanted(request.param("connector"));
  for (const auto& connector : site.options.registry.list()) {
    if (connector->id == wanted && connector->manifest &&
        logo_url(*connector->manifest) == request.path)
      co_return logo_response(*connector->manifest, request.path);
  }
  co_return net::text("Not Found\n", 404);
}

net::Task<net::Response> go_home(net::Request& /*request*/) {
  co_return net::redirect("/app/connectors");
}

net::Task<net::Response> go_to_settings(net::Request& /*request*/) {
  co_return net::redirect("/app/settings/keys");
}

}  // namespace

Pages::Pages(Options options)
    : site_(std::make_unique<Site>(std::move(options))),
      signin_(std::make_unique<SigninPages>(*site_)),
      connectors_(std::make_unique<ConnectorPages>(*site_)),
      review_(std::make_unique<ReviewPages>(*site_)),
      connect_(std::make_unique<ConnectPages>(*site_)),
      colleague_(std::make_unique<ColleaguePages>(*site_)),
      waiting_(std::make_unique<WaitingPages>(*site_)),
      attempts_(std::make_unique<AttemptPages>(*site_)),
      sign_in_window_(std::make_unique<SignInWindow>(*site_)),
      guide_(std::make_unique<GuidePages>(*site_)),
      manage_(std::make_unique<ManagePages>(*site_)),
      integrations_(std::make_unique<IntegrationPages>(*site_)),
      account_list_(std::make_unique<AccountListPages>(*site_)),
      accounts_(std::make_unique<AccountPages>(*site_)),
      explain_(std::make_unique<ExplainPages>(*site_)),
      playground_(std::make_unique<PlaygroundPages>(*site_)),
      request_logs_(std::make_unique<RequestLogPages>(*site_)),
      keys_(std::make_unique<KeyPages>(*site_)),
      webhooks_(std::make_unique<WebhookPages>(*site_)),
      people_(std::make_unique<PeoplePages>(*site_)),
      audit_(std::make_unique<AuditPages>(*site_)),
      storage_(std::make_unique<StoragePages>(*site_)),
      projects_(std::make_unique<ProjectPages>(*site_)) {}

Pages::~Pages() = default;

void Pages::add_routes(net::Router& router) {
  router.add("GET", "/", site_->open(go_home));
  router.add("GET", "/assets/{file}", give_asset);
  router.add("GET", "/embed/{file}", give_embedded);
  router.add("GET", "/logos/{connector}/{hash}",
             site_->open([site = site_.get()](net::Request& request) {
               return give_logo(*site, request);
             }));
  signin_->add_routes(router);
  connectors_->add_routes(router);
  review_->add_routes(router);
  connect_->add_routes(router);
  colleague_->add_routes(router);
  waiting_->add_routes(router);
  attempts_->add_routes(router);
  sign_in_window_->add_routes(router);
  guide_->add_routes(router);
  manage_->add_routes(router);
  integrations_->add_routes(router);
  account_list_->add_routes(router);
  accounts_->add_routes(router);
  explain_->add_routes(router);
  playground_->add_routes(router);
  request_logs_->add_routes(router);
  router.add("GET", "/app/settings", site_->open(go_to_settings));
  keys_->add_routes(router);
  webhooks_->add_routes(router);
  people_->add_routes(router);
  audit_->add_routes(router);
  storage_->add_routes(router);
  projects_->add_routes(router);
}

net::Response Pages::error_page(const net::Request& request, unsigned status) const {
  return secured(site_->message(request, {.text_id = status == 404   ? "message.not_found"
                                                     : status == 405 ? "message.wrong_method"
                                                                     : "message.failed",
                                          .status = status}));
}

}  // namespace patchbay::web
