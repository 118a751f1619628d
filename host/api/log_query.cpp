#include "api/log_query.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "api/query_list.h"
#include "api/query_number.h"
#include "base/iso_time.h"

namespace patchbay::api {
namespace {

constexpr std::int64_t kPageSize = 25;
constexpr std::int64_t kMostRows = 1'000'000;
constexpr std::size_t kMostValues = 100;

Error wrong(std::string_view name, const std::string& must) {
  return make_error(ErrorCode::kInvalidArgument, "\"" + std::string(name) + "\" " + must,
                    std::string(name));
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

Result<std::vector<std::string>> list(const net::Params& query, std::string_view name) {
  auto values = query_list(query, name);
  if (values.size() > kMostValues)
    return wrong(name, "takes " + std::to_string(kMostValues) + " values at most.");
  return values;
}

Result<std::int64_t> time(const net::Params& query, std::string_view name) {
  const std::string_view text = query.get(name).value_or("");
  if (text.empty()) return 0;
  const auto at = parse_iso_time(text);
  if (!at || *at <= 0)
    return wrong(name, "must be a time like 2026-01-31T08:00:00Z, or a date like 2026-01-31.");
  return *at;
}

Result<std::optional<bool>> flag(const net::Params& query, std::string_view name) {
  const std::string_view text = query.get(name).value_or("");
  if (text.empty()) return std::optional<bool>();
  if (text != "true" && text != "false") return wrong(name, "must be true or false.");
  return std::optional(text == "true");
}

// Their words; we have no services apart from providers.
Result<store::LogOrder> order(std::string_view word) {
  if (word.empty() || word == "eventDatetime" || word == "event_datetime")
    return store::LogOrder::kTime;
  if (word == "duration") return store::LogOrder::kDuration;
  if (word == "status") return store::LogOrder::kStatus;
  if (word == "provider" || word == "service") return store::LogOrder::kProvider;
  return wrong("order_by", "must be eventDatetime, duration, status or provider.");
}

// "offset.newest", as next_log_page writes it: what comes in meanwhile moves no page.
Result<> read_page(std::string_view next, store::LogFilter& filter) {
  if (next.empty()) return {};
  const auto dot = std::min(next.find('.'), next.size());
  const auto offset = number(next.substr(0, dot));
  const auto newest = number(next.substr(std::min(dot + 1, next.size())));
  if (!offset || !newest || *offset > kMostRows)
    return wrong("next", "must be the text that the page before gave.");
  filter.offset = *offset;
  filter.newest_seq = *newest;
  return {};
}

}  // namespace

Result<store::LogFilter> read_log_query(const net::Params& query, const std::string& project_id) {
  store::LogFilter filter;
  filter.project_id = project_id;
  PATCHBAY_TRY_ASSIGN(filter.account_ids, list(query, "account_ids"));
  PATCHBAY_TRY_ASSIGN(filter.action_ids, list(query, "actions"));
  PATCHBAY_TRY_ASSIGN(filter.connector_ids, list(query, "providers"));
  PATCHBAY_TRY_ASSIGN(filter.request_ids, list(query, "request_ids"));
  PATCHBAY_TRY_ASSIGN(filter.sources, list(query, "source_types"));
  PATCHBAY_TRY_ASSIGN(filter.methods, list(query, "http_methods"));
  PATCHBAY_TRY_ASSIGN(const auto statuses, list(query, "status_codes"));
  for (const auto& text : statuses) {
    const auto status = number(text);
    if (!status) return wrong("status_codes", "must be HTTP statuses, with commas between them.");
    filter.statuses.push_back(*status);
  }
  PATCHBAY_TRY_ASSIGN(filter.succeeded, flag(query, "success"));
  PATCHBAY_TRY_ASSIGN(filter.from, time(query, "start_date"));
  PATCHBAY_TRY_ASSIGN(filter.until, time(query, "end_date"));
  PATCHBAY_TRY_ASSIGN(filter.order, order(query.get("order_by").value_or("")));
  const std::string_view direction = query.get("order_direction").value_or("");
  if (!direction.empty() && direction != "asc" && direction != "desc")
    return wrong("order_direction", "must be asc or desc.");
  filter.descending = direction != "asc";
  PATCHBAY_TRY_ASSIGN(filter.limit, query_number(query, "page_size", kPageSize, 1, kMostRows));
  filter.limit = std::min(filter.limit, store::LogFilter::kMaxLimit);
  PATCHBAY_TRY(read_page(query.get("next").value_or(""), filter));
  return filter;
}

std::string next_log_page(const store::LogFilter& filter) {
  return std::to_string(filter.offset + filter.limit) + "." + std::to_string(filter.newest_seq);
}

}  // namespace patchbay::api
