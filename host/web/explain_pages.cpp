#include "web/explain_pages.h"

#include "api/request_logs.h"
#include "explain/explain.h"
#include "explain/facts.h"
#include "web/account_view.h"
#include "web/explain_view.h"
#include "web/operator_routes.h"

namespace patchbay::web {

void ExplainPages::add_routes(net::Router& router) {
  OperatorRoutes<ExplainPages> routes(router, site_, *this);
  routes.get("/app/accounts/{id}/explain", &ExplainPages::show);
}

net::Task<net::Response> ExplainPages::show(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  co_await site_.options.api.logs().flush();
  const auto facts = co_await explain::gather(site_.options.services, site_.options.accounts,
                                              session.project_id, std::string(request.param("id")));
  if (!facts) co_return site_.error(request, facts.error(), &session);
  const auto* manifest = facts->file ? facts->file->manifest.get() : nullptr;
  View view = account_head(facts->detail.account, manifest, language);
  view.flag("at_explain", true);
  put_explanation(view, explain::explain(*facts, site_.now()), language);
  co_return site_.page(request,
                       {.template_name = "explain",
                        .title = language.text("explain.title"),
                        .view = std::move(view),
                        .nav = Nav::kAccounts,
                        .session = &session,
                        .sandboxed = manifest != nullptr &&
                                     is_sandboxed(*manifest, site_.options.overridden_hosts)});
}

}  // namespace patchbay::web
