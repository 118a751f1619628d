#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "patchbay/sandbox/json.h"

namespace patchbay::personio_sandbox {

/// What can be chosen. Where the reference is unsure, the default is what it finds most likely and
/// the comment ends with [?]. The names are also those of the control endpoint's /options.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of the subjects
struct Options {
  // Tokens
  std::int64_t token_lifetime_s{86'400};
  bool token_reuse{false};             ///< the same valid token again, with its remaining time [?]
  bool tokens_interchangeable{false};  ///< a v1 token opens v2 and the other way round [?]
  std::string revoke_auth{
      "bearer"};  ///< bearer (401 without one) | either (bearer or token) | none [?]
  bool v1_auth_expiry_and_scope{true};            ///< newer pages show both in the v1 answer
  std::string v1_query_credentials{"refused"};    ///< refused (403) | accepted [?]
  std::int64_t v1_wrong_credentials_status{403};  ///< 403 | 401 [?]
  bool long_unauthorized_client_text{false};      ///< the schema's text, not the example's [?]

  // Missing rights
  std::int64_t v1_missing_right_status{403};       ///< 401 | 403 [?]
  std::int64_t persons_missing_right_status{401};  ///< 401 was seen live; 403 elsewhere
  std::int64_t reports_missing_right_status{400};  ///< 400 was seen live
  std::int64_t missing_right_status{403};          ///< of every other v2 operation
  bool compensation_writes{true};                  ///< false: 403 even with the scope, as seen live
  std::string legal_entities_scope{"personio:legal-entities:read"};  ///< [?]
  std::string org_units_scope{"personio:org-units:read"};            ///< [?]
  std::string cost_centers_scope{"personio:cost-centers:read"};      ///< [?]
  std::string workplaces_scope{"personio:workplaces:read"};          ///< [?]

  bool organisation_feature{true};  ///< false: 412 from legal entities and org units
  bool recruiting_feature{true};    ///< false: 403 from v1 recruiting
  bool recruiting_api{true};        ///< false: the other 403 of it
  bool recruiting_beta{true};       ///< recruiting wants the header `Beta: true`
  bool organisation_beta{true};     ///< org-units list, cost centers, workplaces want `Beta` [?]

  // Lists
  bool relative_next_links{false};             ///< as until September 2025
  std::string cursor_with_filters{"ignored"};  ///< filters beside a cursor: ignored | refused [?]
  bool employments_at_root_links{false};  ///< next = /v2/employments?cursor=…, as in examples [?]
  std::string v1_limit_over_maximum{"capped"};  ///< capped | refused [?]
  std::string unknown_parameters{"ignored"};    ///< of a query: ignored | refused [?]

  // Shapes
  std::string error_links{"live"};                  ///< live | spec: the base of an error's `type`
  std::string custom_attribute_type_case{"lower"};  ///< lower (seen live) | upper (schema)
  bool custom_attribute_labels{false};              ///< often missing in real life
  std::string last_working_day_key{"last_working_day"};  ///< or last_working_date [?]
  bool whitelist_covers_employments{false};  ///< readable attributes limit employments too [?]
  bool period_timestamps_utc{false};         ///< created_at of attendances and absences with Z [?]
  bool retry_after{false};                   ///< seen live without

  // Rate limits
  bool rate_limits{true};
  bool token_limits_shared{false};  ///< one window for all clients, not one for each [?]
  std::int64_t v1_auth_per_minute{60};
  std::int64_t v2_token_per_minute{150};
  std::int64_t v1_per_minute{2000};
  std::int64_t v1_documents_per_minute{60};
  std::int64_t v1_recruiting_per_minute{20};  ///< 100 elsewhere [?]
  std::int64_t v1_employees_per_minute{300};
  std::int64_t v1_employees_per_second{15};
  std::int64_t v2_persons_per_second{30};
  std::int64_t v2_employments_per_second{30};  ///< unmeasured [?]
  std::int64_t v2_other_per_second{30};        ///< of every other operation; unmeasured [?]
  std::int64_t v2_absences_per_second{10};     ///< measured live
  std::int64_t v2_burst{30};                   ///< [?]

  // Webhooks
  std::string webhook_ca_file;  ///< who certifies the receivers; empty: the sandbox's own CA
  std::int64_t webhook_deadline_ms{3000};

  // Company
  std::int64_t persons{250};
  std::int64_t seed{1};
};

sandbox::json::object options_to_json(const Options& options);

/// Sets the named options; on an unknown name or a bad value changes none and returns why.
std::optional<std::string> change_options(Options& options, const sandbox::json::object& changes);

}  // namespace patchbay::personio_sandbox
