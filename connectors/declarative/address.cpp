#include "address.h"

#include <algorithm>

namespace declarative {
namespace {

using namespace patchbay::sdk;

constexpr std::size_t kLongestLabel = 63;

bool is_host_label(std::string_view text) {
  const auto alphanumeric = [](char c) { return is_alpha(c) || is_digit(c); };
  return !text.empty() && text.size() <= kLongestLabel && alphanumeric(text.front()) &&
         alphanumeric(text.back()) &&
         std::ranges::all_of(text, [&](char c) { return alphanumeric(c) || c == '-'; });
}

std::string_view value_of(const Input& input, const Method& method, std::string_view name) {
  if (const auto value = trim(input.field(name)); !value.empty()) return value;
  if (const auto value = trim(input.setup_field(name)); !value.empty()) return value;
  const auto environment = method.environments.find(input.environment());
  if (environment == method.environments.end()) return {};
  const auto variable = environment->second.find(name);
  return variable == environment->second.end() ? std::string_view() : variable->second;
}

}  // namespace

std::optional<std::string_view> fill_in(Input& input, const Method& method, std::string_view url,
                                        std::string_view& culprit) {
  constexpr std::string_view kScheme = "https://";
  const std::size_t path = std::min(url.find_first_of("/?", kScheme.size()), url.size());
  std::string_view out;
  for (std::size_t at = 0; at < url.size();) {
    const std::size_t open = std::min(url.find('{', at), url.size());
    out = input.arena().text(out, url.substr(at, open - at));
    if (open == url.size()) break;
    const std::size_t close = url.find('}', open);
    if (close == std::string_view::npos) return std::nullopt;
    culprit = url.substr(open + 1, close - open - 1);
    const std::string_view value = value_of(input, method, culprit);
    const bool in_host = open < path;
    const bool climbs = value == "." || value == "..";
    if (in_host ? !is_host_label(value) : value.empty() || climbs) return std::nullopt;
    out = input.arena().text(out, in_host ? value : percent_encode(input.arena(), value));
    at = close + 1;
  }
  return out;
}

}  // namespace declarative
