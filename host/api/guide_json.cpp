#include "api/guide_json.h"

#include <vector>

namespace patchbay::api {
namespace {

using manifest::Guide;
using manifest::GuideSection;
using manifest::GuideStep;
using manifest::Manifest;
using manifest::TextId;

std::string plain(const Manifest& manifest, const TextId& id) {
  return id.empty() ? std::string() : manifest.texts.plain("en", id);
}

void write_scopes(json::Writer& out, std::string_view name,
                  const std::vector<manifest::PermissionRef>& scopes) {
  if (scopes.empty()) return;
  out.key(name).begin_array();
  for (const auto& scope : scopes) out.string(scope.to_string());
  out.end_array();
}

// What sections and steps have alike. Title and content are always there: clients insist.
template <class Part>
void write_part(json::Writer& out, const Manifest& manifest, const Part& part) {
  out.member("title", plain(manifest, part.title)).member("content", plain(manifest, part.text));
  if (!part.list.empty() || !part.links.empty()) {
    out.key("list").begin_array();
    for (const auto& item : part.list) out.string(plain(manifest, item));
    for (const auto& link : part.links) out.string(plain(manifest, link.label) + ": " + link.url);
    out.end_array();
  }
  write_scopes(out, "applicable_scopes", part.applicable_scopes);
  write_scopes(out, "display_scopes", part.display_scopes);
}

void write_guide(json::Writer& out, const Manifest& manifest, const Guide& guide) {
  out.begin_object();
  if (!guide.warning.empty()) out.member("warning", plain(manifest, guide.warning));
  out.key("sections").begin_array();
  for (const GuideSection& section : guide.sections) {
    if (section.hide_when_white_labelled) continue;  // it speaks of this hub's own pages
    out.begin_object();
    write_part(out, manifest, section);
    out.key("steps").begin_array();
    for (const GuideStep& step : section.steps) {
      out.begin_object();
      write_part(out, manifest, step);
      out.end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
}

void write_support(json::Writer& out, const Manifest& manifest,
                   const manifest::AuthMethod& method) {
  out.key("support").begin_object();
  if (!manifest.documentation.empty()) out.member("link", manifest.documentation);
  if (!method.description.empty()) out.member("description", plain(manifest, method.description));
  out.key("guides").begin_object();
  if (!method.guide.empty()) {
    out.key("config");
    write_guide(out, manifest, method.guide);
  }
  if (!method.setup_guide.empty()) {
    out.key("setup");
    write_guide(out, manifest, method.setup_guide);
  }
  out.end_object().end_object();
}

}  // namespace

void write_authentication(json::Writer& out, const Manifest& manifest,
                          const manifest::AuthMethod& method, bool with_guides) {
  out.begin_object()
      .member("type", method.id)
      .member("key", method.id)
      .member("label", plain(manifest, method.label));
  if (with_guides) {
    out.key("required_scopes").begin_array();
    for (const auto& needed : manifest.required_permissions()) out.string(needed.to_string());
    out.end_array();
    write_support(out, manifest, method);
  }
  out.end_object();
}

void write_scope_definitions(json::Writer& out, const Manifest& manifest) {
  out.begin_array();
  for (const auto& ref : manifest.all_permissions()) {
    const auto* permission = manifest.find_permission(ref.id);
    auto text = plain(manifest, permission->description);
    if (text.empty()) text = plain(manifest, permission->label);
    out.begin_object().member("name", ref.to_string()).member("description", text).end_object();
  }
  out.end_array();
}

}  // namespace patchbay::api
