// What is told about the company itself: its fields and tables, files, datasets and reports. All
// but the datasets' rows is fixed. Used on the server's thread.
#pragma once

#include "employees.h"

namespace bamboohr_sandbox {

sandbox::Response company_information(const sandbox::Request& request);
sandbox::Response list_fields(const sandbox::Request& request);
sandbox::Response list_tables(const sandbox::Request& request);
sandbox::Response list_choices(const sandbox::Request& request);
sandbox::Response company_files(const sandbox::Request& request);
sandbox::Response employee_files(const sandbox::Request& request, const Employees& employees);
sandbox::Response list_datasets(const sandbox::Request& request);
sandbox::Response query_dataset(const sandbox::Request& request, const Employees& employees);
sandbox::Response list_reports(const sandbox::Request& request);
sandbox::Response get_report(const sandbox::Request& request, const Employees& employees);

}  // namespace bamboohr_sandbox
