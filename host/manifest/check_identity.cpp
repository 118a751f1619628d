#include "manifest/checks.h"
#include "manifest/logo.h"
#include "manifest/rich_text.h"

namespace patchbay::manifest {
namespace {

void check_id_list(const std::vector<std::string>& ids, const std::string& pointer,
                   Report& report) {
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (!is_id(ids[i]))
      report.add("id_shape", pointer + "/" + std::to_string(i),
                 in_quotes(ids[i]) + " is no id. Use lower-case letters, digits and underscores.");
}

void check_logo(const Logo& logo, Report& report) {
  if (logo.media_type == "image/svg+xml") {
    if (const auto fault = svg_fault(logo.bytes))
      report.add("logo", "/logo/svg", "This SVG can't be shown safely: " + *fault);
  } else if (logo.media_type == "image/png") {
    if (const auto fault = png_fault(logo.bytes))
      report.add("logo", "/logo/png_base64", "This image can't be shown: " + *fault);
  }
}

}  // namespace

void check_identity(const Manifest& manifest, Report& report) {
  if (!is_id(manifest.id) || manifest.id == "patchbay")
    report.add("id_shape", "/id",
               in_quotes(manifest.id) +
                   " can't be a provider's id. Use lower-case letters, digits and underscores, "
                   "starting with a letter; patchbay is the hub's own.");
  if (!is_version(manifest.version))
    report.add("version_shape", "/version",
               in_quotes(manifest.version) + " is no version. Write three numbers, such as 1.0.0.");
  if (!manifest.documentation.empty() && !is_safe_link(manifest.documentation))
    report.add("link", "/documentation", "Only plain https:// links are allowed here.");
  check_id_list(manifest.categories, "/categories", report);
  check_ids(manifest.facts, &Fact::id, "/facts", report);
  check_logo(manifest.logo, report);
}

void check_permissions(const Manifest& manifest, Report& report) {
  check_ids(manifest.permissions, &Permission::id, "/permissions", report);
  for (std::size_t i = 0; i < manifest.permissions.size(); ++i) {
    const Permission& permission = manifest.permissions[i];
    const std::string pointer = "/permissions/" + std::to_string(i);
    if (!permission.read.available && !permission.write.available)
      report.add("permission_empty", pointer,
                 "This permission offers neither read nor write. Add one, or remove it.");
    for (const Access access : {Access::kRead, Access::kWrite}) {
      for (const auto& scope : permission.side(access).scopes)
        if (scope.find_first_of(" \"\\") != std::string::npos)
          report.add("scope_shape", pointer + (access == Access::kRead ? "/read" : "/write"),
                     in_quotes(scope) +
                         " is no scope: RFC 6749 allows no blanks, quotes or "
                         "backslashes in one.");
    }
  }
}

}  // namespace patchbay::manifest
