#include "author/preview_view.h"

#include <filesystem>

#include "author/json_lines.h"
#include "base/encoding.h"
#include "web/connect_view.h"
#include "web/manifest_text.h"
#include "web/page_frame.h"
#include "web/render.h"

namespace patchbay::author {
namespace {

using web::Language;
using web::View;

constexpr std::size_t kLongestSource = 300;

View link(const std::string& text, const std::string& query, bool current) {
  return View().text("text", text).text("url", "/show?" + query).flag("current", current);
}

View choice(const std::string& label, std::vector<View> links) {
  return View().text("label", label).list("links", std::move(links));
}

// Only what there is a choice of.
std::vector<View> choices(const manifest::Manifest& manifest, const PreviewLook& look,
                          const Language& language) {
  std::vector<View> all;
  std::vector<View> languages;
  for (const auto& [tag, texts] : manifest.texts.tables())
    languages.push_back(link(tag, "language=" + percent_encode(tag), tag == look.language));
  all.push_back(choice(language.text("preview.language"), std::move(languages)));
  all.push_back(
      choice(language.text("preview.look"),
             {link(language.text("preview.own"), "white_label=0", !look.white_label),
              link(language.text("preview.white_label"), "white_label=1", look.white_label)}));
  std::vector<View> forms;
  const auto& shown = shown_form(manifest, look).method;
  for (const auto& method : manifest.auth_methods) {
    const std::string query = "method=" + percent_encode(method.id) + "&setup=";
    const std::string name = manifest.auth_methods.size() == 1
                                 ? language.text("preview.connect")
                                 : plain(manifest, language, method.label);
    forms.push_back(link(name, query + "0", &method == &shown && !look.setup_form));
    if (!method.setup_fields.empty())
      forms.push_back(
          link(language.text("preview.setup"), query + "1", &method == &shown && look.setup_form));
  }
  if (forms.size() > 1) all.push_back(choice(language.text("preview.form"), std::move(forms)));
  return all;
}

std::string line_of(std::string_view text, std::size_t number) {
  for (; number > 1; --number) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return std::string(text.substr(0, kLongestSource));
}

std::vector<View> problem_views(const WatchedManifest& file, const Language& language) {
  const JsonLines lines(file.text());
  std::vector<View> views;
  for (const auto& problem : file.outcome().problems) {
    // What is not JSON has no values yet to point at.
    const auto line = problem.rule == "json" ? lines.end() : lines.of(problem.pointer);
    views.push_back(
        View()
            .text("line", language.text("preview.problems.line", {{"line", std::to_string(line)}}))
            .text("rule", problem.rule)
            .text("pointer", problem.pointer)
            .text("message", problem.message)
            .text("source", line_of(file.text(), line)));
  }
  return views;
}

View form_page(const PreviewPage& page, const Language& language) {
  const auto& manifest = *page.file.outcome().manifest;
  const auto shown = shown_form(manifest, page.look);
  View view = web::connect_form_view(
      {.manifest = manifest,
       .fields = shown.fields,
       .guide = shown.guide,
       .state = page.state,
       .ask = {.product_name = language.text("preview.product"),
               .owner_name = language.text("preview.owner"),
               .needed = manifest.needed_permissions(accounts::allowed_actions(manifest, {}))},
       .csrf = page.csrf,
       .white_label = page.look.white_label},
      language);
  view.flag("failure", false).flag("has_loose_notices", false);
  view.flag("accepted", page.accepted);
  return view;
}

}  // namespace

ShownForm shown_form(const manifest::Manifest& manifest, const PreviewLook& look) {
  const auto* found = manifest.find_auth_method(look.method);
  const auto& method = found != nullptr ? *found : manifest.auth_methods.front();
  if (look.setup_form && !method.setup_fields.empty())
    return {method, method.setup_fields, method.setup_guide};
  return {method, method.fields, method.guide};
}

std::string preview_html(const PreviewPage& page) {
  const Language language(page.look.language);
  const bool ok = page.file.outcome().ok();
  View view = ok ? form_page(page, language) : View();
  if (!ok) view.list("problems", problem_views(page.file, language));
  view.text("file", std::filesystem::path(page.file.path()).filename().string())
      .text("version", std::to_string(page.file.version()))
      .list("choices",
            ok ? choices(*page.file.outcome().manifest, page.look, language) : std::vector<View>());
  const std::string product = language.text("preview.product");
  web::put_frame(view,
                 {.title = ok ? provider_name(*page.file.outcome().manifest, language)
                              : language.text("preview.problems.title"),
                  .name = page.look.white_label ? product : "Patchbay",
                  .product_name = product,
                  .problem = !ok,
                  .white_label = page.look.white_label,
                  .for_end_users = ok},
                 language);
  return web::render(ok ? "preview" : "preview_problems", view, language);
}

}  // namespace patchbay::author
