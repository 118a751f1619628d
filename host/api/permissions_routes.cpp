// GET /connectors/meta/{provider}/permissions.
#include <algorithm>

#include "accounts/permission_report.h"
#include "api/api.h"
#include "api/query_list.h"

namespace patchbay::api {
namespace {

void write_box(json::Writer& out, const manifest::Manifest& manifest,
               const manifest::PermissionRef& ref, const std::vector<std::string>& action_ids) {
  const auto* permission = manifest.find_permission(ref.id);
  if (permission == nullptr) return;
  out.begin_object()
      .member("permission", ref.to_string())
      .member("label", manifest.texts.plain("en", permission->label))
      .member("access", ref.access == manifest::Access::kRead ? "read" : "write")
      .member("required", permission->side(ref.access).required)
      .key("actions")
      .begin_array();
  for (const auto& id : action_ids)
    if (std::ranges::find(manifest.find_action(id)->permissions, ref) !=
        manifest.find_action(id)->permissions.end())
      out.string(id);
  out.end_array().end_object();
}

}  // namespace

Task<net::Response> Api::needed_permissions(net::Request& request, const Caller& /*caller*/) {
  const auto connector = options_.services.registry.find(request.param("provider"));
  if (!connector || !connector->manifest)
    co_return error(request, api_error(make_error(ErrorCode::kNotFound,
                                                  "There is no connector of that name here.")));
  const manifest::Manifest& manifest = *connector->manifest;
  auto action_ids = query_list(request.query, "actions");
  if (action_ids.empty()) action_ids = accounts::allowed_actions(manifest, std::nullopt);
  for (const auto& id : action_ids)
    if (manifest.find_action(id) == nullptr)
      co_return error(request, api_error(make_error(ErrorCode::kInvalidArgument,
                                                    "This connector has no action \"" + id + "\".",
                                                    "actions")));
  json::Writer out;
  out.begin_object().key("permissions").begin_array();
  for (const auto& ref : manifest.needed_permissions(action_ids))
    write_box(out, manifest, ref, action_ids);
  co_return net::json(out.end_array().end_object().take());
}

}  // namespace patchbay::api
