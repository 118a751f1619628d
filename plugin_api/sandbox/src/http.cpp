#include "patchbay/sandbox/http.h"

#include <algorithm>

#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() && lower_case(left) == lower_case(right);
}

std::string Request::content_type() const {
  const std::string value = headers.find("Content-Type").value_or("");
  return lower_case(trim(std::string_view(value).substr(0, value.find(';'))));
}

std::optional<std::string> Request::bearer() const {
  const auto value = headers.find("Authorization");
  if (!value || value->size() < 8 || !equal_ignoring_case(value->substr(0, 7), "Bearer ")) {
    return std::nullopt;
  }
  return std::string(trim(std::string_view(*value).substr(7)));
}

std::optional<std::pair<std::string, std::string>> Request::basic() const {
  const auto value = headers.find("Authorization");
  if (!value || value->size() < 7 || !equal_ignoring_case(value->substr(0, 6), "Basic ")) {
    return std::nullopt;
  }
  std::string encoded(trim(std::string_view(*value).substr(6)));
  std::replace(encoded.begin(), encoded.end(), '+', '-');
  std::replace(encoded.begin(), encoded.end(), '/', '_');
  encoded.erase(encoded.find_last_not_of('=') + 1);
  const auto pair = base64url_decode(encoded);
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(pair->substr(0, colon), pair->substr(colon + 1));
}

Response Response::empty(int status) {
  return {.status = status, .headers = {}, .body = {}};
}

Response Response::text(int status, std::string body, std::string content_type) {
  return {.status = status,
          .headers = {{"Content-Type", std::move(content_type)}},
          .body = std::move(body)};
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
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
    default:
      return "Unknown";
  }
}

}  // namespace patchbay::sandbox
