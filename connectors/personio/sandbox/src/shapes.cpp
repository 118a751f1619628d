#include "shapes.h"

#include "patchbay/sandbox/text.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::json_response;
using sandbox::Response;

constexpr const char* kProblem = "application/problem+json";
constexpr std::string_view kSpecLinks = "https://developer.personio.de/reference/errors#";
constexpr std::string_view kLiveLinks =
    "https://developer.personio.de/v2.0/page/public-api-error-codes#";
constexpr std::string_view kTokenLinks =
    "https://developer.personio.de/reference/errors#credentials.oauth2.";

/// The live links leave the dots out: `#commonforbidden`.
std::string error_link(const Service& service, std::string_view code) {
  if (service.options.error_links == "spec") return std::string(kSpecLinks) + std::string(code);
  std::string link(kLiveLinks);
  for (const char c : code) {
    if (c != '.') link += c;
  }
  return link;
}

}  // namespace

Response v1_success(json::value data) {
  return json_response(200, json::object{{"success", true}, {"data", std::move(data)}});
}

Response v1_error(int status, std::int64_t code, std::string_view message) {
  return json_response(
      status, json::object{{"success", false}, {"error", {{"code", code}, {"message", message}}}});
}

Response v2_error(const Service& service, int status, std::string_view title,
                  std::string_view detail, std::string_view code, json::object meta) {
  json::object error{{"title", title},
                     {"detail", detail},
                     {"type", error_link(service, code)},
                     {"_meta", std::move(meta)}};
  return json_response(status,
                       json::object{{"personio_trace_id", sandbox::random_uuid()},
                                    {"timestamp", sandbox::iso_utc(service.now_ms())},
                                    {"errors", json::array{std::move(error)}}},
                       kProblem);
}

Response v2_bad_parameters(const Service& service) {
  return v2_error(service, 400, "Bad request", "Provided request parameters are invalid.",
                  "common.bad_request");
}

Response v2_bad_content(const Service& service) {
  return v2_error(service, 400, "Bad request", "Invalid request content.", "common.bad_request");
}

Response v2_bad_filter(const Service& service) {
  return v2_error(service, 400, "Bad request", "Provided filter encoding is invalid.",
                  "common.bad_request");
}

Response v2_conflict(const Service& service, std::string_view detail) {
  return v2_error(service, 409, "Conflict", detail, "common.conflict");
}

Response v2_unprocessable(const Service& service, std::string_view detail) {
  return v2_error(service, 422, "Unprocessable entity", detail, "common.unprocessable_entity");
}

Response v2_error_without_type(const Service& service, int status, std::string_view title,
                               std::string_view detail) {
  Response response = v2_error(service, status, title, detail, "");
  json::object body = *sandbox::parse_json_object(response.body);
  body["errors"].as_array()[0].as_object()["type"] = nullptr;
  response.body = json::serialize(body);
  return response;
}

Response v2_created(std::string_view id, const std::string& path) {
  json::object body{{"id", id}};
  if (!path.empty()) {
    body["_meta"] = {{"links", {{"self", {{"href", std::string(kApiUrl) + path}}}}}};
  }
  return json_response(201, body);
}

Response v2_no_such_resource(const Service& service) {
  return v2_error(service, 404, "Resource not found", "There is no resource for the specified id.",
                  "common.resource_not_found");
}

Response v2_no_requested_resource(const Service& service) {
  return v2_error(service, 404, "Resource not found",
                  "The requested resource was not found. The resource could have been deleted or "
                  "never existed in our system.",
                  "common.requested_resource_not_found");
}

Response v2_no_such_endpoint(const Service& service, std::string_view path) {
  return v2_error(service, 404, "Not Found",
                  "The endpoint with " + std::string(path) + " was not found.", "api.not_found",
                  {{"path", path}});
}

Response v2_no_access_to_feature(const Service& service) {
  return v2_error(service, 412, "Precondition failed", "The company has no access to this feature.",
                  "common.precondition_failed");
}

Response v2_unauthorized(const Service& service) {
  return v2_error(service, 401, "Unauthorized Request", "The request is not authorized.",
                  "common.unauthorized");
}

Response v2_unauthorized_token(const Service& service) {
  return v2_error(service, 400, "Bad Request", "Unauthorized token", "common.bad_request");
}

Response v2_forbidden(const Service& service) {
  return v2_error(service, 403, "Insufficient access scope",
                  "Client scope insufficient to access resource", "common.forbidden");
}

Response v2_too_many(const Service& service) {
  Response response =
      v2_error(service, 429, "Too Many Requests", "The rate limit of this endpoint was exceeded.",
               "common.too_many_requests");
  if (service.options.retry_after) response.headers.add("Retry-After", "1");
  return response;
}

Response token_error(const Service& service, std::string_view error, std::string_view description,
                     std::string_view fragment, json::object meta) {
  json::object body{{"timestamp", sandbox::iso_utc(service.now_ms())},
                    {"trace_id", sandbox::random_uuid()},
                    {"error", error},
                    {"error_description", description},
                    {"error_uri", std::string(kTokenLinks) + std::string(fragment)}};
  if (!meta.empty()) body["meta"] = std::move(meta);
  return json_response(400, body, kProblem);
}

Response token_content_type_error(const Service& service) {
  // Of all token errors this one names its link `type`, as the specification's example does.
  return json_response(
      400,
      json::object{
          {"timestamp", sandbox::iso_utc(service.now_ms())},
          {"trace_id", sandbox::random_uuid()},
          {"error", "invalid_request"},
          {"error_description",
           "The content type of the request must be \"application/x-www-form-urlencoded\"."},
          {"type", std::string(kTokenLinks) + "invalid_request.invalid_request_content_type"}},
      kProblem);
}

std::string local_timestamp(std::int64_t unix_ms) {
  std::string text = sandbox::iso_utc(unix_ms);
  text.pop_back();
  return text;
}

std::string period_timestamp(const Service& service, std::int64_t unix_ms) {
  return local_timestamp(unix_ms) + (service.options.period_timestamps_utc ? "Z" : "");
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

}  // namespace patchbay::personio_sandbox
