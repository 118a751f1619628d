// Tells in its failure how many flows it has that were begun and not released.
#include <string>

#include "../bad_connectors/base.h"
namespace {
int live = 0;
struct Connector : misfit::Base {
  static patchbay_status begin(patchbay_instance*, const patchbay_input*, patchbay_flow** out) {
    ++live;
    *out = reinterpret_cast<patchbay_flow*>(new std::string);
    return PATCHBAY_OK;
  }
  static void release(patchbay_flow* flow) {
    --live;
    delete reinterpret_cast<std::string*>(flow);
  }
  static patchbay_status step(patchbay_flow* flow, const patchbay_event*, patchbay_action* action) {
    auto& told = *reinterpret_cast<std::string*>(flow);
    told = std::to_string(live);
    return fail(action, PATCHBAY_FAIL_INTERNAL, told);
  }
};
}  // namespace
MISFIT_CONNECTOR(Connector)
