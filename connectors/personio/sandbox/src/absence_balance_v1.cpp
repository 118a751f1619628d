// GET /v1/company/employees/{employee_id}/absences/balance (reference, section 4.1.1).
#include <numeric>

#include "absences.h"
#include "areas.h"
#include "attributes.h"
#include "gateway.h"
#include "patchbay/sandbox/text.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

/// How much of the type the person's periods of this status take.
double taken(const Service& service, const std::string& person_id, const AbsenceType& type,
             std::string_view status) {
  double sum = 0;
  for (const AbsencePeriod& period : service.records.absences) {
    if (period.person_id != person_id || period.type_id != type.id || period.status != status) {
      continue;
    }
    const std::vector<AbsenceDay> days = absence_days(period);
    sum = std::accumulate(days.begin(), days.end(), sum,
                          [](double total, const AbsenceDay& day) { return total + day.duration; });
  }
  return sum;
}

/// Only vacation has an entitlement: as many days as the attribute of that name says.
Response balance(const Call& call) {
  const auto person =
      call.service.people().find(call.request.params.find("employee_id").value_or(""));
  if (!person) return v1_error(404, 404, "Es ist ein Problem aufgetreten ");
  const std::string id = std::to_string(person->id);
  json::array list;
  for (const AbsenceType& type : absence_types()) {
    if (type.category != "PAID_VACATION") continue;
    const double left =
        static_cast<double>(28 + person->index % 3) - taken(call.service, id, type, "APPROVED");
    const double available = left - taken(call.service, id, type, "PENDING");
    list.push_back(json::object{{"id", type.v1_id},
                                {"name", type.name},
                                {"category", sandbox::lower_case(type.category)},
                                {"balance", whole_or_fraction(left)},
                                {"available_balance", whole_or_fraction(available)}});
  }
  return v1_success(std::move(list));
}

}  // namespace

void add_absence_balance_v1(sandbox::Router& router, Service& service) {
  add_v1(router, service, "GET", "/v1/company/employees/{employee_id}/absences/balance",
         "absences:read", balance);
}

}  // namespace patchbay::personio_sandbox
