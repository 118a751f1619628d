#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/json.h"
#include "service.h"

namespace patchbay::personio_sandbox {

/// Which page of a v2 list is wanted: from the query, or from the cursor that holds the query.
struct Page {
  std::string path;
  sandbox::Fields query;  ///< the filters, without limit and cursor
  std::int64_t limit{10};
  std::int64_t offset{0};  ///< the place in the unfiltered list where reading goes on
};

struct PageLimits {
  std::int64_t standard{10};
  std::int64_t highest{50};
};

/// The page, or the 400 to answer with.
std::variant<Page, sandbox::Response> read_page(const Service& service,
                                                const sandbox::Request& request,
                                                const PageLimits& limits);

/// `{"_data":[…],"_meta":{"links":{"self":…,"next":…}}}`; next only when there is an offset for it.
sandbox::Response page_answer(const Service& service, const sandbox::Request& request,
                              const Page& page, sandbox::json::array data,
                              std::optional<std::int64_t> next_offset, std::string_view next_path);

/// The page of a list with `size` places; `at(place)` gives an element, or nothing where a filter
/// leaves it out.
sandbox::Response list_answer(
    const Service& service, const sandbox::Request& request, const Page& page, std::int64_t size,
    const std::function<std::optional<sandbox::json::object>(std::int64_t)>& at);

/// Where a cursor leads: its path. Nothing when the cursor is not one of this sandbox's.
std::optional<std::string> cursor_path(const Service& service, std::string_view cursor);

/// What a query's filters on one field may be: `name` itself or `name.operator`.
struct FilterName {
  std::string_view name;
  bool is_time{false};  ///< takes .gt and .lt beside equality
};
/// Null when all operators are known and all times well-formed; else the 400 to answer with.
/// Unknown names are noted as violations.
std::optional<sandbox::Response> check_filters(Service& service, const sandbox::Fields& query,
                                               const std::vector<FilterName>& known);
/// True when `unix_ms` passes the query's filters on this time field. Call check_filters first.
bool passes_time(const sandbox::Fields& query, std::string_view name, std::int64_t unix_ms);
/// The values of a comma list that may also be repeated; nothing when the filter is not there.
std::optional<std::vector<std::string>> list_filter(const sandbox::Fields& query,
                                                    std::string_view name);

}  // namespace patchbay::personio_sandbox
