#include "web/guide_pages.h"

#include "web/connect_target.h"
#include "web/connect_view.h"
#include "web/guide_view.h"
#include "web/link_access.h"
#include "web/manifest_text.h"
#include "web/request_checks.h"

namespace patchbay::web {

Result<std::string> guide_link(const Site& site, const net::Request& request,
                               const store::Integration& integration) {
  PATCHBAY_TRY_ASSIGN(const auto token,
                      make_link_token(site, LinkPurpose::kGuide, integration.project_id,
                                      integration.id, kGuideLinkMs));
  return own_origin(request, site.options.public_origin) + "/guide/" + token;
}

void GuidePages::add_routes(net::Router& router) {
  router.add("GET", "/guide/{token}",
             site_.open([this](net::Request& request) { return show(request); }));
}

net::Task<net::Response> GuidePages::show(net::Request& request) {
  const Options& options = site_.options;
  const std::string_view token = request.param("token");
  const auto link = open_link_token(site_, LinkPurpose::kGuide, token);
  if (!link) co_return link_is_over(site_, request, link.error(), "guide.link_expired");
  const auto say = [&](std::string_view text_id, unsigned status) {
    return site_.message(request, {.text_id = text_id, .status = status, .for_end_users = true});
  };
  auto integration = co_await options.store.read(
      [project = link->project_id, id = link->subject](store::Database& db) {
        return store::integrations_table::find(db, project, id);
      });
  if (!integration) co_return site_.error(request, integration.error(), nullptr);
  if (!*integration) co_return say("guide.link_expired", 410);
  auto connector = options.registry.find((*integration)->connector_id);
  if (!connector) co_return say("connect.connector_missing", 503);
  const auto target = connect_target(std::move(connector), **std::move(integration));
  if (!target) co_return site_.error(request, target.error(), nullptr);

  const Language& language = language_of(request);
  const manifest::Manifest& manifest = target->manifest();
  const manifest::TextArguments arguments{{"provider", provider_name(manifest, language)},
                                          {"product", site_.product_name()}};
  const bool sandboxed = is_sandboxed(manifest, options.overridden_hosts);
  const std::string title = language.text("guide.headline", arguments);
  View view;
  view.view("ask", ask_view(manifest,
                            {.product_name = site_.product_name(),
                             .owner_name = {},
                             .sandboxed = sandboxed,
                             .needed = target->needed,
                             .needed_fields = target->needed_fields},
                            language))
      .view("guide", guide_view(manifest, target->method->guide,
                                {.needed = target->needed,
                                 .needed_fields = target->needed_fields,
                                 .white_label = true},
                                language))
      .flag("has_guide", !target->method->guide.empty())
      .flag("has_fields", !target->method->fields.empty())
      .text("headline", title)
      .html("intro_html", language.rich("guide.intro", arguments));
  net::Response response = site_.page(request, {.template_name = "guide_page",
                                                .title = title,
                                                .view = std::move(view),
                                                .for_end_users = true,
                                                .sandboxed = sandboxed});
  response.cookie(link_cookie(site_, LinkPurpose::kGuide, token, *link));  // for the logo
  co_return response;
}

}  // namespace patchbay::web
