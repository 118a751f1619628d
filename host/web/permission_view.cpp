#include "web/permission_view.h"

#include <algorithm>

#include "web/manifest_text.h"

namespace patchbay::web {
namespace {

using manifest::Access;
using manifest::Granted;
using manifest::PermissionRef;

std::string access_word(const Language& language, Access access) {
  return language.text(access == Access::kRead ? "permission.read" : "permission.write");
}

// "tried after connecting, 3 Mar 2026, 14:05 UTC"; empty when scopes told, as they mostly do, or
// nothing did.
std::string how_found(const Language& language, const accounts::PermissionLine& line) {
  if (line.found_by == accounts::FoundBy::kNothing || line.found_by == accounts::FoundBy::kScope)
    return {};
  const auto by =
      language.text("permission.found_by." + std::string(accounts::to_word(line.found_by)));
  return line.found_at == 0 ? by : by + ", " + language.date_time(line.found_at);
}

View cell(const Language& language, Access access,
          const std::vector<accounts::PermissionLine>& lines, const PermissionRef& ref) {
  const auto line = std::ranges::find(lines, ref, &accounts::PermissionLine::permission);
  View view;
  view.text("access", access_word(language, access)).flag("offered", line != lines.end());
  if (line == lines.end()) return view;
  const bool granted = line->granted == Granted::kYes;
  const bool denied = line->granted == Granted::kNo;
  view.flag("granted", granted)
      .flag("missing", denied && line->needed)
      .flag("denied", denied && !line->needed)
      .flag("unknown", line->granted == Granted::kUnknown)
      .flag("needed", line->needed)
      .flag("required", line->required);
  std::string_view state = "permission.state_unknown";
  if (granted) state = "permission.state_granted";
  if (denied) state = line->needed ? "permission.state_missing" : "permission.state_denied";
  view.text("state", language.text(state)).text("found", how_found(language, *line));
  return view;
}

struct WantedModule {
  const manifest::Permission& permission;
  bool read = false;
  bool write = false;
};

// In the manifest's order, which is the provider's page's.
std::vector<WantedModule> wanted_modules(const manifest::Manifest& manifest,
                                         const std::vector<PermissionRef>& permissions) {
  const auto wanted = [&permissions](const std::string& id, Access access) {
    return std::ranges::find(permissions, PermissionRef{id, access}) != permissions.end();
  };
  std::vector<WantedModule> modules;
  modules.reserve(manifest.permissions.size());
  for (const auto& permission : manifest.permissions) {
    const WantedModule module{permission, wanted(permission.id, Access::kRead),
                              wanted(permission.id, Access::kWrite)};
    if (module.read || module.write) modules.push_back(module);
  }
  return modules;
}

// What reading lets somebody see, under the permission's name.
void add_reach(View& row, const manifest::Manifest& manifest, const Language& language,
               const manifest::Permission& permission,
               const std::vector<accounts::PermissionLine>& lines) {
  const auto line = std::ranges::find(lines, PermissionRef{permission.id, Access::kRead},
                                      &accounts::PermissionLine::permission);
  const bool told = line != lines.end() && line->reach && permission.read.probe &&
                    !permission.read.probe->label.empty();
  row.flag("has_reach", told);
  if (!told) return;
  std::string names;
  for (const auto& name : line->reach->names) names += (names.empty() ? "" : ", ") + name;
  if (line->reach->more) names += ", " + language.text("permission.more");
  row.text("reach_label", plain(manifest, language, permission.read.probe->label))
      .text("reach", names.empty() ? "–" : names);
}

}  // namespace

std::string permission_label(const manifest::Manifest& manifest, const Language& language,
                             const PermissionRef& permission) {
  const auto* known = manifest.find_permission(permission.id);
  const std::string label =
      known != nullptr ? plain(manifest, language, known->label) : permission.id;
  return label + " → " + access_word(language, permission.access);
}

std::vector<View> permission_boxes(const manifest::Manifest& manifest, const Language& language,
                                   const std::vector<PermissionRef>& permissions) {
  std::vector<View> boxes;
  for (const auto& [permission, read, write] : wanted_modules(manifest, permissions)) {
    View box;
    box.text("label", plain(manifest, language, permission.label))
        .text("description", plain(manifest, language, permission.description))
        .flag("read", read)
        .flag("write", write)
        .flag("required",
              (read && permission.read.required) || (write && permission.write.required));
    boxes.push_back(std::move(box));
  }
  return boxes;
}

std::string permission_lines(const manifest::Manifest& manifest, const Language& language,
                             const std::vector<PermissionRef>& permissions) {
  std::string lines;
  for (const auto& [permission, read, write] : wanted_modules(manifest, permissions)) {
    lines += plain(manifest, language, permission.label) + ": ";
    if (read) lines += access_word(language, Access::kRead);
    if (read && write) lines += ", ";
    if (write) lines += access_word(language, Access::kWrite);
    lines += '\n';
  }
  return lines;
}

std::vector<View> permission_table(const manifest::Manifest& manifest, const Language& language,
                                   const std::vector<accounts::PermissionLine>& lines) {
  std::vector<View> rows;
  for (const auto& permission : manifest.permissions) {
    View row;
    row.text("label", plain(manifest, language, permission.label))
        .text("description", plain(manifest, language, permission.description));
    add_reach(row, manifest, language, permission, lines);
    row.list("cells", {cell(language, Access::kRead, lines, {permission.id, Access::kRead}),
                       cell(language, Access::kWrite, lines, {permission.id, Access::kWrite})});
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string field_names(const manifest::Manifest& manifest, const Language& language,
                        const accounts::FieldPtrs& fields) {
  std::string names;
  for (const auto* field : fields) {
    if (!names.empty()) names += ", ";
    names += plain(manifest, language, field->label);
  }
  return names;
}

std::size_t granted_count(const std::vector<accounts::PermissionLine>& lines) {
  return static_cast<std::size_t>(
      std::ranges::count(lines, Granted::kYes, &accounts::PermissionLine::granted));
}

}  // namespace patchbay::web
