#include "paging.h"

#include <algorithm>
#include <charconv>

#include "patchbay/sandbox/text.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Fields;
using sandbox::Request;
using sandbox::Response;

/// FNV-1a: tells a mistyped cursor from a real one. No secret is behind it.
std::string checksum(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  std::string bytes;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>((hash >> shift) & 255U);
  }
  return bytes;
}

/// A cursor holds everything: path, filters, limit and place. Seed and size of the company go into
/// the checksum, so a cursor into another company is not believed.
std::string salted(const Service& service, const std::string& payload) {
  return payload + '#' + std::to_string(service.options.seed);
}

std::string write_cursor(const Service& service, const Page& page, std::int64_t offset) {
  Fields fields{{"p", page.path},
                {"q", sandbox::encode_form(page.query)},
                {"l", std::to_string(page.limit)},
                {"o", std::to_string(offset)}};
  const std::string payload = sandbox::encode_form(fields);
  return "cur_" + sandbox::base64url_encode(checksum(salted(service, payload)) + payload);
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Page> read_cursor(const Service& service, std::string_view cursor) {
  if (!cursor.starts_with("cur_")) return std::nullopt;
  const auto bytes = sandbox::base64url_decode(cursor.substr(4));
  if (!bytes || bytes->size() < 4) return std::nullopt;
  const std::string payload = bytes->substr(4);
  if (bytes->substr(0, 4) != checksum(salted(service, payload))) return std::nullopt;
  const auto fields = sandbox::parse_form(payload);
  if (!fields) return std::nullopt;
  auto query = sandbox::parse_form(fields->find("q").value_or(""));
  const auto limit = number(fields->find("l").value_or(""));
  const auto offset = number(fields->find("o").value_or(""));
  if (!query || !limit || !offset || *offset < 0) return std::nullopt;
  return Page{.path = fields->find("p").value_or(""),
              .query = std::move(*query),
              .limit = *limit,
              .offset = *offset};
}

Fields filters_of(const Fields& query) {
  Fields filters;
  for (const auto& [name, value] : query) {
    if (name != "limit" && name != "cursor") filters.add(name, value);
  }
  return filters;
}

}  // namespace

std::variant<Page, Response> read_page(const Service& service, const Request& request,
                                       const PageLimits& limits) {
  Page page{.path = request.path,
            .query = filters_of(request.query),
            .limit = limits.standard,
            .offset = 0};
  if (const auto cursor = request.query.find("cursor")) {
    auto stored = read_cursor(service, *cursor);
    if (!stored || stored->path != request.path) return v2_bad_parameters(service);
    if (!page.query.empty() && service.options.cursor_with_filters == "refused") {
      return v2_bad_parameters(service);
    }
    page = std::move(*stored);
  }
  if (const auto text = request.query.find("limit")) {
    const auto limit = number(*text);
    if (!limit || *limit < 1 || *limit > limits.highest) return v2_bad_parameters(service);
    page.limit = *limit;
  }
  return page;
}

Response page_answer(const Service& service, const Request& request, const Page& page,
                     json::array data, std::optional<std::int64_t> next_offset,
                     std::string_view next_path) {
  const std::string base(service.options.relative_next_links ? "" : kApiUrl);
  json::object links{{"self", {{"href", std::string(kApiUrl) + request.target}}}};
  if (next_offset) {
    const std::string cursor = write_cursor(service, page, *next_offset);
    links["next"] = {{"href", base + std::string(next_path) + "?cursor=" + cursor}};
  }
  return sandbox::json_response(
      200, json::object{{"_data", std::move(data)}, {"_meta", {{"links", std::move(links)}}}});
}

Response list_answer(const Service& service, const Request& request, const Page& page,
                     std::int64_t size,
                     const std::function<std::optional<json::object>(std::int64_t)>& at) {
  json::array data;
  std::optional<std::int64_t> next;
  for (std::int64_t place = page.offset; place < size; ++place) {
    auto element = at(place);
    if (!element) continue;
    if (static_cast<std::int64_t>(data.size()) == page.limit) {
      next = place;
      break;
    }
    data.push_back(std::move(*element));
  }
  return page_answer(service, request, page, std::move(data), next, page.path);
}

std::optional<std::string> cursor_path(const Service& service, std::string_view cursor) {
  auto page = read_cursor(service, cursor);
  if (!page) return std::nullopt;
  return std::move(page->path);
}

std::optional<Response> check_filters(Service& service, const Fields& query,
                                      const std::vector<FilterName>& known) {
  for (const auto& [name, value] : query) {
    bool is_known = false;
    for (const FilterName& filter : known) {
      const bool is_plain = name == filter.name;
      if (!is_plain && !name.starts_with(std::string(filter.name) + '.')) continue;
      is_known = true;
      const std::string_view operation =
          is_plain ? "" : std::string_view(name).substr(filter.name.size() + 1);
      const bool operation_known =
          is_plain || (filter.is_time && (operation == "gt" || operation == "lt"));
      if (!operation_known) return v2_bad_filter(service);
      if (filter.is_time && !sandbox::parse_iso_utc(value)) return v2_bad_parameters(service);
    }
    if (!is_known) service.violations.add("unknown query parameter " + name);
  }
  return std::nullopt;
}

bool passes_time(const Fields& query, std::string_view name, std::int64_t unix_ms) {
  const std::string key(name);
  const auto passes = [&](const std::string& filter, auto compare) {
    const std::vector<std::string> values = query.find_all(filter);
    return std::all_of(values.begin(), values.end(), [&](const std::string& value) {
      return compare(unix_ms, *sandbox::parse_iso_utc(value));
    });
  };
  return passes(key, std::equal_to<>()) && passes(key + ".gt", std::greater<>()) &&
         passes(key + ".lt", std::less<>());
}

std::optional<std::vector<std::string>> list_filter(const Fields& query, std::string_view name) {
  if (!query.has(name)) return std::nullopt;
  std::vector<std::string> values;
  for (const std::string& list : query.find_all(name)) {
    for (const std::string& value : sandbox::split(list, ',')) {
      const std::string_view trimmed = sandbox::trim(value);
      if (!trimmed.empty()) values.emplace_back(trimmed);
    }
  }
  return values;
}

}  // namespace patchbay::personio_sandbox
