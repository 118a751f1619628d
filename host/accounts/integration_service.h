#pragma once
// A project's integrations, as API and command line use them: make one, choose its actions, switch
// it off and on, set it up. Any loop. Every call names its project; what belongs to another project
// is kNotFound. Changes are recorded in the audit log first.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "accounts/services.h"
#include "store/integrations_table.h"

namespace patchbay::accounts {

struct IntegrationWish {
  std::optional<std::string> name{};
  std::optional<std::string> environment{};
  // Action ids, kRawReads, kRawWrites (permission_report.h); the inner nullopt: all reads.
  std::optional<std::optional<std::vector<std::string>>> allowed_actions{};
  std::optional<bool> active{};
  bool make_default = false;
};

struct NewIntegration {
  std::string connector_id{};
  std::string auth_method{};  // empty: the connector's first
  IntegrationWish wish{};
};

// Reason of accounts whose integration is switched off.
inline constexpr std::string_view kIntegrationDisabled = "integration_disabled";

class IntegrationService {
 public:
  static constexpr std::size_t kMostOfAProject = 500;

  explicit IntegrationService(const Services& services) : services_(services) {}

  // An empty connector id: all.
  Task<Result<std::vector<store::Integration>>> list(std::string project_id,
                                                     std::string connector_id);
  Task<Result<store::Integration>> get(std::string project_id, std::string id);
  // kInvalidArgument names what is wrong; kConflict: there are kMostOfAProject. The first of a
  // connector becomes the default.
  Task<Result<store::Integration>> create(std::string project_id, NewIntegration wanted,
                                          audit::Asker who);
  // Only what the wish holds. Switching off suspends its accounts, and returns when no instance
  // serves them any more; switching on resumes those that were suspended by it.
  Task<Result<store::Integration>> change(std::string project_id, std::string id,
                                          IntegrationWish wish, audit::Asker who);
  // The operator's setup fields, all of them at once; blank values are none. kInvalidArgument names
  // the first that is wrong.
  Task<Result<store::Integration>> set_up(std::string project_id, std::string id,
                                          std::map<std::string, SecretString> values,
                                          audit::Asker who);

 private:
  // The manifest that its connector has at the moment. kConflict: there is none.
  Result<std::shared_ptr<const manifest::Manifest>> manifest_of(
      const std::string& connector_id) const;
  Result<> record(std::string_view kind, const store::Integration& integration,
                  const audit::Asker& who) const;

  const Services& services_;
};

}  // namespace patchbay::accounts
