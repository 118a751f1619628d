#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "personio_sandbox/integration.h"
#include "personio_sandbox/options.h"

namespace patchbay::personio_sandbox {

/// A module of the access rights page and the scopes its two boxes give (reference, sections 2.3,
/// 3).
struct Module {
  std::string_view name;
  std::vector<std::string> read_scopes;
  std::vector<std::string> write_scopes;  ///< empty: the page offers no write box
};

std::vector<Module> modules(const Options& options);

/// All scopes of these permissions, of both families, in the order of the modules.
std::vector<std::string> scopes_of(const IntegrationRequest& request, const Options& options);

/// Nothing when every module exists and takes these rights; else why not.
std::optional<std::string> check_permissions(const IntegrationRequest& request);

/// v1 scopes have no `personio:` in front.
bool is_v1_scope(std::string_view scope);

IntegrationRequest with_all_permissions(std::string label);

}  // namespace patchbay::personio_sandbox
