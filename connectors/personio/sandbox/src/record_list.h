#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway.h"
#include "paging.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {

/// The page of `records` that is wanted, each written by `to_json(record)`.
template <typename Record, typename ToJson>
sandbox::Response record_page(const Call& call, const Page& page,
                              const std::vector<const Record*>& records, ToJson to_json) {
  return list_answer(call.service, call.request, page, static_cast<std::int64_t>(records.size()),
                     [&](std::int64_t place) -> std::optional<sandbox::json::object> {
                       return to_json(*records[static_cast<std::size_t>(place)]);
                     });
}

/// Borrowed; in their order.
template <typename Record, typename Passes>
std::vector<const Record*> filtered(const std::vector<Record>& records, Passes passes) {
  std::vector<const Record*> chosen;
  for (const Record& record : records) {
    if (passes(record)) chosen.push_back(&record);
  }
  return chosen;
}

template <typename Record>
auto find_record(std::vector<Record>& records, const std::string& id) {
  return std::find_if(records.begin(), records.end(),
                      [&](const Record& record) { return record.id == id; });
}

/// The record of the path's `{id}`, written by `to_json(record)`; or the 404.
template <typename Record, typename ToJson>
sandbox::Response get_record(const Call& call, std::vector<Record>& records, ToJson to_json) {
  const auto found = find_record(records, call.request.params.find("id").value_or(""));
  if (found == records.end()) return v2_no_such_resource(call.service);
  return sandbox::json_response(200, to_json(*found));
}

/// Changes the record of the path's `{id}` by the body, held against `rules`: `write(body, record)`
/// gives the answer to refuse with, and the record then stays as it was. Else `done(record)`.
template <typename Record, typename Write, typename Done>
sandbox::Response update_record(const Call& call, std::vector<Record>& records,
                                const ValueRules& rules, Write write, Done done) {
  const auto found = find_record(records, call.request.params.find("id").value_or(""));
  if (found == records.end()) return v2_no_such_resource(call.service);
  auto read = read_body(call, rules);
  if (auto* refused = std::get_if<sandbox::Response>(&read)) return std::move(*refused);
  Record changed = *found;
  auto refused = write(std::get<sandbox::json::object>(read), changed);
  if (refused) return std::move(*refused);
  *found = std::move(changed);
  done(*found);
  return sandbox::Response::empty(204);
}

/// `done(record)` is called before the record goes.
template <typename Record, typename Done>
sandbox::Response delete_record(const Call& call, std::vector<Record>& records, Done done) {
  const auto found = find_record(records, call.request.params.find("id").value_or(""));
  if (found == records.end()) return v2_no_such_resource(call.service);
  done(*found);
  records.erase(found);
  return sandbox::Response::empty(204);
}

/// The rules for a new record: those for changing one, with `required` ones among them, and `more`.
ValueRules rules_for_new(ValueRules changed, std::initializer_list<std::string_view> required,
                         const ValueRules& more = {});

/// True when there is no such filter, or the value is one of its comma list.
bool passes_list(const sandbox::Fields& query, std::string_view name, std::string_view value);
/// True when `value` keeps to the filters `name.gte` and `name.lte`. Texts of one length that sort
/// as what they mean: local times or dates. An empty value fits no filter.
bool passes_range(const sandbox::Fields& query, std::string_view name, std::string_view value);

}  // namespace patchbay::personio_sandbox
