#include "web/secret_page.h"

namespace patchbay::web {

net::Response secret_page(const Site& site, const net::Request& request,
                          const Site::Session& session, const NewSecret& made) {
  const Language& language = language_of(request);
  const auto text = [&](std::string_view name) {
    return language.text(std::string(made.texts) + "." + std::string(name));
  };
  View view;
  view.text("headline", made.title)
      .html("intro_html", made.intro)
      .text("secret_name", text("made_address"))
      .text("made_secret", made.secret.reveal())
      .text("copy_text", text("copy"))
      .text("copied_text", text("copied"))
      .text("shown_once", text("made_once"))
      .text("use", made.use)
      .text("back", made.back)
      .text("back_text", text("back"))
      .text("done", made.done)
      .text("done_text", text("made_done"));
  return site.page(request, {.template_name = "secret_made",
                             .title = made.title,
                             .view = std::move(view),
                             .nav = Nav::kSettings,
                             .session = &session,
                             .secret = true});
}

}  // namespace patchbay::web
