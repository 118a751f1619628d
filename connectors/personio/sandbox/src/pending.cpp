// Operations of the real API that are not simulated yet. Without `Beta: true` a beta operation gets
// the real 404; everything else says honestly that the sandbox cannot do it.
#include "areas.h"
#include "gateway.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;

struct Operation {
  const char* method;
  const char* pattern;
  bool beta{false};
};

constexpr Operation kPending[] = {
    {"POST", "/v1/company/employees"},
    {"PATCH", "/v1/company/employees/{employee_id}"},
    {"GET", "/v1/company/attendances"},
    {"POST", "/v1/company/attendances"},
    {"DELETE", "/v1/company/attendances/{id}"},
    {"PATCH", "/v1/company/attendances/{id}"},
    {"GET", "/v1/company/attendances/projects"},
    {"POST", "/v1/company/attendances/projects"},
    {"DELETE", "/v1/company/attendances/projects/{id}"},
    {"PATCH", "/v1/company/attendances/projects/{id}"},
    {"GET", "/v1/company/time-off-types"},
    {"GET", "/v1/company/time-offs"},
    {"POST", "/v1/company/time-offs"},
    {"DELETE", "/v1/company/time-offs/{id}"},
    {"GET", "/v1/company/time-offs/{id}"},
    {"GET", "/v1/company/absence-periods"},
    {"POST", "/v1/company/absence-periods"},
    {"DELETE", "/v1/company/absence-periods/{id}"},
    {"GET", "/v1/company/custom-reports/reports"},
    {"GET", "/v1/company/custom-reports/reports/{report_id}"},
    {"GET", "/v1/company/custom-reports/columns"},
    {"POST", "/v1/recruiting/applications"},
    {"POST", "/v1/recruiting/applications/documents"},
    {"GET", "/v2/webhooks"},
    {"POST", "/v2/webhooks"},
    {"GET", "/v2/webhooks/{id}"},
    {"PATCH", "/v2/webhooks/{id}"},
    {"DELETE", "/v2/webhooks/{id}"},
    {"GET", "/v2/webhooks/{id}/activity"},
    {"GET", "/v2/webhooks/{id}/events"},
    {"POST", "/v2/webhooks/{id}/redelivery"},
    {"POST", "/v2/webhooks/{id}/ping"},
    {"POST", "/v2/webhooks/{id}/test-event"},
};

Response answer(const Service& service, const Operation& operation, const Request& request) {
  if (operation.beta && request.headers.find("Beta").value_or("") != "true") {
    return v2_no_such_endpoint(service, request.path);
  }
  if (request.path.starts_with("/v1/")) {
    return v1_error(501, 501, "This sandbox does not simulate the operation yet");
  }
  return v2_error(service, 501, "Not simulated",
                  "This sandbox does not simulate the operation yet.", "sandbox.not_simulated");
}

}  // namespace

void add_pending(sandbox::Router& router, Service& service) {
  for (const Operation& operation : kPending) {
    add_open(router, service, operation.method, operation.pattern,
             [&service, &operation](const Request& request) {
               return answer(service, operation, request);
             });
  }
}

}  // namespace patchbay::personio_sandbox
