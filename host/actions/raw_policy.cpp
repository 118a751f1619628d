#include "actions/raw_policy.h"

#include <algorithm>
#include <array>

#include "accounts/permission_report.h"
#include "base/encoding.h"
#include "base/json.h"

namespace patchbay::actions {
namespace {

using manifest::Action;

constexpr std::size_t kMaxUrl = 8192;
constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD",  "POST",
                                                      "PUT", "PATCH", "DELETE"};

ActionError refused(std::string_view field, std::string text) {
  return ActionError(make_error(ErrorCode::kInvalidArgument, std::move(text), std::string(field)));
}

bool has_forbidden_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#' || c == '\\';
  });
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

// A segment that means the same to everybody; an empty one only at the end, as a closing slash.
bool is_plain_segment(std::string_view segment, bool last) {
  if (segment.empty()) return last;
  const auto decoded = percent_decode(segment);
  return decoded && *decoded != "." && *decoded != ".." && is_valid_utf8(*decoded) &&
         !has_forbidden_character(*decoded) && decoded->find('/') == std::string::npos &&
         decoded->find('%') == std::string::npos;
}

bool is_plain_path(std::string_view path) {
  const auto segments = segments_of(path);
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (!is_plain_segment(segments[i], i + 1 == segments.size())) return false;
  return true;
}

bool is_placeholder(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

// How many segments are the same letter by letter; nothing when the path does not fit.
std::optional<std::size_t> fit(std::string_view pattern, std::string_view path) {
  const auto wanted = segments_of(pattern);
  const auto given = segments_of(path);
  if (wanted.size() != given.size()) return std::nullopt;
  std::size_t same = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (percent_decode(given[i]) == std::string(wanted[i]))
      ++same;
    else if (!is_placeholder(wanted[i]) || given[i].empty())
      return std::nullopt;
  }
  return same;
}

std::size_t common_beginning(std::string_view pattern, std::string_view path) {
  const auto a = segments_of(pattern);
  const auto b = segments_of(path);
  std::size_t same = 0;
  while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
  return same;
}

bool is_read(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// A provider may want different tokens for different parts of its API: what the nearest action
// uses.
const manifest::RequestAuth* usual_auth(const manifest::Manifest& manifest,
                                        const manifest::AuthMethod& method,
                                        const manifest::HostValues& host_values,
                                        std::string_view host, std::string_view path) {
  const manifest::RequestAuth* best = nullptr;
  std::size_t most = 0;
  for (const auto& action : manifest.actions) {
    const auto* auth = method.find_authorization(action.token);
    if (auth == nullptr || manifest::expand_host(action.host, host_values) != host) continue;
    const std::size_t same = common_beginning(action.path, path) + 1;
    if (same > most) best = auth;
    most = std::max(same, most);
  }
  if (best != nullptr || method.authorization.empty()) return best;
  return &method.authorization.front();
}

bool lists(const std::optional<std::string>& allowed_json, std::string_view word) {
  const auto document = json::Document::parse(allowed_json.value_or("[]"));
  if (!document) return false;
  const auto root = document->root();
  for (std::size_t i = 0; i < root.size(); ++i)
    if (root.at(i).as_string() == word) return true;
  return false;
}

std::optional<ActionError> check_allowed(const manifest::Manifest& manifest,
                                         const std::optional<std::string>& allowed_json,
                                         const Action* action, std::string_view method) {
  const auto no = [](std::string text) {
    return ActionError(ErrorCode::kForbidden, reason::kActionNotAllowed, std::move(text));
  };
  if (action != nullptr) {
    const auto allowed = accounts::allowed_actions(manifest, allowed_json);
    if (std::find(allowed.begin(), allowed.end(), action->id) != allowed.end()) return std::nullopt;
    return no("This request is the action \"" + action->id +
              "\", which the integration does not allow. An operator can allow it in the "
              "integration's settings.");
  }
  if (is_read(method)) {
    if (!allowed_json || lists(allowed_json, accounts::kRawReads)) return std::nullopt;
    return no(
        "The integration allows the actions on its list alone, and this request is none of them. "
        "An operator can add \"raw_reads\" to the list.");
  }
  if (lists(allowed_json, accounts::kRawWrites)) return std::nullopt;
  return no(
      "This request would change something and is no action that the integration allows. An "
      "operator can add \"raw_writes\" to its list of allowed actions.");
}

boost::system::result<std::string, ActionError> url_of(const manifest::Manifest& manifest,
                                                       const manifest::HostValues& host_values,
                                                       const RawTarget& target) {
  std::string url = target.base;
  if (url.empty()) {
    const auto host = manifest.hosts.empty()
                          ? std::nullopt
                          : manifest::expand_host(manifest.hosts.front().host, host_values);
    if (!host) return refused("url", "Say with \"url\" which of the provider's hosts is meant.");
    url = "https://" + *host;
    if (manifest.hosts.front().port != 443)
      url += ":" + std::to_string(manifest.hosts.front().port);
  }
  while (url.ends_with('/')) url.pop_back();
  if (!target.path.starts_with('/')) url += '/';
  url += target.path;
  if (url.size() > kMaxUrl) return refused("path", "The address is too long: at most 8192 bytes.");
  if (has_forbidden_character(url))
    return refused("path",
                   "The address holds blanks, \"#\", \"\\\" or control characters. Encode "
                   "them, as in %20.");
  return url;
}

}  // namespace

const Action* action_at(const manifest::Manifest& manifest, const manifest::HostValues& host_values,
                        std::string_view method, std::string_view host, std::string_view path) {
  const Action* best = nullptr;
  std::size_t most = 0;
  for (const auto& action : manifest.actions) {
    if (action.handler != manifest::Handler::kHttp || action.method != method ||
        manifest::expand_host(action.host, host_values) != host)
      continue;
    const auto same = fit(action.path, path);
    if (same && (best == nullptr || *same > most)) {
      best = &action;
      most = *same;
    }
  }
  return best;
}

boost::system::result<RawRoute, ActionError> route_raw_request(
    const manifest::Manifest& manifest, const manifest::AuthMethod& method,
    const manifest::HostValues& host_values, const std::optional<std::string>& allowed_json,
    const RawTarget& target) {
  if (std::find(kMethods.begin(), kMethods.end(), target.method) == kMethods.end())
    return refused("method", "\"method\" must be one of: get, head, post, put, patch, delete.");
  auto url = url_of(manifest, host_values, target);
  if (!url) return url.error();
  const auto parts = manifest::parse_https_url(*url);
  if (!parts || !manifest::host_allowed(manifest, target.method, *url, host_values))
    return refused("url",
                   "Requests go to the provider's own hosts alone, over https, with the "
                   "methods that the connector declares for them.");
  const std::string_view path =
      std::string_view(parts->path_and_query).substr(0, parts->path_and_query.find('?'));
  if (!is_plain_path(path))
    return refused("path", "The path holds dot segments, empty segments or encoded separators.");
  // HEAD is the same question as GET.
  const auto asked = target.method == "HEAD" ? std::string_view("GET") : target.method;
  const auto* action = action_at(manifest, host_values, asked, parts->host, path);
  if (auto no = check_allowed(manifest, allowed_json, action, target.method)) return *std::move(no);
  RawRoute route;
  route.url = *std::move(url);
  route.read_only = action != nullptr ? action->read_only : is_read(target.method);
  route.auth = action != nullptr ? method.find_authorization(action->token)
                                 : usual_auth(manifest, method, host_values, parts->host, path);
  if (action != nullptr && !action->token.empty() && route.auth == nullptr)
    return ActionError(ErrorCode::kConfiguration, to_string(ErrorCode::kConfiguration),
                       "The way this account was connected does not serve this request. Reconnect "
                       "the account.");
  return route;
}

}  // namespace patchbay::actions
