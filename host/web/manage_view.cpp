#include "web/manage_view.h"

#include "web/account_view.h"
#include "web/connect_view.h"
#include "web/connector_view.h"
#include "web/manifest_text.h"

namespace patchbay::web {

View manage_view(const accounts::AccountDetail& detail, const std::string& product_name,
                 std::int64_t now_ms, const Language& language) {
  const store::Account& account = detail.account;
  const auto* manifest = manifest_of(detail.connector);
  const std::string provider = provider_called(manifest, account.connector_id, language);
  const manifest::TextArguments arguments{
      {"provider", provider}, {"owner", account.owner_name}, {"product", product_name}};
  const std::string status(to_string(account.status));
  View view = account_head(account, manifest, language);
  view.text("headline", language.text("manage.headline", arguments))
      .html("status_html", language.rich("manage.status." + status, arguments))
      .flag("suspended", account.status == store::AccountStatus::kInactive)
      .flag("in_error", account.status == store::AccountStatus::kError)
      .flag("can_reconnect", manifest != nullptr)
      .view("linked", time_view(account.created, now_ms, language))
      .view("used", time_view(account.last_used, now_ms, language))
      .html("disconnect_html", language.rich("manage.disconnect_intro", arguments))
      .text("disconnect_stops", language.text("manage.disconnect_stops", arguments))
      .text("provider_stays", language.text("unlink.provider_stays", arguments))
      .flag("has_grants", manifest != nullptr && !detail.permissions.empty());
  if (manifest != nullptr) put_grants(view, *manifest, detail.permissions, product_name, language);
  return view;
}

}  // namespace patchbay::web
