#pragma once

#include <memory>

#include "patchbay/sandbox/provider.h"
#include "service.h"

namespace patchbay::personio_sandbox {

/// Puts the areas together. The service is shared with PersonioSandbox, which controls it from C++.
class PersonioProvider : public sandbox::Provider {
 public:
  explicit PersonioProvider(std::shared_ptr<Service> service) : service_(std::move(service)) {}

  void add_routes(sandbox::Router& router) override;
  void add_control_routes(sandbox::Router& router) override;
  sandbox::Response not_found(const sandbox::Request& request,
                              const std::vector<std::string>& other_methods) override;
  sandbox::json::array credentials() const override;
  sandbox::json::object options() const override;
  std::optional<std::string> set_options(const sandbox::json::object& changes) override;
  void reset() override;
  bool looks_secret(std::string_view value) const override;

 private:
  std::shared_ptr<Service> service_;
};

}  // namespace patchbay::personio_sandbox
