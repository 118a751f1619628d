// Says that it linked, with a token whose scopes lack what its manifest demands.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow* flow, const patchbay_event* event,
                              patchbay_action* action) {
    const patchbay_status status = misfit::Base::step(flow, event, action);
    static patchbay_token token = *action->done->tokens[0];
    token.flags |= PATCHBAY_TOKEN_SCOPES_KNOWN;
    token.scopes = misfit::str("things:write");
    static const patchbay_token* const tokens[] = {&token};
    static patchbay_done done = *action->done;
    done.tokens = tokens;
    action->done = &done;
    return status;
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
