// Makes the attempt that the field "attempt" names, or the request that "url" holds, in its first
// step, and tells what came of it in the text of its failure.
#include "../bad_connectors/base.h"
#include "attempts.h"
#include "fields.h"

namespace {

struct Flow {
  std::string attempt;
  std::string url;
  hostile::Target target;
  std::string told;
};

struct Connector : misfit::Base {
  static patchbay_status begin(patchbay_instance*, const patchbay_input* input,
                               patchbay_flow** out) {
    auto* flow = new Flow;
    flow->attempt = hostile::field(*input, "attempt");
    flow->url = hostile::field(*input, "url");
    flow->target = {hostile::number(*input, "hub"), hostile::number(*input, "tcp_port"),
                    hostile::number(*input, "udp_port"), hostile::field(*input, "folder"),
                    hostile::field(*input, "abstract_name")};
    *out = reinterpret_cast<patchbay_flow*>(flow);
    return PATCHBAY_OK;
  }
  static void release(patchbay_flow* flow) { delete reinterpret_cast<Flow*>(flow); }

  static patchbay_status step(patchbay_flow* opaque, const patchbay_event* event,
                              patchbay_action* action) {
    auto& flow = *reinterpret_cast<Flow*>(opaque);
    if (event->kind == PATCHBAY_EVENT_START && !flow.url.empty())
      return request(action, "GET", flow.url);
    flow.told = flow.url.empty() ? attempt(flow) : reply(*event);
    return fail(action, PATCHBAY_FAIL_INTERNAL, flow.told);
  }

 private:
  static std::string attempt(const Flow& flow) {
    const auto* found = hostile::find_attempt(flow.attempt);
    if (found == nullptr) return "no such attempt";
    const auto result = found->run(flow.target);
    return result.error == 0 ? "got out: " + result.evidence
                             : "errno " + std::to_string(result.error);
  }
  static std::string reply(const patchbay_event& event) {
    if (event.reply_count != 1) return "no reply";
    const auto& got = *event.replies[0];
    if (got.net_error == PATCHBAY_NET_POLICY_REFUSED) return "refused by policy";
    return "net error " + std::to_string(got.net_error) + ", status " +
           std::to_string(got.http_status);
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
