#include "web/audit_pages.h"

#include <utility>

#include "base/encoding.h"
#include "base/iso_time.h"
#include "upkeep/audit_head_recorder.h"
#include "web/audit_view.h"
#include "web/operator_routes.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kHome = "/app/settings/audit";
constexpr std::size_t kMostFilterBytes = 200;

audit::PageQuery asked(const net::Params& query) {
  const auto text = [&query](std::string_view name) {
    std::string value = query.get_or(name, "");
    return value.size() > kMostFilterBytes ? std::string() : value;
  };
  return {.account_id = text("account"),
          .kind = text("kind"),
          .who = text("who"),
          .before = text("before")};
}

// The same filter, from another place on.
std::string link_to(const audit::PageQuery& query, const std::string& before) {
  std::string link = "?kind=" + percent_encode(query.kind) +
                     "&account=" + percent_encode(query.account_id) +
                     "&who=" + percent_encode(query.who);
  if (!before.empty()) link += "&before=" + percent_encode(before);
  return link;
}

}  // namespace

AuditPages::AuditPages(Site& site)
    : site_(site), reader_(site.options.audit_folder, site.options.clock) {}

void AuditPages::add_routes(net::Router& router) {
  OperatorRoutes<AuditPages> routes(router, site_, *this);
  routes.get("/app/settings/audit", &AuditPages::list, store::Role::kAdmin);
  routes.get("/app/settings/audit/state", &AuditPages::state, store::Role::kAdmin);
  routes.post("/app/settings/audit/verify", &AuditPages::verify, store::Role::kAdmin);
}

net::Task<net::Response> AuditPages::list(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  const auto query = asked(request.query);
  const auto page = co_await reader_.page(query);
  if (!page) co_return site_.error(request, page.error(), &session);
  std::vector<View> rows;
  rows.reserve(page->events.size());
  for (const auto& event : page->events)
    rows.push_back(audit_event_view(event, site_.now(), language));
  const bool filtered = !query.account_id.empty() || !query.kind.empty() || !query.who.empty();
  const auto stopped =
      page->stopped_at.empty() ? std::optional<std::int64_t>() : parse_iso_time(page->stopped_at);
  const auto verification = reader_.verification();
  View view;
  view.flag("at_audit", true)
      .flag("has_rows", !rows.empty())
      .flag("none_found", rows.empty() && page->stopped_at.empty())
      .list("rows", std::move(rows))
      .flag("filtered", filtered)
      .list("kinds", kind_choices(query.kind, language))
      .text("account_filter", query.account_id)
      .text("who_filter", query.who)
      .text("stopped",
            stopped ? language.text("audit.stopped", {{"when", language.date_time(*stopped)}}) : "")
      .flag("has_pages", !query.before.empty() || !page->next.empty())
      .text("newest", query.before.empty() ? "" : link_to(query, {}))
      .text("older", page->next.empty() ? "" : link_to(query, page->next))
      .text("data_folder", site_.options.data_folder)
      .text("verification_state", verification_state(verification));
  put_verification(view, verification, site_.now(), language);
  site_.put_flash(view, session);
  co_return site_.page(request, {.template_name = "audit",
                                 .title = language.text("audit.title"),
                                 .view = std::move(view),
                                 .nav = Nav::kSettings,
                                 .session = &session,
                                 .refresh_s = verification.under_way ? 2U : 0U});
}

net::Task<net::Response> AuditPages::state(net::Request& /*request*/,
                                           const Site::Session& /*session*/) {
  co_return net::text(verification_state(reader_.verification()));
}

// The heads are read first: the hub goes on writing meanwhile.
net::Task<Result<>> AuditPages::begin_verification() {
  auto heads = co_await site_.options.store.read(upkeep::recorded_heads);
  if (!heads) co_return heads.error();
  reader_.verify(*std::move(heads));
  co_return Result<>();
}

net::Task<net::Response> AuditPages::verify(net::Request& request, const Site::Session& session) {
  const auto begun = co_await begin_verification();
  if (begun) co_return net::redirect(kHome);
  co_return site_.go_with_flash(session, kHome, language_of(request).text("audit.not_verified"),
                                begun.error());
}

}  // namespace patchbay::web
