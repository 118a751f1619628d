// As small as a connector gets: links whoever asks with one token, whose value the build names.
#include "../bad_connectors/base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action* action) {
    static patchbay_token token;
    static patchbay_done answer;
    static const patchbay_token* const tokens[] = {&token};
    token = {sizeof token,          0, misfit::str("main"), misfit::str(PATCHBAY_TOKEN),
             misfit::str("Bearer"), 0, misfit::str("")};
    answer = {};
    answer.struct_size = sizeof answer;
    answer.tokens = tokens;
    answer.token_count = 1;
    action->kind = PATCHBAY_ACTION_DONE;
    action->done = &answer;
    return PATCHBAY_OK;
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
