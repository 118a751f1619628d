#include "rest.h"

#include <algorithm>
#include <charconv>

#include "patchbay/sandbox/text.h"
#include "soql.h"

namespace salesforce_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;

constexpr std::string_view kData = "/services/data/v62.0";

std::string data(std::string_view path) {
  return std::string(kData).append(path);
}

Response not_found() {
  return rest_error(404, "NOT_FOUND", "The requested resource does not exist");
}

Response ok(const json::value& body, int status = 200) {
  return sandbox::json_response(status, body);
}

json::object url_for(const Object& object) {
  const std::string name(object.name);
  return {{"name", name},
          {"label", name},
          {"keyPrefix", object.prefix},
          {"custom", false},
          {"queryable", true},
          {"createable", true},
          {"urls", json::object{{"sobject", data("/sobjects/") + name},
                                {"describe", data("/sobjects/") + name + "/describe"}}}};
}

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

const std::vector<Rest::Route>& Rest::routes() {
  static const std::vector<Route> all = {
      {"GET", data("/query"), &Rest::query},
      {"GET", data("/query/{locator}"), &Rest::query_more},
      {"GET", data("/queryAll"), &Rest::query_all},
      {"GET", data("/search"), &Rest::search},
      {"GET", data("/sobjects"), &Rest::list_objects},
      {"GET", data("/sobjects/{object}"), &Rest::object_info},
      {"POST", data("/sobjects/{object}"), &Rest::create},
      {"GET", data("/sobjects/{object}/describe"), &Rest::describe},
      {"GET", data("/sobjects/{object}/{id}"), &Rest::get},
      {"PATCH", data("/sobjects/{object}/{id}"), &Rest::update},
      {"DELETE", data("/sobjects/{object}/{id}"), &Rest::remove},
      {"GET", data("/recent"), &Rest::recent},
      {"GET", data("/limits"), &Rest::limits},
      {"GET", "/services/oauth2/userinfo", &Rest::user_info}};
  return all;
}

Response Rest::call(Answer answer, const Request& request) {
  Response refusal;
  Org* org = app_.admitted(request, refusal);
  if (org == nullptr) return refusal;
  if (answer == &Rest::user_info) return user_info(*org, request);
  if (!app_.has_scope(request, "api"))
    return rest_error(403, "API_CURRENTLY_DISABLED", "API is disabled for this User");
  if (app_.options.requests_left == 0)
    return rest_error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  if (app_.options.requests_left > 0) --app_.options.requests_left;
  Response response = (this->*answer)(*org, request);
  response.headers.set("Sforce-Limit-Info", "api-usage=18/15000");
  return response;
}

// ---- queries

Response Rest::query(Org& org, const Request& request) {
  return run(org, request, false);
}
Response Rest::query_all(Org& org, const Request& request) {
  return run(org, request, true);
}

Response Rest::run(Org& org, const Request& request, bool deleted_too) {
  QueryFault fault;
  const auto query = parse_query(request.query.find("q").value_or(""), fault);
  if (!query) return rest_error(400, fault.code, fault.message);
  if (app_.options.denies(query->object->name, "read"))
    return rest_error(400, "INVALID_TYPE",
                      "sObject type '" + std::string(query->object->name) + "' is not supported.");
  const auto found = run_query(org, *query, deleted_too);
  if (query->counts)
    return ok(
        json::object{{"totalSize", found.size()}, {"done", true}, {"records", json::array{}}});
  json::array records;
  for (const Record* record : found) records.push_back(shown(*record, query->fields));
  const std::string locator = "01g" + sandbox::random_base64url(9);
  locators_[locator] = {org.host(), std::move(records)};
  return page(locator, 0);
}

// "01gXXXXXXXXXXXX-2000"
Response Rest::query_more(Org& org, const Request& request) {
  const std::string text = request.params.find("locator").value_or("");
  const auto dash = text.rfind('-');
  const auto from = dash == std::string::npos ? std::nullopt : number_of(text.substr(dash + 1));
  const auto found = locators_.find(text.substr(0, dash));
  if (!from || found == locators_.end() || found->second.first != org.host())
    return rest_error(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
  return page(found->first, *from);
}

Response Rest::page(const std::string& locator, std::size_t from) {
  const json::array& all = locators_.at(locator).second;
  const auto size = static_cast<std::size_t>(app_.options.batch_size);
  const std::size_t to = std::min(all.size(), from + size);
  json::array records;
  for (std::size_t i = std::min(from, to); i < to; ++i) records.push_back(all[i]);
  json::object body{{"totalSize", all.size()}, {"done", to == all.size()}};
  if (to < all.size())
    body["nextRecordsUrl"] = data("/query/") + locator + "-" + std::to_string(to);
  body["records"] = std::move(records);
  return ok(body);
}

Response Rest::search(Org& org, const Request& request) {
  QueryFault fault;
  const auto search = parse_search(request.query.find("q").value_or(""), fault);
  if (!search)
    return rest_error(400, fault.code == "MALFORMED_QUERY" ? "MALFORMED_SEARCH" : fault.code,
                      fault.message);
  for (const auto& [object, fields] : search->returning)
    if (app_.options.denies(object->name, "read"))
      return rest_error(400, "INVALID_TYPE",
                        "sObject type '" + std::string(object->name) + "' is not supported.");
  return ok(json::object{{"searchRecords", run_search(org, *search)}});
}

// ---- objects

Response Rest::list_objects(Org&, const Request&) {
  json::array all;
  for (const Object& object : objects())
    if (!app_.options.denies(object.name, "read")) all.push_back(url_for(object));
  return ok(json::object{{"encoding", "UTF-8"}, {"maxBatchSize", 200}, {"sobjects", all}});
}

const Object* Rest::object_for(const Request& request, std::string_view access, Response& refusal) {
  const Object* object = find_object(request.params.find("object").value_or(""));
  if (object == nullptr) {
    refusal = not_found();
    return nullptr;
  }
  if (!app_.options.denies(object->name, access)) return object;
  refusal = access == "read"
                ? rest_error(403, "INSUFFICIENT_ACCESS", "insufficient access rights on object")
                : rest_error(400, "INSUFFICIENT_ACCESS_OR_READONLY",
                             "insufficient access rights on object id");
  return nullptr;
}

Response Rest::object_info(Org& org, const Request& request) {
  Response refusal;
  const Object* object = object_for(request, "read", refusal);
  if (object == nullptr) return refusal;
  json::array items;
  for (const Record* record : org.recent(object)) items.push_back(shown(*record, {"Id", "Name"}));
  return ok(json::object{{"objectDescribe", url_for(*object)}, {"recentItems", items}});
}

Response Rest::describe(Org&, const Request& request) {
  Response refusal;
  const Object* object = object_for(request, "read", refusal);
  if (object == nullptr) return refusal;
  json::object body = url_for(*object);
  json::array fields;
  for (const Field& field : object->fields)
    fields.push_back(json::object{{"name", field.name},
                                  {"label", field.name},
                                  {"type", field.name.ends_with("Id") ? "reference" : "string"},
                                  {"nillable", !field.required},
                                  {"createable", field.writable},
                                  {"updateable", field.writable}});
  body["fields"] = std::move(fields);
  return ok(body);
}

// ---- records

Record* Rest::record_for(Org& org, const Request& request, std::string_view access,
                         Response& refusal) {
  const Object* object = object_for(request, access, refusal);
  if (object == nullptr) return nullptr;
  Record* record = org.find(*object, request.params.find("id").value_or(""));
  if (record == nullptr) {
    refusal = not_found();
  } else if (record->deleted) {
    refusal = rest_error(404, "ENTITY_IS_DELETED", "entity is deleted");
    return nullptr;
  }
  return record;
}

std::optional<json::object> Rest::values_of(const Request& request, const Object& object,
                                            Response& refusal) {
  auto body = sandbox::parse_json_object(request.body);
  if (!body || request.content_type() != "application/json") {
    refusal = rest_error(400, "JSON_PARSER_ERROR", "The HTTP entity body is required");
    return std::nullopt;
  }
  for (const auto& [name, value] : *body) {
    const Field* field = object.find(name);
    if (field == nullptr) {
      refusal = rest_error(400, "INVALID_FIELD",
                           "No such column '" + std::string(name) + "' on sobject of type " +
                               std::string(object.name),
                           {name});
    } else if (!field->writable) {
      refusal = rest_error(400, "INVALID_FIELD_FOR_INSERT_UPDATE",
                           "Unable to create/update fields: " + std::string(field->name) + ".",
                           {field->name});
    } else if (value.is_object() || value.is_array()) {
      refusal = rest_error(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of string");
    } else {
      continue;
    }
    return std::nullopt;
  }
  return body;
}

Response Rest::create(Org& org, const Request& request) {
  Response refusal;
  const Object* object = object_for(request, "edit", refusal);
  if (object == nullptr) return refusal;
  const auto values = values_of(request, *object, refusal);
  if (!values) return refusal;
  json::array missing;
  for (const Field& field : object->fields)
    if (field.required && !values->contains(field.name)) missing.emplace_back(field.name);
  if (!missing.empty())
    return rest_error(400, "REQUIRED_FIELD_MISSING",
                      "Required fields are missing: " + json::serialize(missing), missing);
  return ok(
      json::object{
          {"id", org.create(*object, *values)}, {"success", true}, {"errors", json::array{}}},
      201);
}

Response Rest::get(Org& org, const Request& request) {
  Response refusal;
  const Record* record = record_for(org, request, "read", refusal);
  if (record == nullptr) return refusal;
  std::vector<std::string> fields;
  if (const auto wanted = request.query.find("fields")) {
    fields = sandbox::split(*wanted, ',');
    for (const std::string& field : fields)
      if (record->object->find(field) == nullptr)
        return rest_error(400, "INVALID_FIELD", "No such column '" + field + "'");
  }
  return ok(shown(*record, fields));
}

Response Rest::update(Org& org, const Request& request) {
  Response refusal;
  Record* record = record_for(org, request, "edit", refusal);
  if (record == nullptr) return refusal;
  const auto values = values_of(request, *record->object, refusal);
  if (!values) return refusal;
  for (const auto& [name, value] : *values)
    record->values[record->object->find(name)->name] = value;
  return Response::empty(204);
}

Response Rest::remove(Org& org, const Request& request) {
  Response refusal;
  Record* record = record_for(org, request, "edit", refusal);
  if (record == nullptr) return refusal;
  record->deleted = true;
  record->values["IsDeleted"] = true;
  return Response::empty(204);
}

// ---- the organisation and its user

Response Rest::recent(Org& org, const Request& request) {
  const std::size_t limit = number_of(request.query.find("limit").value_or("")).value_or(200);
  if (app_.options.denies("*", "read"))
    return rest_error(403, "INSUFFICIENT_ACCESS", "insufficient access rights on object");
  json::array items;
  for (const Record* record : org.recent(nullptr))
    if (items.size() < limit) items.push_back(shown(*record, {"Id", "Name"}));
  return ok(items);
}

Response Rest::limits(Org&, const Request&) {
  return ok(json::object{{"DailyApiRequests", json::object{{"Max", 15'000}, {"Remaining", 14'982}}},
                         {"DataStorageMB", json::object{{"Max", 5}, {"Remaining", 4}}}});
}

Response Rest::user_info(Org& org, const Request& request) {
  if (!app_.has_scope(request, "openid")) return Response::text(403, "Bad_OAuth_Token");
  return ok(
      json::object{{"sub", "https://login.salesforce.com/id/" + org.id() + "/005000000000001AAA"},
                   {"user_id", "005000000000001AAA"},
                   {"organization_id", org.id()},
                   {"preferred_username", "ada@acme.example"},
                   {"name", "Ada Lovelace"},
                   {"email", "ada@acme.example"},
                   {"zoneinfo", "Europe/London"}});
}

}  // namespace salesforce_sandbox
