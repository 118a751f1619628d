#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway.h"
#include "paging.h"

namespace patchbay::personio_sandbox {

/// What a query parameter or a member of a body may hold.
enum class ValueKind {
  text,
  number,
  flag,        ///< true or false
  date,        ///< 2026-01-31
  utc_time,    ///< 2026-01-31T12:00:00Z
  local_time,  ///< 2026-01-31T12:00:00, no zone
  reference,   ///< {"id":"…"}; in bodies only
  list,        ///< in bodies only; the handler looks inside
  object,      ///< in bodies only; the handler looks inside
};

struct ValueRule {
  std::string_view name;  ///< of a query parameter with its operator: "created_at.gte"
  ValueKind kind{ValueKind::text};
  bool required{false};
  std::vector<std::string_view> choices{};  ///< of a text; empty: any
  bool nullable{false};
};
using ValueRules = std::vector<ValueRule>;

/// Null when the query, without `limit` and `cursor`, holds what the rules say; else the 400 to
/// answer with. Unknown parameters are noted, and refused where the option says so.
std::optional<sandbox::Response> check_query(Service& service, const sandbox::Fields& query,
                                             const ValueRules& rules);

/// The page that a list's request asks for, its filters held against the rules; or the 400.
std::variant<Page, sandbox::Response> read_list(const Call& call, const PageLimits& limits,
                                                const ValueRules& rules);

/// The JSON object of the request, held against the rules; or the 400 or 415 to answer with.
std::variant<sandbox::json::object, sandbox::Response> read_body(const Call& call,
                                                                 const ValueRules& rules);

/// As check_query(), for an object inside a body; `where` is put before the names it reports.
bool check_object(Service& service, const sandbox::json::object& object, const ValueRules& rules,
                  std::string_view where = {});

/// `2026-01-31T12:00:00` as milliseconds since 1970 of that local time; nothing with a zone.
std::optional<std::int64_t> parse_local_time(std::string_view text);

/// The id of `{"name":{"id":"…"}}`, empty when it is not there.
std::string reference_id(const sandbox::json::object& object, std::string_view name);

}  // namespace patchbay::personio_sandbox
