#include "store/account_listing.h"

#include <algorithm>
#include <array>
#include <utility>

#include "store/row_helpers.h"

// SQLite plans without figures: left to itself it walks a million accounts in the order of the
// list rather than look up two owners. So one filter leads: each of its values is looked up by the
// index made for it, in the order of the list, and what was found is merged. The other filters are
// compared in a way that tempts no index.
namespace patchbay::store {
namespace {

using Values = std::vector<Param>;

constexpr std::size_t kMostLookups = 50;
constexpr std::array kEveryStatus = {AccountStatus::kActive, AccountStatus::kInactive,
                                     AccountStatus::kError};

struct Clause {
  std::string sql;
  Values params;

  void add(const Clause& more) {
    sql += more.sql;
    params.insert(params.end(), more.params.begin(), more.params.end());
  }
};

Clause is(std::string_view column, const Param& value) {
  return {" AND " + std::string(column) + " = ?", {value}};
}

Clause is_one_of(std::string_view what, const Values& values) {
  if (values.empty()) return {};
  return {" AND " + std::string(what) + " IN (" + placeholders(values.size()) + ")", values};
}

struct Filters {
  Values ids;
  Values owners;
  Values connectors;
  Values statuses;
};

Result<Filters> filters_of(const AccountFilter& filter) {
  const auto values = filter.owner_ids.size() + filter.connector_ids.size() +
                      filter.account_ids.size() + filter.statuses.size();
  if (values > AccountFilter::kMaxFilterValues)
    return make_error(ErrorCode::kInvalidArgument, "The list is filtered by too many values.");
  Filters out{{filter.account_ids.begin(), filter.account_ids.end()},
              {filter.owner_ids.begin(), filter.owner_ids.end()},
              {filter.connector_ids.begin(), filter.connector_ids.end()},
              {}};
  for (const auto status : filter.statuses) out.statuses.emplace_back(to_string(status));
  return out;
}

// What leads, taken out of the filters: conditions of which one has to hold.
std::vector<Clause> take_lookups(Filters& filters) {
  std::vector<Clause> out;
  if (!filters.ids.empty()) {
    for (const auto& id : std::exchange(filters.ids, {})) out.push_back(is("id", id));
  } else if (!filters.owners.empty()) {
    for (const auto& owner : std::exchange(filters.owners, {}))
      out.push_back(is("owner_id", owner));
  } else if (!filters.connectors.empty()) {
    auto statuses = std::exchange(filters.statuses, {});
    if (statuses.empty())
      for (const auto status : kEveryStatus) statuses.emplace_back(to_string(status));
    for (const auto& connector : std::exchange(filters.connectors, {}))
      for (const auto& status : statuses) {
        out.push_back(is("connector_id", connector));
        out.back().add(is("status", status));
      }
  } else if (!filters.statuses.empty()) {
    for (const auto& status : std::exchange(filters.statuses, {}))
      out.push_back(is("status", status));
  } else {
    out.emplace_back();
  }
  return out;
}

Clause all_of(const Filters& filters) {
  Clause out = is_one_of("id", filters.ids);
  out.add(is_one_of("owner_id", filters.owners));
  out.add(is_one_of("connector_id", filters.connectors));
  out.add(is_one_of("status", filters.statuses));
  return out;
}

// In a way that tempts no index.
Clause others_of(const Filters& filters) {
  Clause out = is_one_of("(owner_id || '')", filters.owners);
  out.add(is_one_of("(connector_id || '')", filters.connectors));
  out.add(is_one_of("(status || '')", filters.statuses));
  return out;
}

struct Page {
  std::int64_t limit;
  std::int64_t offset;
};

// By `order`, which an index has or has not.
Clause select(const std::string& project_id, const Clause& where, std::string_view order,
              Page page) {
  Clause out{"SELECT id, created FROM accounts WHERE project_id = ?", {project_id}};
  out.add(where);
  out.add({" ORDER BY " + std::string(order) + ", id LIMIT ? OFFSET ?", {page.limit, page.offset}});
  return out;
}

// The page of all that is found by one of the lookups, too.
Clause merge(const std::string& project_id, const std::vector<Clause>& lookups, const Clause& rest,
             Page page) {
  Clause out;
  for (auto where : lookups) {
    where.add(rest);
    out.sql += out.sql.empty() ? "SELECT * FROM (" : " UNION SELECT * FROM (";
    out.add(select(project_id, where, "created", {page.limit + page.offset, 0}));
    out.sql += ") AS found";
  }
  out.add({" ORDER BY created, id LIMIT ? OFFSET ?", {page.limit, page.offset}});
  return out;
}

}  // namespace

Result<AccountListing> listing_of(const AccountFilter& filter) {
  PATCHBAY_TRY_ASSIGN(const auto filters, filters_of(filter));
  const Page page{std::clamp<std::int64_t>(filter.limit, 1, AccountFilter::kMaxLimit),
                  std::max<std::int64_t>(filter.offset, 0)};
  auto others = filters;
  auto lookups = take_lookups(others);
  Clause found;
  if (lookups.size() > kMostLookups) {
    found = select(filter.project_id, all_of(filters), "created + 0", page);
  } else if (lookups.size() > 1) {
    found = merge(filter.project_id, lookups, others_of(others), page);
  } else {
    lookups.front().add(others_of(others));
    found = select(filter.project_id, lookups.front(), "created", page);
  }
  return AccountListing{"SELECT id FROM (" + found.sql + ") AS page", std::move(found.params)};
}

Result<AccountListing> account_count_of(const AccountFilter& filter) {
  PATCHBAY_TRY_ASSIGN(const auto filters, filters_of(filter));
  Clause out{"SELECT count(*) FROM accounts WHERE project_id = ?", {filter.project_id}};
  out.add(all_of(filters));
  return AccountListing{std::move(out.sql), std::move(out.params)};
}

}  // namespace patchbay::store
