// The smallest connector: one API key, proved by one request. Also holds an extension.
#include <memory>
#include <string_view>
#include <utility>

#include "patchbay/sdk/export.h"
#include "patchbay/sdk/static_credentials.h"

namespace {

using namespace patchbay::sdk;

constexpr StaticCredentialsOptions kKey = {.probe_url = "https://api.toy.test/me"};

class Toy {
 public:
  explicit Toy(Host host) { host.log(LogLevel::info, "toy is here"); }
  std::unique_ptr<Flow> connect(Input input) const {
    if (input.auth_method() == "unknown") return nullptr;
    return std::make_unique<StaticCredentialsFlow>(std::move(input), kKey);
  }
  std::unique_ptr<Flow> refresh(Input input) const { return connect(std::move(input)); }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<NothingToDoFlow>(std::move(input));
  }
  const void* extension(std::string_view id) const {
    static constexpr int kSomething = 7;
    return id == "toy.something/1" ? &kSomething : nullptr;
  }
};

}  // namespace

PATCHBAY_CONNECTOR(Toy, patchbay::sdk::embedded_manifest())
