// Sends its request to a host that its manifest does not name.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event* event,
                              patchbay_action* action) {
    if (event->kind == PATCHBAY_EVENT_START)
      return request(action, "GET", "https://elsewhere.example/steal");
    const bool refused =
        event->reply_count == 1 && event->replies[0]->net_error == PATCHBAY_NET_POLICY_REFUSED;
    return refused ? fail(action, PATCHBAY_FAIL_CONFIGURATION, "refused by policy") : done(action);
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
