#include "net/http_types.h"

#include <algorithm>

#include "base/encoding.h"

namespace patchbay::net {
namespace {

bool is_safe_segment(std::string_view segment) {
  return segment != "." && segment != ".." && is_valid_utf8(segment) &&
         std::none_of(segment.begin(), segment.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/' || c == '\\';
         });
}

bool decode_segment(std::string_view piece, std::string& into) {
  if (piece.find('%') == std::string_view::npos) {
    into.assign(piece);
    return true;
  }
  auto decoded = percent_decode(piece);
  if (decoded) into = *std::move(decoded);
  return decoded.has_value();
}

Error bad_target() {
  return make_error(ErrorCode::kInvalidArgument, "The address of the request is malformed.");
}

Response answer(std::string_view content_type, std::string body, unsigned status) {
  Response response(status);
  response.headers = {{"Content-Type", content_type}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

}  // namespace

Request::~Request() {
  wipe(target.data(), target.size());
  wipe(path.data(), path.size());
}

void Request::reset() {
  for (std::string* text : {&method, &target, &path, &peer_address, &host, &id}) {
    wipe(text->data(), text->size());
    text->clear();
  }
  for (std::string& segment : segments) {
    wipe(segment.data(), segment.size());
    segment.clear();
  }
  query.clear();
  path_params.clear();
  headers.clear();
  body = SecretString();
  body_parts = nullptr;
  body_length.reset();
  is_tls = false;
}

Response::~Response() {
  if (secret) wipe(body.data(), body.size());
}

void Response::reset() {
  if (secret) wipe(body.data(), body.size());
  status = 200;
  headers.clear();
  body.clear();
  parts = nullptr;
  length.reset();
  secret = false;
  close_connection = false;
}

std::string_view Request::header(std::string_view name) const {
  return headers.get(name).value_or(std::string_view());
}

std::string_view Request::param(std::string_view name) const {
  return path_params.get(name).value_or(std::string_view());
}

std::string Request::content_type() const {
  std::string_view value = header("Content-Type");
  value = value.substr(0, value.find(';'));
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  std::string lower(value);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

Result<Params> Request::take_form(const ParamLimits& limits) {
  if (content_type() != "application/x-www-form-urlencoded") {
    return make_error(ErrorCode::kInvalidArgument,
                      "A form is expected (application/x-www-form-urlencoded).");
  }
  return parse_form(body, limits);
}

Result<> decode_target(std::string_view target, Request& request) {
  if (target.empty() || target[0] != '/') return bad_target();
  const std::size_t mark = target.find('?');
  std::string_view rest = target.substr(0, mark);
  request.path.clear();
  // In place, so that a request that is used again needs no memory for them.
  std::vector<std::string>& segments = request.segments;
  std::size_t count = 0;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view piece = rest.substr(0, rest.find('/'));
    rest.remove_prefix(piece.size());
    if (count == segments.size()) segments.emplace_back();
    std::string& segment = segments[count++];
    if (!decode_segment(piece, segment) || !is_safe_segment(segment)) return bad_target();
    request.path += '/';
    request.path += segment;
  }
  if (count == 1 && segments[0].empty()) count = 0;
  segments.resize(count);
  request.query.clear();
  if (mark != std::string_view::npos) {
    PATCHBAY_TRY(parse_params(target.substr(mark + 1), request.query));
  }
  return {};
}

Response html(std::string body, unsigned status) {
  return answer("text/html; charset=utf-8", std::move(body), status);
}
Response json(std::string body, unsigned status) {
  return answer("application/json", std::move(body), status);
}
Response problem_json(std::string body, unsigned status) {
  return answer("application/problem+json", std::move(body), status);
}
Response text(std::string body, unsigned status) {
  return answer("text/plain; charset=utf-8", std::move(body), status);
}

Response redirect(std::string_view location) {
  Response response(303);
  response.headers = {{"Location", location}, {"Cache-Control", "no-store"}};
  return response;
}

Response empty(unsigned status) {
  Response response(status);
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

std::string_view status_text(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 424:
      return "Failed Dependency";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "";
  }
}

}  // namespace patchbay::net
