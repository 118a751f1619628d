#include "arguments.h"

#include <algorithm>
#include <charconv>

#include "patchbay/sandbox/text.h"

namespace slack_sandbox {
namespace {

constexpr std::string_view kCursorMark = "next:";
constexpr std::size_t kMostAtOnce = 999;

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Arguments> Arguments::read(const sandbox::Request& request, std::string& fault) {
  Arguments out;
  for (const auto& [name, value] : request.query) out.values_[name] = value;
  if (request.body.empty()) return out;
  if (request.content_type() == "application/json") {
    const auto body = sandbox::parse_json_object(request.body);
    if (!body) {
      fault = "invalid_json";
      return std::nullopt;
    }
    for (const auto& member : *body) out.values_[member.key()] = member.value();
    return out;
  }
  const auto form = sandbox::parse_form(request.body);
  if (!form || request.content_type() != "application/x-www-form-urlencoded") {
    fault = "invalid_form_data";
    return std::nullopt;
  }
  for (const auto& [name, value] : *form) out.values_[name] = value;
  return out;
}

std::string Arguments::text(std::string_view name) const {
  const auto* value = values_.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

bool Arguments::flag(std::string_view name) const {
  const std::string value = text(name);
  return value == "true" || value == "1";
}

std::string Arguments::unknown(const std::vector<std::string_view>& known) const {
  for (const auto& member : values_)
    if (std::ranges::find(known, std::string_view(member.key())) == known.end())
      return std::string(member.key());
  return {};
}

Page page_of(const Arguments& arguments) {
  Page page;
  if (const std::string limit = arguments.text("limit"); !limit.empty()) {
    const auto count = number(limit);
    if (!count || *count == 0 || *count > kMostAtOnce) page.fault = "invalid_limit";
    page.count = count.value_or(page.count);
  }
  if (const std::string cursor = arguments.text("cursor"); !cursor.empty()) {
    const std::string plain = sandbox::base64url_decode(cursor).value_or("");
    const auto from = plain.starts_with(kCursorMark)
                          ? number(std::string_view(plain).substr(kCursorMark.size()))
                          : std::nullopt;
    if (!from) page.fault = "invalid_cursor";
    page.from = from.value_or(0);
  }
  return page;
}

json::object paged(std::string_view list, const json::array& all, const Page& page) {
  json::array some;
  const std::size_t end = std::min(all.size(), page.from + page.count);
  for (std::size_t i = page.from; i < end; ++i) some.push_back(all[i]);
  const std::string next =
      end < all.size() ? sandbox::base64url_encode(std::string(kCursorMark) + std::to_string(end))
                       : "";
  return {{list, std::move(some)}, {"response_metadata", json::object{{"next_cursor", next}}}};
}

}  // namespace slack_sandbox
