// Connecting exchanges a code that the person types.
#include "patchbay/sdk/export.h"
#include "rota_provider.h"

namespace {

using namespace rota;

class Connect : public CodeFlow {
 public:
  using CodeFlow::CodeFlow;

 protected:
  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      exchange(action, input().secret("code"));
    } else if (read(event, action)) {
      finish(action);
    }
  }
};

class Rota : public Grant {
 public:
  explicit Rota(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<Connect>(std::move(input));
  }
};

}  // namespace

PATCHBAY_CONNECTOR(Rota, patchbay::sdk::embedded_manifest())
