#include "people.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace hibob_sandbox {
namespace {

using sandbox::json_response;
using sandbox::Request;
using sandbox::Response;
using sandbox::string_member;

constexpr std::size_t kMostFields = 400;
constexpr std::int64_t kUsualPage = 50;
constexpr std::int64_t kLargestPage = 200;

struct Field {
  const char* id;
  const char* category;
  const char* name;
  const char* type;
  bool historical;
};
constexpr Field kFields[] = {{"root.id", "root", "Employee ID", "text", false},
                             {"root.firstName", "root", "First name", "text", false},
                             {"root.surname", "root", "Last name", "text", false},
                             {"root.email", "root", "Email", "text", false},
                             {"root.displayName", "root", "Display name", "text", false},
                             {"about.nickname", "about", "Nickname", "text", false},
                             {"work.title", "work", "Job title", "list", true},
                             {"work.department", "work", "Department", "list", true},
                             {"work.site", "work", "Site", "list", true},
                             {"work.startDate", "work", "Start date", "date", false}};
constexpr const char* kSites[] = {"London", "Berlin"};

std::string display_name(const Person& person) {
  return person.first_name + " " + person.surname;
}

json::object whole(const Person& person) {
  return {{"id", person.id},
          {"firstName", person.first_name},
          {"surname", person.surname},
          {"email", person.email},
          {"displayName", display_name(person)},
          {"about", person.about},
          {"work", json::object{{"title", person.title},
                                {"department", person.department},
                                {"site", person.site},
                                {"startDate", person.start_date}}}};
}

// Unknown fields are left out without a word, as Bob does.
json::object chosen(const Person& person, const std::set<std::string>& fields) {
  json::object all = whole(person);
  if (fields.empty()) return all;
  json::object out{{"id", person.id}};
  for (const std::string& field : fields) {
    const auto dot = field.find('.');
    const std::string category = field.substr(0, dot);
    const std::string name = dot == std::string::npos ? "" : field.substr(dot + 1);
    if (category == "root") {
      if (const auto* value = all.if_contains(name)) out[name] = *value;
    } else if (const auto* section = all.if_contains(category); section && section->is_object()) {
      if (const auto* value = section->get_object().if_contains(name)) {
        if (!out.contains(category)) out[category] = json::object{};
        out[category].as_object()[name] = *value;
      }
    }
  }
  return out;
}

// What is wrong with fields and humanReadable; else `fields` is filled.
std::optional<Response> read_fields(const json::object& body, std::set<std::string>& fields) {
  if (const auto* list = body.if_contains("fields")) {
    if (!list->is_array() || list->get_array().empty() || list->get_array().size() > kMostFields)
      return error(400, "INVALID_FIELDS", "fields is a list of 1 to 400 ids");
    for (const auto& item : list->get_array()) {
      if (!item.is_string()) return error(400, "INVALID_FIELDS", "fields are texts");
      fields.emplace(item.get_string());
    }
  }
  const auto readable = string_member(body, "humanReadable");
  if (body.contains("humanReadable") && readable != "APPEND" && readable != "REPLACE")
    return error(400, "INVALID_HUMAN_READABLE", "humanReadable is APPEND or REPLACE");
  return std::nullopt;
}

// One filter on id or e-mail; an empty list is refused.
std::optional<Response> read_filter(const json::object& body, std::string& path,
                                    std::set<std::string>& values) {
  const auto* filters = body.if_contains("filters");
  if (filters == nullptr) return std::nullopt;
  const auto wrong = [] {
    return error(400, "INVALID_FILTERS", "filters is one filter on root.id or root.email");
  };
  if (!filters->is_array() || filters->get_array().size() != 1) return wrong();
  const auto* filter = filters->get_array().front().if_object();
  if (filter == nullptr || filter->size() != 3 || string_member(*filter, "operator") != "equals")
    return wrong();
  path = string_member(*filter, "fieldPath").value_or("");
  const auto* list = filter->if_contains("values");
  if ((path != "root.id" && path != "root.email") || list == nullptr || !list->is_array())
    return wrong();
  for (const auto& value : list->get_array()) {
    if (!value.is_string()) return wrong();
    values.emplace(value.get_string());
  }
  return std::nullopt;
}

json::object entry(const Person& person, std::string_view table) {
  json::object out{{"id", 1},
                   {"effectiveDate", person.start_date},
                   {"isCurrent", true},
                   {"modificationDate", person.start_date}};
  if (table == "work") {
    out["title"] = person.title;
    out["department"] = person.department;
    out["site"] = person.site;
  } else if (table == "employment") {
    out["contract"] = "Full time";
    out["weeklyHours"] = 40;
  } else if (table == "lifecycle") {
    out["status"] = person.active ? "Employed" : "Terminated";
  } else {
    out["base"] = json::object{{"value", 60'000}, {"currency", "GBP"}};
    out["payPeriod"] = "Annual";
  }
  return out;
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

People::People() {
  constexpr const char* kNames[][2] = {
      {"Ada", "Lovelace"},   {"Alan", "Turing"},  {"Grace", "Hopper"},  {"Edsger", "Dijkstra"},
      {"Barbara", "Liskov"}, {"Donald", "Knuth"}, {"Frances", "Allen"}, {"Tony", "Hoare"}};
  for (const auto& name : kNames) {
    const auto n = people_.size();
    people_.push_back({.id = std::to_string(3332883884017713938 + static_cast<std::int64_t>(n)),
                       .first_name = name[0],
                       .surname = name[1],
                       .email = std::string(name[0]) + "@acme.example",
                       .site = kSites[n % 2],
                       .department = n % 3 == 0 ? "Engineering" : "Research",
                       .title = "Engineer",
                       .start_date = "2021-0" + std::to_string(1 + n) + "-01"});
  }
  people_.back().active = false;
}

const Person* People::find(std::string_view id_or_email) const {
  const auto found = std::ranges::find_if(people_, [&](const Person& person) {
    return person.id == id_or_email || person.email == id_or_email;
  });
  return found == people_.end() ? nullptr : &*found;
}

Response People::search(const Request& request) const {
  std::optional<Response> refusal;
  const auto body =
      body_of(request, {"fields", "filters", "showInactive", "humanReadable"}, refusal);
  if (!body) return *refusal;
  std::set<std::string> fields;
  std::set<std::string> values;
  std::string path;
  if (auto wrong = read_fields(*body, fields)) return *wrong;
  if (auto wrong = read_filter(*body, path, values)) return *wrong;
  if (body->contains("showInactive") && !sandbox::bool_member(*body, "showInactive"))
    return error(400, "INVALID_SHOW_INACTIVE", "showInactive is true or false");
  const bool inactive = sandbox::bool_member(*body, "showInactive").value_or(false);
  json::array found;
  for (const Person& person : people_) {
    const std::string& value = path == "root.email" ? person.email : person.id;
    if ((person.active || inactive) && (path.empty() || values.contains(value)))
      found.push_back(chosen(person, fields));
  }
  return json_response(200, json::object{{"employees", std::move(found)}});
}

Response People::get(const Request& request) const {
  std::optional<Response> refusal;
  const auto body = body_of(request, {"fields", "humanReadable"}, refusal);
  if (!body) return *refusal;
  std::set<std::string> fields;
  if (auto wrong = read_fields(*body, fields)) return *wrong;
  const Person* person = find(request.params.find("id").value_or(""));
  if (person == nullptr) return error(404, "EMPLOYEE_NOT_FOUND", "no such employee");
  return json_response(200, chosen(*person, fields));
}

Response People::create(const Request& request) {
  std::optional<Response> refusal;
  const auto body = body_of(request, {"firstName", "surname", "email", "work"}, refusal);
  if (!body) return *refusal;
  const auto* work = body->if_contains("work");
  const auto* section = work == nullptr ? nullptr : work->if_object();
  const auto first = string_member(*body, "firstName");
  const auto surname = string_member(*body, "surname");
  const auto email = string_member(*body, "email");
  const auto site = section == nullptr ? std::nullopt : string_member(*section, "site");
  const auto start = section == nullptr ? std::nullopt : string_member(*section, "startDate");
  if (!first || !surname || !email || !site || !start)
    return error(400, "MISSING_FIELD", "firstName, surname, email, work.site, work.startDate");
  if (std::ranges::find(kSites, *site) == std::end(kSites) || !is_date(*start))
    return error(400, "INVALID_FIELD", "work.site is a site, work.startDate a date");
  if (find(*email) != nullptr) return error(400, "EMAIL_TAKEN", "somebody has this email");
  people_.push_back({.id = std::to_string(3400000000000000000 + ++made_),
                     .first_name = *first,
                     .surname = *surname,
                     .email = *email,
                     .site = *site,
                     .department = "",
                     .title = string_member(*section, "title").value_or(""),
                     .start_date = *start});
  return json_response(200, whole(people_.back()));
}

Response People::update(const Request& request) {
  std::optional<Response> refusal;
  const auto body = body_of(request, {"firstName", "surname", "email", "about"}, refusal);
  if (!body) return *refusal;
  const auto id = request.params.find("id").value_or("");
  const auto person = std::ranges::find(people_, id, &Person::id);
  if (person == people_.end()) return error(404, "EMPLOYEE_NOT_FOUND", "no such employee");
  const json::object before = whole(*person);
  if (const auto first = string_member(*body, "firstName")) person->first_name = *first;
  if (const auto surname = string_member(*body, "surname")) person->surname = *surname;
  if (const auto email = string_member(*body, "email")) person->email = *email;
  if (const auto* about = body->if_contains("about"); about != nullptr && about->is_object())
    for (const auto& [name, value] : about->get_object()) person->about[name] = value;
  return Response::empty(before == whole(*person) ? 304 : 200);
}

Response People::profiles(const Request& request) const {
  if (const auto wrong = wrong_query(request, {})) return error(400, "INVALID_QUERY", *wrong);
  json::array found;
  for (const Person& person : people_)
    if (person.active)
      found.push_back(json::object{{"id", person.id},
                                   {"displayName", display_name(person)},
                                   {"email", person.email},
                                   {"work", json::object{{"title", person.title}}}});
  return json_response(200, json::object{{"employees", std::move(found)}});
}

Response People::history(const Request& request, std::string_view table) const {
  if (const auto wrong =
          wrong_query(request, {"limit", "cursor", "employeeIds", "includeArchived"}))
    return error(400, "INVALID_QUERY", *wrong);
  const auto limit = number(request.query.find("limit").value_or(std::to_string(kUsualPage)));
  const auto start = number(request.query.find("cursor").value_or("0"));
  if (!limit || *limit < 1 || *limit > kLargestPage || !start || *start < 0)
    return error(400, "INVALID_QUERY", "limit is 1 to 200, cursor one that was handed out");
  const auto wanted = request.query.find("employeeIds");
  const std::string ids = "," + wanted.value_or("") + ",";
  std::vector<const Person*> list;
  for (const Person& person : people_)
    if (!wanted || ids.find("," + person.id + ",") != std::string::npos) list.push_back(&person);
  json::array results;
  const auto end = std::min<std::size_t>(list.size(), static_cast<std::size_t>(*start + *limit));
  for (auto i = static_cast<std::size_t>(*start); i < end; ++i)
    results.push_back(
        json::object{{"employeeId", list[i]->id}, {"values", json::array{entry(*list[i], table)}}});
  json::value next = nullptr;
  if (end < list.size()) next = std::to_string(end);
  return json_response(200, json::object{{"results", std::move(results)},
                                         {"response_metadata", json::object{{"next_cursor", next}}},
                                         {"errors", json::array{}}});
}

Response people_fields(const Request& request) {
  if (const auto wrong = wrong_query(request, {})) return error(400, "INVALID_QUERY", *wrong);
  json::array all;
  for (const Field& field : kFields)
    all.push_back(json::object{{"id", field.id},
                               {"categoryId", field.category},
                               {"name", field.name},
                               {"type", field.type},
                               {"historical", field.historical}});
  return json_response(200, all);
}

Response named_list(const Request& request) {
  if (const auto wrong = wrong_query(request, {"includeArchived"}))
    return error(400, "INVALID_QUERY", *wrong);
  if (request.params.find("name") != "site")
    return error(404, "LIST_NOT_FOUND", "there is no such list");
  json::array values;
  for (const char* site : kSites)
    values.push_back(json::object{{"id", static_cast<std::int64_t>(values.size() + 1)},
                                  {"value", site},
                                  {"name", site},
                                  {"archived", false},
                                  {"children", json::array{}}});
  return json_response(200, json::object{{"name", "site"}, {"values", std::move(values)}});
}

}  // namespace hibob_sandbox
