// GET /v2/reports, …/{id} and …/attributes (reference, section 4.2). Three reports: one that can be
// read, one that is grouped, one that is shared without being readable.
#include <algorithm>
#include <array>

#include "areas.h"
#include "attributes.h"
#include "gateway.h"
#include "patchbay/sandbox/text.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

constexpr std::string_view kHeadcount = "5b1f7c52-0f4e-4c9c-9d3c-3a6f7e1b2c01";
constexpr std::string_view kGrouped = "5b1f7c52-0f4e-4c9c-9d3c-3a6f7e1b2c02";
constexpr std::string_view kUnreadable = "5b1f7c52-0f4e-4c9c-9d3c-3a6f7e1b2c03";
constexpr PageLimits kLimits{.standard = 50, .highest = 100};

struct Report {
  std::string_view id;
  std::string_view name;
  std::string_view created_at;
};
/// The newest first.
constexpr std::array kReports{Report{kUnreadable, "Salaries", "2026-05-20T08:00:00Z"},
                              Report{kGrouped, "Headcount by office", "2026-04-02T08:00:00Z"},
                              Report{kHeadcount, "Headcount", "2026-01-15T08:00:00Z"}};

struct Column {
  std::string_view name;
  std::string_view display;
  std::string_view type;
};
constexpr std::array kColumns{Column{"first_name", "First name", "STRING"},
                              Column{"last_name", "Last name", "STRING"},
                              Column{"weekly_working_hours", "Weekly hours", "NUMERIC"},
                              Column{"office", "Office", "OPTIONS"}};

json::object report_to_json(const Report& report) {
  return {{"id", report.id}, {"name", report.name}, {"created_at", report.created_at}};
}

json::array row(const Person& person) {
  const Employment& employment = person.latest();
  const auto text_cell = [](std::string_view attribute, std::string_view value) {
    return json::object{{"attribute_id", attribute}, {"string_value", {{"value", value}}}};
  };
  return {text_cell("first_name", person.first_name), text_cell("last_name", person.last_name),
          json::object{{"attribute_id", "weekly_working_hours"},
                       {"numeric_value", {{"number", employment.weekly_hours}}}},
          json::object{{"attribute_id", "office"},
                       {"options_value",
                        {{"options", json::array{json::object{
                                         {"key", std::to_string(employment.office->unit.id)},
                                         {"value", employment.office->unit.name}}}}}}}};
}

json::array columns() {
  json::array list;
  for (const Column& column : kColumns) {
    list.push_back(
        json::object{{"name", column.name}, {"display", column.display}, {"type", column.type}});
  }
  return list;
}

Response list_reports(const Call& call) {
  auto read = read_list(call, kLimits, {});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  return list_answer(call.service, call.request, std::get<Page>(read),
                     static_cast<std::int64_t>(kReports.size()),
                     [](std::int64_t place) -> std::optional<json::object> {
                       return report_to_json(kReports[static_cast<std::size_t>(place)]);
                     });
}

/// The reports have a way of their own to say that there is none.
Response no_such_report(std::string_view id) {
  json::object error{{"status", "400"},
                     {"title", "Bad Request"},
                     {"id", sandbox::random_uuid()},
                     {"detail", "Report with " + std::string(id) + " not found."}};
  return sandbox::json_response(400, json::object{{"errors", json::array{std::move(error)}}});
}

Response bad_request(const Service& service, std::string_view detail) {
  return v2_error(service, 400, "Bad Request", detail, "common.bad_request");
}

/// Everybody is in it, whatever attributes the integration may read.
Response headcount(const Call& call, const Page& page) {
  const People people = call.service.people();
  json::array rows;
  const std::int64_t end = std::min(people.living(), page.offset + page.limit);
  for (std::int64_t place = page.offset; place < end; ++place) {
    rows.push_back(row(people.person(people.nth(place))));
  }
  const auto next = end < people.living() ? std::optional(end) : std::nullopt;
  Response response =
      page_answer(call.service, call.request, page, std::move(rows), next, page.path);
  json::value body = *sandbox::parse_json(response.body);
  body.at("_meta").as_object()["columns"] = columns();
  body.as_object()["report_config"] = report_to_json(kReports.back());
  response.body = json::serialize(body);
  return response;
}

Response get_report(const Call& call) {
  const sandbox::Fields& query = call.request.query;
  if (query.has("cursor") && query.size() > 1) {
    call.service.violations.add("parameters beside the cursor of a report");
    return v2_bad_parameters(call.service);
  }
  auto read = read_list(call, kLimits, {{.name = "locale"}});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const std::string id = call.request.params.find("id").value_or("");
  if (id == kGrouped) return bad_request(call.service, "Unsupported nested type: null");
  if (id == kUnreadable) {
    return bad_request(call.service, "Array contains no element matching the predicate.");
  }
  if (id != kHeadcount) return no_such_report(id);
  return headcount(call, std::get<Page>(read));
}

Response list_attributes(const Call& call) {
  auto read = read_list(call, kLimits, {});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const auto all = attributes();
  return list_answer(
      call.service, call.request, std::get<Page>(read), static_cast<std::int64_t>(all.size()),
      [&](std::int64_t place) -> std::optional<json::object> {
        const Attribute& attribute = all[static_cast<std::size_t>(place)];
        return json::object{
            {"id", attribute.key}, {"display", attribute.label}, {"type", attribute.type}};
      });
}

}  // namespace

void add_reports(sandbox::Router& router, Service& service) {
  V2Rule rule = v2_rule("personio:reports:read");
  rule.missing_right_status = &Options::reports_missing_right_status;
  add_v2(router, service, "GET", "/v2/reports", rule, list_reports);
  add_v2(router, service, "GET", "/v2/reports/attributes", rule, list_attributes);
  add_v2(router, service, "GET", "/v2/reports/{id}", rule, get_report);
}

}  // namespace patchbay::personio_sandbox
