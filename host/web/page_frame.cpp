#include "web/page_frame.h"

#include "web/connector_view.h"

namespace patchbay::web {

void put_frame(View& view, const PageFrame& frame, const Language& language) {
  view.text("lang", language.tag())
      .text("title", frame.title)
      .flag("problem", frame.problem)
      .text("product_monogram", first_letter(frame.product_name))
      .text("hub_name", frame.name)
      .flag("white_label", frame.white_label)
      .flag("for_end_users", frame.for_end_users)
      .flag("signed_in", !frame.session_csrf.empty())
      .text("role", frame.role_text)
      .flag("at_connectors", frame.at_connectors)
      .flag("at_integrations", frame.at_integrations)
      .flag("at_accounts", frame.at_accounts)
      .flag("at_settings", frame.at_settings)
      .flag("sandbox_banner", frame.sandboxed)
      .flag("framed", frame.framed)
      .text("theme", frame.theme)
      .flag("english", language.tag() == "en")
      .flag("german", language.tag() == "de")
      .text("refresh_s", frame.refresh_s == 0 ? "" : std::to_string(frame.refresh_s));
  view.flag("has_projects", !frame.projects.empty()).list("projects", frame.projects);
  if (!frame.session_csrf.empty()) view.text("session_csrf", frame.session_csrf);
}

}  // namespace patchbay::web
