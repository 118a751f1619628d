// /v2/projects (reference, section 4.2). Their members: project_members.cpp.
#include <algorithm>

#include "areas.h"
#include "patchbay/sandbox/text.h"
#include "record_list.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

constexpr PageLimits kLimits{.standard = 100, .highest = 200};  // of neither is a source

const ValueRules& list_rules() {
  static const ValueRules rules{{.name = "id"},
                                {.name = "name"},
                                {.name = "status", .choices = {"ACTIVE", "ARCHIVED"}},
                                {.name = "project_code"},
                                {.name = "parent_project.id"},
                                {.name = "top_level_only", .kind = ValueKind::flag},
                                {.name = "include"}};
  return rules;
}

const ValueRules& changed_rules() {
  static const ValueRules rules{
      {.name = "name"},
      {.name = "status", .choices = {"ACTIVE", "ARCHIVED"}},
      {.name = "description", .nullable = true},
      {.name = "project_code", .nullable = true},
      {.name = "project_type", .nullable = true},
      {.name = "client_name", .nullable = true},
      {.name = "billable", .kind = ValueKind::flag},
      {.name = "cost_center", .kind = ValueKind::reference, .nullable = true},
      {.name = "parent_project", .kind = ValueKind::reference, .nullable = true},
      {.name = "assigned_to_all", .kind = ValueKind::flag},
      {.name = "start", .kind = ValueKind::object, .nullable = true},
      {.name = "end", .kind = ValueKind::object, .nullable = true}};
  return rules;
}

const ValueRules& new_rules() {
  static const ValueRules rules = rules_for_new(changed_rules(), {"name"});
  return rules;
}

json::value reference_or_null(const std::optional<std::string>& id) {
  return id ? json::value{{"id", *id}} : json::value(nullptr);
}

json::value day_or_null(const std::optional<std::string>& day) {
  return day ? json::value{{"date", *day}} : json::value(nullptr);
}

json::object to_json(const Project& project) {
  return {{"id", project.id},
          {"name", project.name},
          {"status", project.status},
          {"description", project.description},
          {"project_code", project.project_code},
          {"project_type", project.project_type},
          {"client_name", project.client_name},
          {"billable", project.billable},
          {"cost_center", reference_or_null(project.cost_center_id)},
          {"parent_project", reference_or_null(project.parent_id)},
          {"assigned_to_all", project.assigned_to_all},
          {"start", day_or_null(project.start_day)},
          {"end", day_or_null(project.end_day)},
          {"created_at", sandbox::iso_utc(project.created_ms)},
          {"updated_at", sandbox::iso_utc(project.updated_ms)}};
}

/// What the periods of one project sum up to.
struct Tracked {
  std::int64_t minutes{0};
  std::int64_t periods{0};
};

Tracked tracked(const Service& service, const std::string& project_id) {
  Tracked sum;
  for (const AttendancePeriod& period : service.records.attendances) {
    if (period.project_id != project_id || !period.end) continue;
    sum.minutes += (*parse_local_time(*period.end) - *parse_local_time(period.start)) / 60'000;
    ++sum.periods;
  }
  return sum;
}

std::int64_t sub_project_minutes(const Service& service, const std::string& project_id,
                                 std::int64_t& count) {
  std::int64_t minutes = 0;
  for (const Project& project : service.records.projects) {
    if (project.parent_id != project_id) continue;
    minutes += tracked(service, project.id).minutes;
    ++count;
  }
  return minutes;
}

constexpr std::string_view kIncludes[] = {"tracked_minutes", "sub_projects_tracked_minutes",
                                          "sub_projects_count", "tracked_periods_count"};

bool knows_includes(const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return std::find(std::begin(kIncludes), std::end(kIncludes), name) != std::end(kIncludes);
  });
}

json::object with_includes(const Service& service, const Project& project,
                           const std::vector<std::string>& names) {
  json::object object = to_json(project);
  if (names.empty()) return object;
  const Tracked own = tracked(service, project.id);
  std::int64_t sub_projects = 0;
  const std::int64_t sub_minutes = sub_project_minutes(service, project.id, sub_projects);
  const std::int64_t values[] = {own.minutes, sub_minutes, sub_projects, own.periods};
  for (std::size_t i = 0; i < std::size(kIncludes); ++i) {
    if (std::find(names.begin(), names.end(), kIncludes[i]) != names.end()) {
      object[kIncludes[i]] = values[i];
    }
  }
  return object;
}

bool passes(const sandbox::Fields& query, const Project& project) {
  const auto name = query.find("name");
  const bool top_only = query.find("top_level_only") == "true";
  return passes_list(query, "id", project.id) && (!name || *name == project.name) &&
         passes_list(query, "status", project.status) &&
         passes_list(query, "project_code", project.project_code) &&
         passes_list(query, "parent_project.id", project.parent_id.value_or("")) &&
         (!top_only || !project.parent_id);
}

Response list_projects(const Call& call) {
  if (call.request.query.has("includes")) {
    call.service.violations.add("the parameter is named include, not includes");
    return v2_bad_parameters(call.service);
  }
  auto read = read_page(call.service, call.request, kLimits);
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  if (auto refused = check_query(call.service, page.query, list_rules())) {
    return std::move(*refused);
  }
  const auto includes = list_filter(page.query, "include").value_or(std::vector<std::string>{});
  if (!knows_includes(includes)) {
    return v2_unprocessable(call.service, "The value of include is not known.");
  }
  const auto projects = filtered(call.service.records.projects, [&](const Project& project) {
    return passes(page.query, project);
  });
  return record_page(call, page, projects, [&](const Project& project) {
    return with_includes(call.service, project, includes);
  });
}

Response get_project(const Call& call) {
  return get_record(call, call.service.records.projects, to_json);
}

/// `{"date":"…"}` or null. False when it is malformed.
bool set_day(Service& service, const json::object& body, const char* name,
             std::optional<std::string>& target) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return true;
  target.reset();
  if (value->is_null()) return true;
  const ValueRules rules{{.name = "date", .kind = ValueKind::date, .required = true}};
  if (!check_object(service, value->as_object(), rules, std::string(name) + '.')) return false;
  target = std::string(value->as_object().at("date").as_string());
  return true;
}

void set_texts(const json::object& body, Project& project) {
  const auto set = [&](const char* name, std::string& target) {
    if (body.contains(name)) target = sandbox::string_member(body, name).value_or("");
  };
  set("name", project.name);
  set("status", project.status);
  set("description", project.description);
  set("project_code", project.project_code);
  set("project_type", project.project_type);
  set("client_name", project.client_name);
}

std::optional<std::string> id_or_nothing(const json::object& body, const char* name) {
  const std::string id = reference_id(body, name);
  return id.empty() ? std::nullopt : std::optional(id);
}

/// A parent must be there and have no parent itself.
bool is_parent(const Service& service, const Project& project) {
  if (!project.parent_id) return true;
  const Project* parent = find_project(service.records.projects, *project.parent_id);
  return parent != nullptr && parent->id != project.id && !parent->parent_id;
}

/// Changes the project by a body that keeps to the rules; or the answer to refuse with.
std::optional<Response> write_project(const Call& call, const json::object& body,
                                      Project& project) {
  Service& service = call.service;
  const bool days = set_day(service, body, "start", project.start_day) &&
                    set_day(service, body, "end", project.end_day);
  if (!days) return v2_bad_content(service);
  set_texts(body, project);
  project.billable = sandbox::bool_member(body, "billable").value_or(project.billable);
  project.assigned_to_all =
      sandbox::bool_member(body, "assigned_to_all").value_or(project.assigned_to_all);
  if (body.contains("cost_center")) project.cost_center_id = id_or_nothing(body, "cost_center");
  if (body.contains("parent_project")) project.parent_id = id_or_nothing(body, "parent_project");
  project.updated_ms = service.now_ms();
  if (project.name.empty()) return v2_bad_parameters(service);
  if (!is_parent(service, project)) {
    return v2_unprocessable(service, "The parent project is not valid.");
  }
  if (project.start_day && project.end_day && *project.end_day < *project.start_day) {
    return v2_unprocessable(service, "The start lies after the end.");
  }
  return std::nullopt;
}

Response create_project(const Call& call) {
  auto read = read_body(call, new_rules());
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  Project project;
  project.id = std::to_string(call.service.records.next_project++);
  project.created_ms = call.service.now_ms();
  if (auto refused = write_project(call, std::get<json::object>(read), project)) {
    return std::move(*refused);
  }
  call.service.records.projects.push_back(project);
  return v2_created(project.id);
}

Response update_project(const Call& call) {
  return update_record(
      call, call.service.records.projects, changed_rules(),
      [&](const json::object& body, auto& project) { return write_project(call, body, project); },
      [](const auto&) {});
}

/// Its sub-projects go with it.
Response delete_project(const Call& call) {
  auto& projects = call.service.records.projects;
  const std::string id = call.request.params.find("id").value_or("");
  if (find_record(projects, id) == projects.end()) return v2_no_such_resource(call.service);
  std::erase_if(projects, [&](const Project& project) {
    return project.id == id || project.parent_id == id;
  });
  return Response::empty(204);
}

}  // namespace

void add_projects(sandbox::Router& router, Service& service) {
  const std::string root = "/v2/projects";
  const V2Rule read = v2_rule("personio:projects:read");
  const V2Rule write = v2_rule("personio:projects:write");
  add_v2(router, service, "GET", root, read, list_projects);
  add_v2(router, service, "POST", root, write, create_project);
  add_v2(router, service, "GET", root + "/{id}", read, get_project);
  add_v2(router, service, "PATCH", root + "/{id}", write, update_project);
  add_v2(router, service, "DELETE", root + "/{id}", write, delete_project);
}

}  // namespace patchbay::personio_sandbox
