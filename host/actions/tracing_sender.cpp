#include "actions/tracing_sender.h"

#include <utility>

#include "actions/provider_answer.h"
#include "net/trace_context.h"
#include "net/url.h"

namespace patchbay::actions {
namespace {

ProviderStep begun_step(const net::ClientRequest& request, std::int64_t now_ms) {
  ProviderStep step;
  step.method = request.method;
  if (const auto url = net::parse_url(request.url)) {
    step.host = url->host;
    step.path = url->target.substr(0, url->target.find('?'));
  }
  step.started = now_ms;
  return step;
}

}  // namespace

net::Task<net::ClientReply> TracingSender::send(net::ClientRequest request,
                                                std::chrono::milliseconds within) {
  if (trace_ == nullptr) co_return co_await http_.send(std::move(request), within);
  if (!trace_->parent.empty())
    request.headers.set(net::kTraceParent, net::child_traceparent(trace_->parent));
  ProviderStep step = begun_step(request, clock_.unix_ms());
  // A secret half of which is cut off would stay: so bodies are cut afterwards.
  const auto kept = [this](std::string_view body) {
    return without_secrets(body, secrets_).substr(0, kMaxTracedBody);
  };
  if (trace_->bodies) step.request_body = kept(request.body.reveal());
  auto reply = co_await http_.send(std::move(request), within);
  step.duration_ms = clock_.unix_ms() - step.started;
  step.status = reply.status;
  if (!reply.ok()) step.error = to_string(reply.as_error().code);
  if (trace_->bodies) step.response_body = kept(reply.body.reveal());
  trace_->steps.push_back(std::move(step));
  co_return reply;
}

}  // namespace patchbay::actions
