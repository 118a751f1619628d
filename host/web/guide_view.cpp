#include "web/guide_view.h"

#include <algorithm>

#include "web/manifest_text.h"
#include "web/permission_view.h"

namespace patchbay::web {
namespace {

using Refs = std::vector<manifest::PermissionRef>;

bool contains(const Refs& refs, const manifest::PermissionRef& ref) {
  return std::ranges::find(refs, ref) != refs.end();
}

bool applies(const Refs& applicable, const Refs& needed) {
  return applicable.empty() ||
         std::ranges::any_of(applicable, [&](const auto& ref) { return contains(needed, ref); });
}

bool applies(const std::vector<std::string>& applicable, const accounts::FieldPtrs& needed) {
  return applicable.empty() || std::ranges::any_of(needed, [&](const auto* field) {
           return std::ranges::find(applicable, field->id) != applicable.end();
         });
}

class Builder {
 public:
  Builder(const manifest::Manifest& manifest, const GuideSetting& setting, const Language& language)
      : manifest_(manifest), setting_(setting), language_(language) {}

  [[nodiscard]] View guide(const manifest::Guide& guide) const {
    std::vector<View> sections;
    for (const auto& section : guide.sections) {
      if (setting_.white_label && section.hide_when_white_labelled) continue;
      if (!applies(section.applicable_scopes, setting_.needed)) continue;
      if (!applies(section.applicable_fields, setting_.needed_fields)) continue;
      sections.push_back(this->section(section, sections.size() + 1));
    }
    View view;
    view.html("warning_html", rich(manifest_, language_, guide.warning))
        .flag("has_sections", !sections.empty())
        .list("sections", std::move(sections));
    return view;
  }

 private:
  template <class Part>
  void common(View& view, const Part& part) const {
    std::vector<View> list;
    list.reserve(part.list.size());
    for (const auto& id : part.list) {
      list.push_back(View().html("item_html", rich(manifest_, language_, id)));
    }
    std::vector<View> links;
    for (const auto& link : part.links) {
      if (!manifest::is_safe_link(link.url)) continue;
      links.push_back(
          View().text("label", plain(manifest_, language_, link.label)).text("url", link.url));
    }
    Refs boxes;
    for (const auto& ref : part.display_scopes) {
      if (contains(setting_.needed, ref)) boxes.push_back(ref);
    }
    view.html("title_html", rich(manifest_, language_, part.title))
        .html("body_html", rich(manifest_, language_, part.text))
        .flag("has_list", !list.empty())
        .list("list", std::move(list))
        .flag("has_links", !links.empty())
        .list("links", std::move(links))
        .flag("has_boxes", !boxes.empty())
        .list("boxes", permission_boxes(manifest_, language_, boxes));
  }

  [[nodiscard]] View section(const manifest::GuideSection& section, std::size_t number) const {
    View view;
    common(view, section);
    std::vector<View> steps;
    for (const auto& step : section.steps) {
      if (!applies(step.applicable_scopes, setting_.needed)) continue;
      View step_view;
      common(step_view, step);
      step_view.text("number", std::to_string(steps.size() + 1));
      steps.push_back(std::move(step_view));
    }
    view.text("number", std::to_string(number))
        .flag("has_steps", !steps.empty())
        .list("steps", std::move(steps));
    return view;
  }

  const manifest::Manifest& manifest_;
  const GuideSetting& setting_;
  const Language& language_;
};

}  // namespace

View guide_view(const manifest::Manifest& manifest, const manifest::Guide& guide,
                const GuideSetting& setting, const Language& language) {
  return Builder(manifest, setting, language).guide(guide);
}

}  // namespace patchbay::web
