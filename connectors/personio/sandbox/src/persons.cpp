// GET /v2/persons and /v2/persons/{id} (reference, section 4.2).
#include <algorithm>

#include "areas.h"
#include "attributes.h"
#include "gateway.h"
#include "paging.h"
#include "patchbay/sandbox/text.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

std::string person_url(const Person& person) {
  return std::string(kApiUrl) + "/v2/persons/" + std::to_string(person.id);
}

json::array custom_attributes(const Call& call, const People& people, const Person& person) {
  const bool upper = call.service.options.custom_attribute_type_case == "upper";
  json::array list;
  for (const Attribute& attribute : attributes()) {
    if (attribute.v2_type.empty() ||
        !is_readable(call.integration.request.readable_attributes, attribute.key)) {
      continue;
    }
    std::string type(attribute.v2_type);
    if (upper)
      std::transform(type.begin(), type.end(), type.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
    json::object object{
        {"id", attribute.key}, {"type", type}, {"value", value_of(attribute, people, person)}};
    if (!attribute.universal_id.empty()) object["global_id"] = attribute.universal_id;
    if (call.service.options.custom_attribute_labels) object["label"] = attribute.label;
    list.push_back(std::move(object));
  }
  return list;
}

/// Attributes that may not be read are left out without a word (reference, section 3).
json::object person_to_json(const Call& call, const People& people, const Person& person) {
  const Readable& readable = call.integration.request.readable_attributes;
  json::object object{{"id", std::to_string(person.id)}};
  const auto add = [&](const char* name, const char* attribute, json::value value) {
    if (is_readable(readable, attribute)) object[name] = std::move(value);
  };
  add("email", "email", json::string(person.email));
  add("created_at", "created_at", json::string(sandbox::iso_utc(person.created_ms)));
  add("updated_at", "last_modified_at", json::string(sandbox::iso_utc(person.updated_ms)));
  add("first_name", "first_name", json::string(person.first_name));
  add("last_name", "last_name", json::string(person.last_name));
  add("preferred_name", "preferred_name", json::string(person.preferred_name));
  add("gender", "gender", json::string(person.gender));
  add("profile_picture", "profile_picture",
      json::object{{"url", std::string(kApiUrl) + "/v1/company/employees/" +
                               std::to_string(person.id) + "/profile-picture"}});
  add("status", "status", json::string(person.active() ? "ACTIVE" : "INACTIVE"));
  json::array custom = custom_attributes(call, people, person);
  if (!custom.empty()) object["custom_attributes"] = std::move(custom);
  json::array employments;
  for (const Employment& employment : person.employments) {
    employments.push_back(json::object{{"id", employment.id}});
  }
  object["employments"] = std::move(employments);
  object["_meta"] = {{"links", {{"employments", {{"href", person_url(person) + "/employments"}}}}}};
  return object;
}

const std::vector<FilterName>& filters() {
  static const std::vector<FilterName> names{{"id"},
                                             {"email"},
                                             {"first_name"},
                                             {"last_name"},
                                             {"preferred_name"},
                                             {"created_at", true},
                                             {"updated_at", true},
                                             {"status"}};
  return names;
}

bool passes(const sandbox::Fields& query, const Person& person) {
  const auto equal = [&](const char* name, std::string_view value) {
    const auto wanted = query.find(name);
    return !wanted || *wanted == value;
  };
  return equal("first_name", person.first_name) && equal("last_name", person.last_name) &&
         equal("preferred_name", person.preferred_name) &&
         equal("status", person.active() ? "ACTIVE" : "INACTIVE") &&
         passes_time(query, "created_at", person.created_ms) &&
         passes_time(query, "updated_at", person.updated_ms);
}

/// The places of the only persons that the filters on id and email allow, in order; nothing when
/// there are no such filters.
std::optional<std::vector<std::int64_t>> named_persons(const sandbox::Fields& query,
                                                       const People& people) {
  const auto sorted = [](std::vector<std::int64_t> places) {
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
  };
  std::optional<std::vector<std::int64_t>> result;
  if (const auto ids = list_filter(query, "id")) {
    std::vector<std::int64_t> places;
    for (const std::string& id : *ids) {
      if (const auto index = people.index_of_id(id)) places.push_back(*index);
    }
    result = sorted(std::move(places));
  }
  if (const auto emails = list_filter(query, "email")) {
    std::vector<std::int64_t> places;
    for (const std::string& email : *emails) {
      const auto index = people.index_of_email(email);
      if (index && sandbox::equal_ignoring_case(people.person(*index).email, email)) {
        places.push_back(*index);
      }
    }
    places = sorted(std::move(places));
    if (result) {
      std::vector<std::int64_t> both;
      std::set_intersection(result->begin(), result->end(), places.begin(), places.end(),
                            std::back_inserter(both));
      places = std::move(both);
    }
    result = std::move(places);
  }
  return result;
}

Response list_persons(const Call& call) {
  auto read = read_page(call.service, call.request, {.standard = 10, .highest = 50});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  if (auto refused = check_filters(call.service, page.query, filters())) return std::move(*refused);
  const std::string status = page.query.find("status").value_or("ACTIVE");
  if (status != "ACTIVE" && status != "INACTIVE") return v2_bad_parameters(call.service);

  const People people = call.service.people();
  const auto named = named_persons(page.query, people);
  const std::int64_t size = named ? static_cast<std::int64_t>(named->size()) : people.count();
  json::array data;
  std::optional<std::int64_t> next;
  for (std::int64_t place = page.offset; place < size; ++place) {
    const std::int64_t index = named ? (*named)[static_cast<std::size_t>(place)] : place;
    if (!people.has(index)) continue;
    const Person person = people.person(index);
    if (!passes(page.query, person)) continue;
    if (static_cast<std::int64_t>(data.size()) == page.limit) {
      next = place;
      break;
    }
    data.push_back(person_to_json(call, people, person));
  }
  return page_answer(call.service, call.request, page, std::move(data), next, "/v2/persons");
}

Response get_person(const Call& call) {
  const People people = call.service.people();
  const auto person = people.find(call.request.params.find("id").value_or(""));
  if (!person) return v2_no_such_resource(call.service);
  return sandbox::json_response(200, person_to_json(call, people, *person));
}

}  // namespace

void add_persons(sandbox::Router& router, Service& service) {
  const V2Rule rule{.scope = "personio:persons:read",
                    .calls_per_second = &Options::v2_persons_per_second,
                    .missing_right_status = &Options::persons_missing_right_status};
  add_v2(router, service, "GET", "/v2/persons", rule, list_persons);
  add_v2(router, service, "GET", "/v2/persons/{id}", rule, get_person);
}

}  // namespace patchbay::personio_sandbox
