#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/json.h"
#include "service.h"

namespace patchbay::personio_sandbox {

inline constexpr std::string_view kApiUrl = "https://api.personio.de";

/// v1: `{"success":true,"data":…}` and `{"success":false,"error":{"code":…,"message":…}}`.
sandbox::Response v1_success(sandbox::json::value data);
sandbox::Response v1_error(int status, std::int64_t code, std::string_view message);

/// v2: problem+json with `personio_trace_id` and one entry in `errors` (reference, section 6).
/// `code` is "common.bad_request" and the like.
sandbox::Response v2_error(const Service& service, int status, std::string_view title,
                           std::string_view detail, std::string_view code,
                           sandbox::json::object meta = {});
sandbox::Response v2_bad_parameters(const Service& service);
/// The body is not what the operation takes.
sandbox::Response v2_bad_content(const Service& service);
sandbox::Response v2_bad_filter(const Service& service);
sandbox::Response v2_conflict(const Service& service, std::string_view detail);
/// Well-formed, but it may not be.
sandbox::Response v2_unprocessable(const Service& service, std::string_view detail);
/// One of the errors that come with `"type":null`.
sandbox::Response v2_error_without_type(const Service& service, int status, std::string_view title,
                                        std::string_view detail);
/// 201 with the id, and the link to itself when there is a path.
sandbox::Response v2_created(std::string_view id, const std::string& path = {});
sandbox::Response v2_no_such_resource(const Service& service);
/// The other 404 of the documentation, of legal entities and org units.
sandbox::Response v2_no_requested_resource(const Service& service);
sandbox::Response v2_no_such_endpoint(const Service& service, std::string_view path);
sandbox::Response v2_no_access_to_feature(const Service& service);
sandbox::Response v2_unauthorized(const Service& service);
/// How the reports tell of a missing right.
sandbox::Response v2_unauthorized_token(const Service& service);
sandbox::Response v2_forbidden(const Service& service);
sandbox::Response v2_too_many(const Service& service);

/// The token endpoint's own problem+json (RFC 6749 section 5.2 with extras), always 400.
sandbox::Response token_error(const Service& service, std::string_view error,
                              std::string_view description, std::string_view fragment,
                              sandbox::json::object meta = {});
sandbox::Response token_content_type_error(const Service& service);

/// `2026-05-29T08:00:00`: a moment of attendances and absences, without a zone.
std::string local_timestamp(std::int64_t unix_ms);
/// The same, or with `Z` where the option says so.
std::string period_timestamp(const Service& service, std::int64_t unix_ms);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace patchbay::personio_sandbox
