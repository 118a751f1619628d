// /v2/projects/{id}/members (reference, section 4.2).
#include <algorithm>

#include "areas.h"
#include "record_list.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

constexpr PageLimits kLimits{.standard = 200, .highest = 200};

/// A project may be assigned to all: then every living person is a member, and none is listed.
Response list_members(const Call& call) {
  const Project* project =
      find_project(call.service.records.projects, call.request.params.find("id").value_or(""));
  if (project == nullptr) return v2_no_such_resource(call.service);
  auto read = read_page(call.service, call.request, kLimits);
  if (std::holds_alternative<Response>(read)) {
    return v2_unprocessable(call.service, "The limit or the cursor is not valid.");
  }
  const Page& page = std::get<Page>(read);
  if (auto refused = check_query(call.service, page.query, {})) return std::move(*refused);
  const std::vector<std::string> ids(project->members.begin(), project->members.end());
  return record_page(
      call, page, filtered(ids, [](const auto&) { return true; }),
      [](const std::string& id) -> json::object { return {{"person", {{"id", id}}}}; });
}

/// The ids in `[{"person":{"id":"1"}}]`, or in one such object alone; nothing when malformed.
std::optional<std::vector<std::string>> read_members(const Call& call) {
  const ValueRules rules{{.name = "person", .kind = ValueKind::reference, .required = true}};
  auto body = sandbox::parse_json(call.request.body);
  if (!body || call.request.content_type() != "application/json") return std::nullopt;
  if (body->is_object()) body = json::array{std::move(*body)};
  if (!body->is_array()) return std::nullopt;
  std::vector<std::string> ids;
  for (const json::value& entry : body->as_array()) {
    if (!entry.is_object() || !check_object(call.service, entry.as_object(), rules)) {
      return std::nullopt;
    }
    ids.push_back(reference_id(entry.as_object(), "person"));
  }
  return ids;
}

/// Runs `change(members, id)` for each person sent, or for none when one of them is not there.
template <typename Change>
Response change_members(const Call& call, Change change) {
  auto& projects = call.service.records.projects;
  const auto project = find_record(projects, call.request.params.find("id").value_or(""));
  if (project == projects.end()) return v2_no_such_resource(call.service);
  const auto ids = read_members(call);
  if (!ids) return v2_bad_content(call.service);
  const People people = call.service.people();
  const bool known = std::all_of(
      ids->begin(), ids->end(), [&](const std::string& id) { return people.find(id).has_value(); });
  if (!known) return v2_unprocessable(call.service, "One of the persons is not valid.");
  if (project->parent_id) {
    return v2_unprocessable(call.service, "A sub-project has its project's members.");
  }
  for (const std::string& id : *ids) change(project->members, id);
  project->assigned_to_all = false;
  project->updated_ms = call.service.now_ms();
  return Response::empty(204);
}

}  // namespace

void add_project_members(sandbox::Router& router, Service& service) {
  const std::string path = "/v2/projects/{id}/members";
  const V2Rule write = v2_rule("personio:projects:write");
  using Members = std::set<std::string>;
  add_v2(router, service, "GET", path, v2_rule("personio:projects:read"), list_members);
  add_v2(router, service, "POST", path, write, [](const Call& call) {
    return change_members(call, [](Members& all, const std::string& id) { all.insert(id); });
  });
  add_v2(router, service, "DELETE", path, write, [](const Call& call) {
    return change_members(call, [](Members& all, const std::string& id) { all.erase(id); });
  });
}

}  // namespace patchbay::personio_sandbox
