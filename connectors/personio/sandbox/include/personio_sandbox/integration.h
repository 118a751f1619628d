#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace patchbay::personio_sandbox {

struct Access {
  bool read{false};
  bool write{false};
};

/// What a person chooses on Personio's "Create custom integration" page.
struct IntegrationRequest {
  std::string label{"Custom integration"};
  /// By module: employees, attendances, absences, documents, custom_reports, compensations,
  /// recruiting, webhooks, org_units, legal_entities, cost_centers, workplaces, jobs, salary_bands.
  std::map<std::string, Access> permissions{};
  /// Keys as in the v1 attribute list ("first_name", "dynamic_24407"); nothing = all of them.
  std::optional<std::set<std::string>> readable_attributes{};
};

/// A custom integration with its credentials.
struct Integration {
  std::string client_id;
  std::string client_secret;
  IntegrationRequest request;
  std::int64_t created_ms{0};
  bool is_default{false};
};

/// What opens v1 recruiting: of the company, not of an integration.
struct RecruitingAccess {
  std::string company_id;
  std::string key;
};

}  // namespace patchbay::personio_sandbox
