#include "org.h"

#include <algorithm>
#include <utility>

#include "patchbay/sandbox/text.h"

namespace salesforce_sandbox {
namespace {

constexpr std::size_t kShortId = 15;

// Of each five characters, which are capitals.
std::string with_suffix(std::string id) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  for (std::size_t part = 0; part < 3; ++part) {
    std::size_t capitals = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      const char c = id[part * 5 + i];
      if (c >= 'A' && c <= 'Z') capitals |= std::size_t{1} << i;
    }
    id += kLetters[capitals];
  }
  return id;
}

std::string record_id(std::string_view prefix, std::size_t number) {
  const std::string digits = std::to_string(number);
  std::string id(prefix);
  return with_suffix(id.append(kShortId - prefix.size() - digits.size(), '0').append(digits));
}

std::vector<Field> with_standard(std::vector<Field> own) {
  std::vector<Field> fields = {{"Id", false, false},
                               {"IsDeleted", false, false},
                               {"CreatedDate", false, false},
                               {"OwnerId"},
                               {"Description"}};
  fields.insert(fields.end(), own.begin(), own.end());
  return fields;
}

}  // namespace

const Field* Object::find(std::string_view field) const {
  const auto found = std::ranges::find_if(fields, [field](const Field& each) {
    return sandbox::equal_ignoring_case(each.name, field);
  });
  return found == fields.end() ? nullptr : &*found;
}

const std::vector<Object>& objects() {
  static const std::vector<Object> all = {
      {"Account", "001", with_standard({{"Name", true}, {"Phone"}, {"Website"}, {"Industry"}})},
      {"Contact", "003",
       with_standard({{"FirstName"},
                      {"LastName", true},
                      {"Name", false, false},
                      {"Email"},
                      {"Phone"},
                      {"Title"},
                      {"AccountId"}})},
      {"Lead", "00Q",
       with_standard({{"FirstName"},
                      {"LastName", true},
                      {"Name", false, false},
                      {"Company", true},
                      {"Email"},
                      {"Status"}})},
      {"Opportunity", "006",
       with_standard(
           {{"Name", true}, {"StageName", true}, {"CloseDate", true}, {"Amount"}, {"AccountId"}})},
      {"Case", "500",
       with_standard(
           {{"Subject"}, {"Status"}, {"Origin"}, {"Priority"}, {"ContactId"}, {"AccountId"}})},
      {"Task", "00T",
       with_standard(
           {{"Subject"}, {"Status"}, {"Priority"}, {"ActivityDate"}, {"WhoId"}, {"WhatId"}})}};
  return all;
}

const Object* find_object(std::string_view name) {
  const auto found = std::ranges::find_if(objects(), [name](const Object& each) {
    return sandbox::equal_ignoring_case(each.name, name);
  });
  return found == objects().end() ? nullptr : &*found;
}

Org::Org(std::string host, std::string id)
    : host_(std::move(host)), id_(with_suffix(std::move(id))) {
  create(*find_object("Account"), {{"Name", "Engines"}, {"Industry", "Machinery"}});
  create(*find_object("Account"), {{"Name", "Looms"}, {"Industry", "Textiles"}});
  create(*find_object("Contact"), {{"FirstName", "Ada"}, {"LastName", "Lovelace"}});
  create(*find_object("Contact"), {{"FirstName", "Charles"}, {"LastName", "Babbage"}});
  create(*find_object("Lead"), {{"LastName", "Byron"}, {"Company", "Poems"}});
  create(*find_object("Opportunity"),
         {{"Name", "An engine"}, {"StageName", "Prospecting"}, {"CloseDate", "2027-01-31"}});
  create(*find_object("Case"), {{"Subject", "It stops"}, {"Status", "New"}});
  create(*find_object("Task"), {{"Subject", "Call"}, {"Status", "Not Started"}});
}

Record* Org::find(const Object& object, std::string_view id) {
  if (id.size() != kShortId && id.size() != kShortId + 3) return nullptr;
  const auto found = std::ranges::find_if(records_, [&](const Record& record) {
    return record.object == &object &&
           std::string_view(record.values.at("Id").as_string()).substr(0, id.size()) == id;
  });
  return found == records_.end() ? nullptr : &*found;
}

std::string Org::create(const Object& object, const json::object& values) {
  const auto number = 1 + std::ranges::count(records_, &object, &Record::object);
  const std::string id = record_id(object.prefix, static_cast<std::size_t>(number));
  json::object kept;
  for (const Field& field : object.fields) kept[field.name] = nullptr;
  kept["Id"] = id;
  kept["IsDeleted"] = false;
  kept["CreatedDate"] = "2026-11-02T09:00:00.000+0000";
  kept["OwnerId"] = record_id("005", 1);
  for (const auto& [name, value] : values)
    if (const Field* field = object.find(name)) kept[field->name] = value;
  records_.push_back({.object = &object, .values = std::move(kept)});
  return id;
}

std::vector<Record*> Org::recent(const Object* only) {
  std::vector<Record*> all;
  for (auto record = records_.rbegin(); record != records_.rend(); ++record)
    if (!record->deleted && (only == nullptr || record->object == only)) all.push_back(&*record);
  return all;
}

json::object shown(const Record& record, const std::vector<std::string>& fields) {
  const std::string object(record.object->name);
  const std::string id(record.values.at("Id").as_string());
  json::object out{
      {"attributes", json::object{{"type", object},
                                  {"url", "/services/data/v62.0/sobjects/" + object + "/" + id}}}};
  for (const Field& field : record.object->fields) {
    const bool wanted =
        fields.empty() || std::ranges::any_of(fields, [&field](const std::string& name) {
          return sandbox::equal_ignoring_case(name, field.name);
        });
    if (wanted) out[field.name] = record.values.at(field.name);
  }
  const auto text = [&record](std::string_view name) {
    const auto* value = record.values.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
  };
  if (out.contains("Name") && out.at("Name").is_null()) {
    const std::string first = text("FirstName");
    out["Name"] = first.empty() ? text("LastName") : first + " " + text("LastName");
  }
  return out;
}

}  // namespace salesforce_sandbox
