// Operations of the real API that are not simulated: v1's older ways of doing what v2 does. The
// sandbox says honestly that it cannot do them.
#include "areas.h"
#include "gateway.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

using sandbox::Request;

struct Operation {
  const char* method;
  const char* pattern;
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
};

}  // namespace

void add_pending(sandbox::Router& router, Service& service) {
  for (const Operation& operation : kPending) {
    add_open(router, service, operation.method, operation.pattern, [](const Request&) {
      return v1_error(501, 501, "This sandbox does not simulate the operation");
    });
  }
}

}  // namespace patchbay::personio_sandbox
