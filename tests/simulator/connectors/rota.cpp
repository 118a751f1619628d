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

using Rota = Connector<Connect>;

}  // namespace

PATCHBAY_CONNECTOR(Rota, patchbay::sdk::embedded_manifest())
