// POST, PATCH and DELETE of /v2/persons (reference, section 4.2).
#include <algorithm>
#include <charconv>

#include "areas.h"
#include "attributes.h"
#include "employment_writes.h"
#include "record_list.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

const ValueRules& changed_person_rules() {
  static const ValueRules rules{
      {.name = "first_name"},
      {.name = "last_name"},
      {.name = "email"},
      {.name = "preferred_name"},
      {.name = "gender", .choices = {"MALE", "FEMALE", "DIVERSE", "UNKNOWN", "UNDEFINED"}},
      {.name = "language_code", .choices = {"en", "de", "es", "fr", "nl", "it", "sv", "fi"}},
      {.name = "custom_attributes", .kind = ValueKind::list},
  };
  return rules;
}

const ValueRules& new_person_rules() {
  static const ValueRules rules = rules_for_new(changed_person_rules(), {"first_name", "last_name"},
                                                {{.name = "employments", .kind = ValueKind::list}});
  return rules;
}

const Attribute* find_custom_attribute(std::string_view id) {
  for (const Attribute& attribute : attributes()) {
    if (attribute.key == id && !attribute.v2_type.empty()) return &attribute;
  }
  return nullptr;
}

bool is_option(const Attribute& attribute, std::string_view value) {
  return attribute.options.empty() || std::find(attribute.options.begin(), attribute.options.end(),
                                                value) != attribute.options.end();
}

/// What is stored for a value as sent: a text, or a list of texts. Null when it does not fit.
json::value custom_value(const Attribute& attribute, const json::value& sent) {
  if (attribute.v2_type == "string_list") {
    const json::array* list = sent.if_array();
    const bool fits =
        list != nullptr && std::all_of(list->begin(), list->end(), [&](const auto& v) {
          return v.is_string() && is_option(attribute, v.as_string());
        });
    return fits ? sent : json::value(nullptr);
  }
  if (!sent.is_string()) return nullptr;
  const std::string_view text = sent.as_string();
  if (attribute.v2_type == "int") {
    std::int64_t number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = failed == std::errc{} && stop == text.data() + text.size();
    return whole ? json::value(number) : json::value(nullptr);
  }
  const bool fits = attribute.v2_type == "date" ? sandbox::parse_iso_date(text).has_value()
                                                : is_option(attribute, text);
  return fits ? sent : json::value(nullptr);
}

bool set_custom_attributes(Service& service, const json::array& list, Person& person) {
  const ValueRules rules{{.name = "id", .required = true}};
  for (const json::value& entry : list) {
    json::object object = entry.is_object() ? entry.as_object() : json::object{};
    const json::value value = object.contains("value") ? object.at("value") : json::value(nullptr);
    object.erase("value");
    if (!check_object(service, object, rules, "custom_attributes.")) return false;
    const Attribute* attribute = find_custom_attribute(object.at("id").as_string());
    const json::value stored =
        attribute == nullptr ? json::value(nullptr) : custom_value(*attribute, value);
    if (stored.is_null()) return false;
    person.custom[std::string(attribute->key)] = stored;
  }
  return true;
}

bool set_email(const Call& call, const std::string& email, Person& person) {
  if (email.find('@') == std::string::npos) return false;
  const People people = call.service.people();
  const auto owner = people.index_of_email(email);
  const bool taken = owner && *owner != person.index &&
                     sandbox::equal_ignoring_case(people.person(*owner).email, email);
  person.email = email;
  return !taken;
}

/// False when a value is not one the company knows, or the address is taken.
bool write_person(const Call& call, const json::object& body, Person& person) {
  const auto set = [&](const char* name, std::string& target) {
    const auto text = sandbox::string_member(body, name);
    if (text) target = *text;
    return !text || !text->empty();
  };
  const auto email = sandbox::string_member(body, "email");
  const json::value* custom = body.if_contains("custom_attributes");
  const bool right =
      set("first_name", person.first_name) && set("last_name", person.last_name) &&
      set("preferred_name", person.preferred_name) && (!email || set_email(call, *email, person)) &&
      (custom == nullptr || set_custom_attributes(call.service, custom->as_array(), person));
  if (!right) return false;
  if (const auto gender = sandbox::string_member(body, "gender")) {
    person.gender = *gender == "MALE"      ? "MALE"
                    : *gender == "FEMALE"  ? "FEMALE"
                    : *gender == "DIVERSE" ? "DIVERSE"
                                           : "UNSPECIFIED";
  }
  person.updated_ms = call.service.now_ms();
  return true;
}

/// One employment at most; without one, a standard one.
std::optional<Response> add_employment(const Call& call, const json::object& body, Person& person) {
  Employment employment = new_employment(call, person);
  if (const json::value* list = body.if_contains("employments")) {
    const json::array& sent = list->as_array();
    if (sent.size() != 1 || !sent.front().is_object() ||
        !check_object(call.service, sent.front().as_object(), employment_rules(), "employments.")) {
      return v2_bad_content(call.service);
    }
    if (auto refused = write_employment(call, sent.front().as_object(), person, employment)) {
      return refused;
    }
  }
  person.employments = {std::move(employment)};
  return std::nullopt;
}

void tell(const Call& call, const char* event, const Person& person) {
  call.service.happened(event, {{"person_id", std::to_string(person.id)}});
}

Response create_person(const Call& call) {
  auto read = read_body(call, new_person_rules());
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const json::object& body = std::get<json::object>(read);
  Person person;
  person.index = call.service.people().count();
  person.id = call.service.people().id(person.index);
  person.gender = "UNSPECIFIED";
  person.created_ms = call.service.now_ms();
  if (!write_person(call, body, person)) return v2_bad_parameters(call.service);
  if (person.preferred_name.empty()) {
    person.preferred_name = person.first_name + ' ' + person.last_name;
  }
  if (auto refused = add_employment(call, body, person)) return std::move(*refused);
  const std::string id = std::to_string(person.id);
  tell(call, "person.created", person);
  tell_employment(call, "employment.created", person, person.latest());
  call.service.records.persons.add(std::move(person));
  return v2_created(id, "/v2/persons/" + id);
}

Response update_person(const Call& call) {
  auto person = call.service.people().find(call.request.params.find("id").value_or(""));
  if (!person) return v2_no_such_resource(call.service);
  auto read = read_body(call, changed_person_rules());
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  if (!write_person(call, std::get<json::object>(read), *person)) {
    return v2_bad_parameters(call.service);
  }
  tell(call, "person.updated", *person);
  call.service.records.persons.write(std::move(*person));
  return Response::empty(204);
}

Response delete_person(const Call& call) {
  const auto person = call.service.people().find(call.request.params.find("id").value_or(""));
  if (!person) return v2_no_such_resource(call.service);
  for (const Employment& employment : person->employments) {
    tell_employment(call, "employment.deleted", *person, employment);
  }
  tell(call, "person.deleted", *person);
  call.service.records.persons.remove(person->index);
  return Response::empty(204);
}

}  // namespace

void add_person_writes(sandbox::Router& router, Service& service) {
  const V2Rule rule{.scope = "personio:persons:write",
                    .calls_per_second = &Options::v2_persons_per_second,
                    .missing_right_status = &Options::persons_missing_right_status};
  add_v2(router, service, "POST", "/v2/persons", rule, create_person);
  add_v2(router, service, "PATCH", "/v2/persons/{id}", rule, update_person);
  add_v2(router, service, "DELETE", "/v2/persons/{id}", rule, delete_person);
}

}  // namespace patchbay::personio_sandbox
