// GET /v1/company/employees, …/{employee_id}, …/attributes (reference, section 4.1.1).
#include <algorithm>
#include <charconv>

#include "areas.h"
#include "attributes.h"
#include "gateway.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

constexpr std::int64_t kStandardLimit = 50;
constexpr std::int64_t kHighestLimit = 100;
constexpr std::int64_t kMaxUpdated = 100'000;  // ours: keeps the one big page bounded
constexpr std::uint64_t kLastChanged = 3000;   // purpose of People::number

/// The id is always there; of the rest what the integration may read and the caller wants.
json::object employee(const Call& call, const People& people, const Person& person,
                      const std::vector<std::string>& wanted) {
  const Readable& readable = call.integration.request.readable_attributes;
  json::object values;
  for (const Attribute& attribute : attributes()) {
    const bool chosen =
        wanted.empty() || std::find(wanted.begin(), wanted.end(), attribute.key) != wanted.end();
    if (attribute.key == "id" || (chosen && is_readable(readable, attribute.key))) {
      values[attribute.key] = v1_attribute(attribute, people, person);
    }
  }
  return {{"type", "Employee"}, {"attributes", std::move(values)}};
}

/// A whole number of at least `low`; nothing when it is not one.
std::optional<std::int64_t> number(const std::optional<std::string>& text, std::int64_t fallback,
                                   std::int64_t low) {
  if (!text) return fallback;
  std::int64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stop, failed] = std::from_chars(text->data(), end, value);
  if (failed != std::errc{} || stop != end || value < low) return std::nullopt;
  return value;
}

/// `2022-12-24T08:15:30` or `2022-12-24`.
std::optional<std::int64_t> since(const std::string& text) {
  if (const auto time = sandbox::parse_iso_utc(text + 'Z')) return time;
  if (const auto time = sandbox::parse_iso_utc(text)) return time;
  if (const auto day = sandbox::parse_iso_date(text)) return *day * 86'400'000;
  return std::nullopt;
}

/// One attribute of each person is the one that changed last, so that `updated_since` with
/// `attributes[]` has something to choose by.
bool changed_one_of(const People& people, std::int64_t index,
                    const std::vector<std::string>& wanted) {
  if (wanted.empty()) return true;
  const auto all = attributes();
  const std::string_view changed = all[people.number(index, kLastChanged) % all.size()].key;
  return std::find(wanted.begin(), wanted.end(), changed) != wanted.end();
}

Response answer(json::array data, std::int64_t total, std::int64_t offset, std::int64_t limit) {
  const std::int64_t pages = limit == 0 ? 0 : (total + limit - 1) / limit;
  return sandbox::json_response(200,
                                json::object{{"success", true},
                                             {"metadata",
                                              {{"total_elements", total},
                                               {"current_page", limit == 0 ? 0 : offset / limit},
                                               {"total_pages", pages}}},
                                             {"offset", offset},
                                             {"limit", limit},
                                             {"data", std::move(data)}});
}

/// All employees updated after the time, in one page: paging and email do not count here.
Response list_updated(const Call& call, const People& people, std::int64_t time,
                      const std::vector<std::string>& wanted) {
  json::array data;
  for (std::int64_t index = 0; index < people.count(); ++index) {
    if (static_cast<std::int64_t>(data.size()) == kMaxUpdated) break;
    if (!people.has(index)) continue;
    const Person person = people.person(index);
    if (person.updated_ms > time && changed_one_of(people, index, wanted)) {
      data.push_back(employee(call, people, person, wanted));
    }
  }
  const auto total = static_cast<std::int64_t>(data.size());
  return answer(std::move(data), total, 0, total);
}

Response list_employees(const Call& call) {
  const sandbox::Fields& query = call.request.query;
  const People people = call.service.people();
  std::vector<std::string> wanted = query.find_all("attributes[]");
  for (std::string& more : query.find_all("attributes")) wanted.push_back(std::move(more));
  if (const auto text = query.find("updated_since")) {
    const auto time = since(*text);
    if (!time) return v1_error(400, 400, "The updated_since format is invalid.");
    return list_updated(call, people, *time, wanted);
  }
  auto limit = number(query.find("limit"), kStandardLimit, 1);
  const auto offset = number(query.find("offset"), 0, 0);
  const bool over = limit && *limit > kHighestLimit;
  if (!limit || !offset || (over && call.service.options.v1_limit_over_maximum == "refused")) {
    return v1_error(400, 400, "The limit or offset is invalid.");
  }
  limit = std::min(*limit, kHighestLimit);
  if (const auto email = query.find("email")) {
    json::array data;
    const auto index = people.index_of_email(*email);
    if (index && sandbox::equal_ignoring_case(people.person(*index).email, *email)) {
      data.push_back(employee(call, people, people.person(*index), wanted));
    }
    const auto total = static_cast<std::int64_t>(data.size());
    return answer(std::move(data), total, 0, *limit);
  }
  json::array data;
  const std::int64_t first = std::min(*offset, people.living());
  const std::int64_t end = std::min(people.living(), first + *limit);
  for (std::int64_t place = first; place < end; ++place) {
    data.push_back(employee(call, people, people.person(people.nth(place)), wanted));
  }
  return answer(std::move(data), people.living(), *offset, *limit);
}

Response get_employee(const Call& call) {
  const People people = call.service.people();
  const auto index = people.index_of_id(call.request.params.find("employee_id").value_or(""));
  if (!index) return v1_error(404, 404, "Es ist ein Problem aufgetreten ");
  return v1_success(employee(call, people, people.person(*index), {}));
}

Response list_attributes(const Call& call) {
  json::array list;
  for (const Attribute& attribute : attributes()) {
    if (!is_readable(call.integration.request.readable_attributes, attribute.key)) continue;
    json::array options;
    for (const std::string_view option : attribute.options) {
      options.push_back(json::string(option));
    }
    json::object object{
        {"key", attribute.key}, {"label", attribute.label}, {"type", attribute.type}};
    object["universal_id"] = attribute.universal_id.empty()
                                 ? json::value(nullptr)
                                 : json::value(json::string(attribute.universal_id));
    object["options"] = std::move(options);
    list.push_back(std::move(object));
  }
  return v1_success(std::move(list));
}

}  // namespace

void add_employees_v1(sandbox::Router& router, Service& service) {
  const std::string root = "/v1/company/employees";
  add_v1(router, service, "GET", root, "employees:read", list_employees);
  add_v1(router, service, "GET", root + "/attributes", "employees:read", list_attributes);
  add_v1(router, service, "GET", root + "/custom-attributes", "employees:read", list_attributes);
  add_v1(router, service, "GET", root + "/{employee_id}", "employees:read", get_employee);
}

}  // namespace patchbay::personio_sandbox
