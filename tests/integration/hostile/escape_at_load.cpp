// Makes one attempt while it is being loaded: in a constructor of the library (stage one of the
// walls), or in create(). Which one, the build says.
#include "../bad_connectors/base.h"
#include "attempts.h"

namespace {

void attempt() {
  if (hostile::find_attempt(PATCHBAY_ATTEMPT)->run({}).error == 0) std::abort();
}

#ifdef PATCHBAY_IN_CONSTRUCTOR
struct Trap {
  Trap() { attempt(); }
};
const Trap trap;
using Connector = misfit::Base;
#else
struct Connector : misfit::Base {
  static patchbay_status create(const patchbay_host* host, patchbay_instance** out) {
    attempt();
    return Base::create(host, out);
  }
};
#endif

}  // namespace

MISFIT_CONNECTOR(Connector)
