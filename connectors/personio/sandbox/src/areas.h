#pragma once

#include "patchbay/sandbox/router.h"
#include "service.h"

namespace patchbay::personio_sandbox {

// One function and one file for each area of the API. A new area takes its operations out of
// add_pending(), which answers for everything that is not simulated yet.
void add_auth_v1(sandbox::Router& router, Service& service);
void add_auth_v2(sandbox::Router& router, Service& service);
void add_persons(sandbox::Router& router, Service& service);
void add_employments(sandbox::Router& router, Service& service);
void add_employees_v1(sandbox::Router& router, Service& service);
void add_person_writes(sandbox::Router& router, Service& service);
void add_employment_writes(sandbox::Router& router, Service& service);
void add_attendance_periods(sandbox::Router& router, Service& service);
void add_absence_periods(sandbox::Router& router, Service& service);
void add_projects(sandbox::Router& router, Service& service);
void add_project_members(sandbox::Router& router, Service& service);
void add_absence_balance_v1(sandbox::Router& router, Service& service);
void add_profile_picture_v1(sandbox::Router& router, Service& service);
void add_compensations(sandbox::Router& router, Service& service);
void add_documents(sandbox::Router& router, Service& service);
void add_documents_v1(sandbox::Router& router, Service& service);
void add_legal_entities(sandbox::Router& router, Service& service);
void add_org_units(sandbox::Router& router, Service& service);
void add_cost_centers(sandbox::Router& router, Service& service);
void add_jobs(sandbox::Router& router, Service& service);
void add_recruiting(sandbox::Router& router, Service& service);
void add_recruiting_v1(sandbox::Router& router, Service& service);
void add_reports(sandbox::Router& router, Service& service);
void add_webhooks(sandbox::Router& router, Service& service);
void add_webhook_history(sandbox::Router& router, Service& service);
void add_pending(sandbox::Router& router, Service& service);

void add_control(sandbox::Router& router, Service& service);

}  // namespace patchbay::personio_sandbox
