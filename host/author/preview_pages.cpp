#include "author/preview_pages.h"

#include "accounts/linker.h"
#include "base/encoding.h"
#include "base/json.h"
#include "net/cookies.h"
#include "web/page_frame.h"
#include "web/render.h"
#include "web/request_checks.h"
#include "web/site.h"
#include "web/static_files.h"

namespace patchbay::author {
namespace {

constexpr std::string_view kCookie = "patchbay-preview";

SecretString fresh_token(Random& random) {
  std::string token = random.token();
  return SecretString::take(token);
}

manifest::FormView view_of(const accounts::FormInput& form) {
  manifest::FormView values;
  for (const auto& field : form.values) values[field.name] = field.value;
  for (const auto& secret : form.secrets) values[secret.name] = secret.value.reveal();
  return values;
}

accounts::FormInput split(const std::vector<manifest::Field>& fields,
                          std::vector<connector::NamedSecret> posted) {
  manifest::AuthMethod method;
  method.fields = fields;
  return accounts::split_form(method, std::move(posted));
}

}  // namespace

PreviewPages::PreviewPages(WatchedManifest& file, Random& random)
    : file_(file), token_(fresh_token(random)), cookie_(fresh_token(random)) {}

SecretString PreviewPages::link_path() const {
  SecretString path("/preview/");
  path.append(token_.reveal());
  return path;
}

void PreviewPages::add_routes(net::Router& router) {
  router.add("GET", "/preview/{token}", [this](net::Request& request) -> net::Task<net::Response> {
    co_return web::secured(let_in(request));
  });
  router.add("GET", "/assets/{file}", [](net::Request& request) -> net::Task<net::Response> {
    co_return web::secured(web::asset_response(request));
  });
  router.add("GET", "/connect", guarded(&PreviewPages::show));
  router.add("POST", "/connect", guarded(&PreviewPages::check));
  router.add("GET", "/show", guarded(&PreviewPages::change_look));
  router.add("GET", "/version", guarded(&PreviewPages::version));
  router.add("GET", "/logos/{connector}/{hash}", guarded(&PreviewPages::logo));
}

net::Handler PreviewPages::guarded(Page page) {
  return [this, page](net::Request& request) -> net::Task<net::Response> {
    if (!is_let_in(request)) co_return web::secured(turned_away());
    file_.look();
    co_return web::secured((this->*page)(request));
  };
}

bool PreviewPages::is_let_in(const net::Request& request) const {
  const auto sent = net::cookie_value(request.headers, "__Host-" + std::string(kCookie));
  return opened_ && sent && cookie_.equals(*sent);
}

net::Response PreviewPages::let_in(net::Request& request) {
  if (opened_ || !token_.equals(request.param("token"))) return turned_away();
  opened_ = true;
  const auto& language = web::language_of(request);
  look_.language = language.tag();
  net::Response response = net::redirect("/connect");
  response.cookie(net::host_cookie(kCookie, cookie_.reveal(), net::SameSite::kLax));
  response.secret = true;
  return response;
}

net::Response PreviewPages::turned_away() const {
  const web::Language language("en");
  web::View view;
  view.html("message_html", language.rich("preview.gone.body"))
      .text("headline", language.text("preview.gone.title"))
      .html("hint_html", language.rich("preview.gone.hint"))
      .text("detail", "")
      .text("link", "");
  web::put_frame(view,
                 {.title = language.text("preview.gone.title"),
                  .name = "Patchbay",
                  .product_name = "Patchbay"},
                 language);
  return net::html(web::render("message", view, language), 403);
}

net::Response PreviewPages::show(net::Request& request) {
  if (const auto chosen = request.query.get("lang")) {
    look_.language = std::string(*chosen).substr(0, 35);  // RFC 5646 section 4.4.1
    return net::redirect("/connect");
  }
  auto page = net::html(preview_html({.file = file_,
                                      .look = look_,
                                      .state = state_,
                                      .accepted = accepted_,
                                      .csrf = web::csrf_from("preview", cookie_.reveal())}));
  state_ = {};
  accepted_ = false;
  return page;
}

// As connecting begins: what the form says about the values, and no more.
net::Response PreviewPages::check(net::Request& request) {
  auto form = request.take_form();
  if (!web::is_from_own_page(request, "") || !form ||
      !web::csrf_matches(request, *form, web::csrf_from("preview", cookie_.reveal())))
    return turned_away();
  if (file_.outcome().ok()) {
    const auto& fields = shown_form(*file_.outcome().manifest, look_).fields;
    const auto typed = split(fields, web::take_fields(*form));
    state_.problems = manifest::check_form(fields, view_of(typed));
    for (const auto& field : typed.values) state_.values[field.name] = field.value;
    accepted_ = state_.problems.empty();
  }
  if (!web::is_from_script(request)) return net::redirect("/connect");
  return net::json(json::Writer().begin_object().member("state", "none").end_object().take());
}

net::Response PreviewPages::change_look(net::Request& request) {
  const auto& query = request.query;
  if (const auto tag = query.get("language")) look_.language = std::string(*tag).substr(0, 35);
  if (const auto method = query.get("method")) look_.method = std::string(*method).substr(0, 64);
  if (query.has("setup")) look_.setup_form = query.get_or("setup", "") == "1";
  if (query.has("white_label")) look_.white_label = query.get_or("white_label", "") == "1";
  return net::redirect("/connect");
}

net::Response PreviewPages::version(net::Request& /*request*/) {
  return net::text(std::to_string(file_.version()));
}

net::Response PreviewPages::logo(net::Request& request) {
  if (!file_.outcome().ok()) return net::text("Not Found\n", 404);
  return web::logo_response(*file_.outcome().manifest, request.path);
}

}  // namespace patchbay::author
