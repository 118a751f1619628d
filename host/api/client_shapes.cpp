#include "api/client_shapes.h"

#include "base/json_scan.h"

namespace patchbay::api {

namespace {

bool is_list_of_objects(std::string_view data) {
  if (!data.starts_with('[')) return false;
  int depth = 0;
  bool expects_element = false;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const char c = data[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    if (expects_element && c != '{' && c != ']') return false;
    if (c == '"') i = json::end_of_text(data, i);
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    expects_element = depth == 1 && (c == '[' || c == ',');
  }
  return true;
}

}  // namespace

std::string as_object_or_objects(std::string data) {
  if (data.starts_with('{') || data == "null" || is_list_of_objects(data)) return data;
  return "{\"value\":" + data + "}";
}

}  // namespace patchbay::api
