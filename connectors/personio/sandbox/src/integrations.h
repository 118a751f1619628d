#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "patchbay/sandbox/json.h"
#include "patchbay/sandbox/state_folder.h"
#include "personio_sandbox/integration.h"

namespace patchbay::personio_sandbox {

/// The custom integrations of the simulated company, kept in the state folder. Three are there from
/// the start: all permissions, Employees read only, and everything but Employees.
/// Guarded by the service's mutex. Throws SandboxError when the file cannot be read or written.
class Integrations {
 public:
  Integrations(const sandbox::StateFolder& folder, std::int64_t now_ms);

  const std::vector<Integration>& all() const { return all_; }
  const Integration* find(const std::string& client_id) const;
  Integration create(const IntegrationRequest& request, std::int64_t now_ms);
  bool remove(const std::string& client_id);
  /// The three of the start with the credentials they had, and no others.
  void reset();

 private:
  void save() const;

  const sandbox::StateFolder& folder_;
  std::vector<Integration> defaults_;
  std::vector<Integration> all_;
};

/// `{"label":…,"permissions":{"employees":["read"]},"readable_attributes":[…]}`; nothing, with
/// `error` set, when it is wrong.
std::optional<IntegrationRequest> integration_request(const sandbox::json::object& object,
                                                      std::string& error);
sandbox::json::object integration_to_json(const Integration& integration, bool with_secret);

}  // namespace patchbay::personio_sandbox
