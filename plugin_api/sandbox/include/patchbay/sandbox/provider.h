#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/clock.h"
#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/json.h"
#include "patchbay/sandbox/router.h"
#include "patchbay/sandbox/state_folder.h"

namespace patchbay::sandbox {

/// What the kit lends to a provider; outlives it.
struct Services {
  Clock& clock;
  StateFolder& state;
};

/// A provider's behaviour: the part of a sandbox that its author writes.
/// Handlers run on the server's one thread; a provider that also has C++ control methods locks.
class Provider {
 public:
  virtual ~Provider() = default;

  virtual void add_routes(Router& router) = 0;
  /// Routes under /__sandbox; the kit has checked Host and token when they are called.
  virtual void add_control_routes(Router& /*router*/) {}
  /// The answer where no route matched; `other_methods` as in Router::Match. By default 404 or 405
  /// with a sentence in JSON.
  virtual Response not_found(const Request& request, const std::vector<std::string>& other_methods);

  /// `[{"label":"…","fields":{"client_id":"…",…}}]`: what a person may type into the connect form.
  virtual json::array credentials() const = 0;
  virtual json::object options() const { return {}; }
  /// Sets the named options and leaves the others; on a bad one sets none and returns why.
  virtual std::optional<std::string> set_options(const json::object& changes);
  virtual void reset() {}
  /// Masks such values in the call log, wherever they stand.
  virtual bool looks_secret(std::string_view) const { return false; }
};

/// Names a provider before there is one.
struct ProviderInfo {
  std::string name;                               ///< "personio"
  std::vector<std::string> hosts;                 ///< {"api.personio.de"}: names in the certificate
  std::string about;                              ///< for --help: what is simulated, what to try
  std::size_t body_limit{std::size_t{1} << 20U};  ///< of a request, in bytes
};

using ProviderFactory = std::function<std::unique_ptr<Provider>(Services)>;

}  // namespace patchbay::sandbox
