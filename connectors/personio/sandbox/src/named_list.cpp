#include "named_list.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Fields;
using sandbox::Response;

const ValueRules& rules() {
  static const ValueRules list{
      {"id"}, {"name"}, {.name = "sort", .choices = {"id", "-id", "name", "-name"}}};
  return list;
}

bool passes(const Fields& query, const NamedObject& object) {
  const auto ids = list_filter(query, "id");
  if (ids && std::find(ids->begin(), ids->end(), std::to_string(object.id)) == ids->end()) {
    return false;
  }
  return query.find("name").value_or(object.name) == object.name;
}

void sort_by(std::vector<NamedObject>& objects, std::string_view order) {
  const bool by_name = order.ends_with("name");
  std::sort(objects.begin(), objects.end(), [&](const NamedObject& left, const NamedObject& right) {
    if (by_name) return std::tie(left.name, left.id) < std::tie(right.name, right.id);
    return left.id < right.id;
  });
  if (order.starts_with('-')) std::reverse(objects.begin(), objects.end());
}

}  // namespace

Response named_list(const Call& call, const PageLimits& limits, std::vector<NamedObject> objects) {
  auto read = read_list(call, limits, rules());
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  std::erase_if(objects, [&](const NamedObject& object) { return !passes(page.query, object); });
  sort_by(objects, page.query.find("sort").value_or("id"));
  return list_answer(call.service, call.request, page, static_cast<std::int64_t>(objects.size()),
                     [&](std::int64_t place) -> std::optional<json::object> {
                       return objects[static_cast<std::size_t>(place)].body;
                     });
}

Response named_object(const Call& call, const std::vector<NamedObject>& objects) {
  const std::string id = call.request.params.find("id").value_or("");
  if (auto refused = check_query(call.service, call.request.query, {})) return std::move(*refused);
  for (const NamedObject& object : objects) {
    if (std::to_string(object.id) == id) return sandbox::json_response(200, object.body);
  }
  return v2_no_such_resource(call.service);
}

}  // namespace patchbay::personio_sandbox
