// GET /connectors/meta/{provider}/permissions, and the report of an account.
#include <algorithm>

#include "accounts/needed_fields.h"
#include "accounts/permission_report.h"
#include "api/api.h"
#include "api/query_list.h"
#include "base/optional_members.h"

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

std::string_view to_word(manifest::Granted granted) {
  switch (granted) {
    case manifest::Granted::kYes:
      return "yes";
    case manifest::Granted::kNo:
      return "no";
    case manifest::Granted::kUnknown:
      break;
  }
  return "unknown";
}

void write_reach(json::Writer& out, const accounts::Reach& reach) {
  out.key("reach").begin_object().key("names").begin_array();
  for (const auto& name : reach.names) out.string(name);
  out.end_array().member("more", reach.more);
  write_time_or_null(out, "found_at", reach.at);
  out.end_object();
}

void write_line(json::Writer& out, const accounts::PermissionLine& line) {
  out.begin_object()
      .member("permission", line.permission.to_string())
      .member("granted", std::string(to_word(line.granted)))
      .member("needed", line.needed)
      .member("required", line.required);
  write_text_or_null(out, "found_by", std::string(accounts::to_word(line.found_by)));
  write_time_or_null(out, "found_at", line.found_at);
  if (line.reach) write_reach(out, *line.reach);
  out.end_object();
}

// A field of the connect form that some actions can't do without.
void write_field(json::Writer& out, const manifest::Manifest& manifest,
                 const accounts::FieldLine& line) {
  out.member("field", line.field->id)
      .member("label", manifest.texts.plain("en", line.field->label));
  out.key("actions").begin_array();
  for (const auto& id : line.actions) out.string(id);
  out.end_array();
}

std::string report_json(const accounts::AccountDetail& detail) {
  const auto& account = detail.account;
  const auto granted = accounts::granted_from_json(account.granted, account.granted_known);
  json::Writer out;
  out.begin_object().member("account_id", account.id).key("permissions").begin_array();
  for (const auto& line : detail.permissions) write_line(out, line);
  out.end_array().key("other_scopes").begin_array();
  for (const auto& scope : granted.other_scopes) out.string(scope);
  out.end_array();
  out.key("fields").begin_array();
  for (const auto& line : detail.fields) {
    out.begin_object();
    write_field(out, *detail.connector->manifest, line);
    out.member("filled", line.filled).member("needed", line.needed).end_object();
  }
  out.end_array();
  write_time_or_null(out, "checked_at", granted.checked);
  return out.end_object().take();
}

// Of the actions that need the field, those asked about.
accounts::FieldLine only(accounts::FieldLine line, const std::vector<std::string>& action_ids) {
  std::erase_if(line.actions, [&](const auto& id) {
    return std::ranges::find(action_ids, id) == action_ids.end();
  });
  return line;
}

}  // namespace

// What was granted against what the allowed actions need.
Task<net::Response> Api::account_permissions(net::Request& request, const Caller& caller) {
  const auto detail =
      co_await options_.accounts.detail(caller.project_id, std::string(request.param("id")));
  if (!detail) co_return problem_error(api_error(detail.error()), request);
  co_return net::json(report_json(*detail));
}

Task<net::Response> Api::check_account_permissions(net::Request& request, const Caller& caller) {
  const auto checked = co_await options_.accounts.check_permissions(
      caller.project_id, std::string(request.param("id")), asker(request, caller));
  if (!checked) co_return problem_error(api_error(checked.error()), request);
  co_return co_await account_permissions(request, caller);
}

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
  out.end_array().key("fields").begin_array();
  for (const auto& line :
       accounts::field_report(manifest, manifest.auth_methods.front(), action_ids, {})) {
    if (!line.needed) continue;
    out.begin_object();
    write_field(out, manifest, only(line, action_ids));
    out.end_object();
  }
  co_return net::json(out.end_array().end_object().take());
}

}  // namespace patchbay::api
