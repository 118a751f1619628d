#include "actions/request_builder.h"

#include <algorithm>

#include "actions/body_builder.h"
#include "actions/value_text.h"
#include "base/encoding.h"
#include "manifest/text_rules.h"

namespace patchbay::actions {
namespace {

using manifest::PaginationKind;

constexpr std::size_t kMaxUrl = 8192;

Error configuration(std::string message) {
  return make_error(ErrorCode::kConfiguration, std::move(message));
}

Result<std::string> fill_path(const manifest::Action& action, const json::Value& input) {
  std::string out;
  std::string_view rest = action.path;
  while (!rest.empty()) {
    const std::size_t open = std::min(rest.find('{'), rest.size());
    out += rest.substr(0, open);
    rest.remove_prefix(open);
    if (rest.empty()) break;
    const std::size_t close = rest.find('}');
    if (close == std::string_view::npos)
      return configuration("The provider's manifest holds a path that is not closed properly.");
    const std::string name(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
    const auto value = scalar_text(input.get(name));
    if (!value || value->empty() || *value == "." || *value == "..")
      return make_error(ErrorCode::kInvalidArgument,
                        "\"" + name +
                            "\" must be given and can't be empty or dots: it is part of "
                            "the address of what is asked for.",
                        "/" + name);
    out += percent_encode(*value);
  }
  return out;
}

// Names that are JSON pointers belong into the body.
void append_page(const manifest::Pagination& pagination, const PagePosition& position,
                 NamedTexts& query) {
  if (pagination.kind == PaginationKind::kNone) return;
  const auto add = [&query](const std::string& name, const std::string& value) {
    if (!name.empty() && !name.starts_with('/'))
      query.emplace_back(percent_encode(name), percent_encode(value));
  };
  if (position.page_size != 0) add(pagination.limit_param, std::to_string(position.page_size));
  if (pagination.kind == PaginationKind::kCursor) {
    if (!position.cursor.empty()) add(pagination.cursor_param, position.cursor);
  } else if (pagination.kind != PaginationKind::kCursorLink) {
    add(pagination.cursor_param, std::to_string(position.number));
  }
}

Result<std::string> build_url(const manifest::Manifest& manifest, const manifest::Action& action,
                              const json::Value& input, const manifest::HostValues& host_values,
                              const PagePosition& position) {
  const auto host = manifest::expand_host(action.host, host_values);
  if (!host)
    return configuration(
        "The provider's address can't be put together: a value that it is made "
        "of is missing or malformed. Reconnect the account.");
  const auto rule =
      std::find_if(manifest.hosts.begin(), manifest.hosts.end(),
                   [&](const manifest::HostRule& known) { return known.host == action.host; });
  std::string url = "https://" + *host;
  if (rule != manifest.hosts.end() && rule->port != 443) url += ":" + std::to_string(rule->port);
  PATCHBAY_TRY_ASSIGN(const std::string path, fill_path(action, input));
  url += path;
  NamedTexts query;
  for (const auto& parameter : action.query)
    PATCHBAY_TRY(append_parameter(parameter, input, percent_encode, query));
  append_page(action.pagination, position, query);
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += separator;
    url.append(name).append("=").append(value);
    separator = '&';
  }
  return url;
}

Result<> add_headers(const manifest::Action& action, const json::Value& input,
                     net::Headers& headers) {
  NamedTexts texts;
  for (auto parameter : action.headers) {
    parameter.style = manifest::ArrayStyle::kComma;
    PATCHBAY_TRY(append_parameter(
        parameter, input, [](std::string_view text) { return std::string(text); }, texts));
  }
  for (const auto& [name, value] : texts) {
    if (manifest::is_reserved_header(name))
      return configuration("The provider's manifest sets the header \"" + name +
                           "\", which is not its to set.");
    if (!headers.set(name, value))
      return make_error(ErrorCode::kInvalidArgument,
                        "A value can't be sent in the header \"" + name +
                            "\": it holds line breaks or other control characters.");
  }
  return {};
}

}  // namespace

Result<net::ClientRequest> build_request(const manifest::Manifest& manifest,
                                         const manifest::Action& action, const json::Value& input,
                                         const manifest::HostValues& host_values,
                                         const PagePosition& position) {
  net::ClientRequest request;
  request.method = action.method;
  if (position.kind == PaginationKind::kCursorLink && !position.cursor.empty()) {
    request.url = position.cursor;  // verbatim: filters sent again make some providers refuse it
  } else {
    PATCHBAY_TRY_ASSIGN(request.url, build_url(manifest, action, input, host_values, position));
  }
  if (request.url.size() > kMaxUrl)
    return make_error(ErrorCode::kTooLarge,
                      "The request would be too long. Ask for fewer things at once.");
  if (!manifest::host_allowed(manifest, request.method, request.url, host_values))
    return configuration("The provider's manifest does not allow this request's host and method.");
  const auto url = manifest::parse_https_url(request.url);
  request.allowed_hosts = {url->host};

  request.headers.set(
      "Accept", action.result.kind == manifest::ResultKind::kBinary ? "*/*" : "application/json");
  PATCHBAY_TRY(add_headers(action, input, request.headers));
  PATCHBAY_TRY_ASSIGN(auto body, build_body(action, input, position));
  if (!body.content_type.empty()) {
    request.headers.set("Content-Type", body.content_type);
    request.body = SecretString::take(body.bytes);
  }
  if (action.read_only || action.idempotent) request.repeatable = true;
  return request;
}

}  // namespace patchbay::actions
