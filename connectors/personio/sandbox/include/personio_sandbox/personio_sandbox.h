#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "patchbay/sandbox/provider.h"
#include "patchbay/sandbox/sandbox.h"
#include "personio_sandbox/integration.h"
#include "personio_sandbox/options.h"

namespace patchbay::personio_sandbox {

struct Service;

/// Stands in for api.personio.de inside a test or program: the same behaviour as the program
/// `personio-sandbox`, with C++ methods instead of control calls. start() and stop() belong to the
/// owner; everything else may be called from any thread. Errors are thrown as SandboxError.
class PersonioSandbox {
 public:
  struct Start {
    std::filesystem::path state_dir{};  ///< empty: a temporary one
    std::uint16_t port{0};              ///< 0: any free one
    Options options{};
  };

  PersonioSandbox();
  explicit PersonioSandbox(Start start);
  ~PersonioSandbox();
  PersonioSandbox(const PersonioSandbox&) = delete;
  PersonioSandbox& operator=(const PersonioSandbox&) = delete;

  void start() { sandbox_->start(); }
  void stop() { sandbox_->stop(); }
  std::uint16_t port() const { return sandbox_->port(); }
  std::string ca_file() const { return sandbox_->ca_file(); }

  /// Faults, clock, call log, certificate, reset.
  sandbox::Sandbox& kit() { return *sandbox_; }

  /// The integration with every permission that is there from the start.
  Integration default_integration() const;
  std::vector<Integration> integrations() const;
  Integration create_integration(const IntegrationRequest& request);
  /// Its tokens die with it. False when there is none of this id.
  bool delete_integration(const std::string& client_id);
  RecruitingAccess recruiting_access() const;

  /// Both return how many valid tokens were hit; an empty id means everybody's.
  std::size_t expire_tokens(const std::string& client_id = {});
  std::size_t revoke_tokens(const std::string& client_id = {});
  std::size_t valid_tokens(const std::string& client_id = {}) const;
  bool token_is_valid(const std::string& token) const;

  /// What clients sent that Personio does not document, as "route: what"; the newest thousand.
  std::vector<std::string> violations() const;
  void clear_violations();

  Options options() const;
  void set_options(const std::function<void(Options&)>& change);
  /// The id of the person at this place (0 …), the same in v1 and v2.
  std::int64_t person_id(std::int64_t index) const;

 private:
  std::shared_ptr<Service> service_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
};

sandbox::ProviderInfo provider_info();
sandbox::ProviderFactory provider_factory();

}  // namespace patchbay::personio_sandbox
