#include "api/client_shapes.h"

#include "base/json.h"

namespace patchbay::api {

std::string as_object_or_objects(const std::string& data) {
  if (data.starts_with('{') || data == "null" || data == "[]") return data;
  if (data.starts_with("[{")) {
    const auto list = json::Document::parse(data, {.max_bytes = data.size()});
    bool objects = list.has_value();
    for (std::size_t i = 0; objects && i < list->root().size(); ++i)
      objects = list->root().at(i).is_object();
    if (objects) return data;
  }
  return "{\"value\":" + data + "}";
}

}  // namespace patchbay::api
