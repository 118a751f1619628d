// One organisation's records: the six objects that the connector names, with their usual fields.
// Sources: Object Reference for the Salesforce Platform (fields, required ones, key prefixes);
// "Fields Object ID" (the three letters that make 15 characters 18). For the server's thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/json.h"

namespace salesforce_sandbox {

namespace sandbox = patchbay::sandbox;
namespace json = sandbox::json;

struct Field {
  std::string_view name;
  bool required = false;
  bool writable = true;
};

struct Object {
  std::string_view name, prefix;
  std::vector<Field> fields;

  [[nodiscard]] const Field* find(std::string_view field) const;  // whatever its case
};

const std::vector<Object>& objects();
const Object* find_object(std::string_view name);  // whatever its case

struct Record {
  const Object* object;
  json::object values;  // "Id" and "Name" among them
  bool deleted = false;
};

class Org {
 public:
  Org(std::string host, std::string id);

  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] const std::string& id() const { return id_; }  // 18 characters
  [[nodiscard]] std::vector<Record>& records() { return records_; }
  // By its 15 or 18 characters; null when there is none of the object.
  Record* find(const Object& object, std::string_view record_id);
  // The new record's id.
  std::string create(const Object& object, const json::object& values);

  // Newest first.
  std::vector<Record*> recent(const Object* only);

 private:
  std::string host_, id_;
  std::vector<Record> records_;
};

// With the "attributes" that every record has; only `fields`, or all when empty.
json::object shown(const Record& record, const std::vector<std::string>& fields = {});

}  // namespace salesforce_sandbox
