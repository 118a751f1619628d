// POST /actions/rpc.
#include "api/api.h"
#include "api/call_action.h"
#include "api/client_shapes.h"
#include "api/json_body.h"
#include "api/record_stream.h"
#include "api/rpc_input.h"
#include "base/optional_members.h"

namespace patchbay::api {
Task<net::Response> Api::run_action(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request, runner_.max_input_bytes());
  if (!body) co_return error(request, api_error(body.error()));
  request.body = SecretString();
  const std::string action_id = body->required_text("action");
  const bool dry_run = body->flag("dry_run", false);
  for (const auto group : kRpcGroups) body->take(group);
  if (const auto problems = body->problems()) co_return error(request, api_error(*problems));
  const auto found = runner_.find_action(action_id);
  auto call = read_rpc(body->root(), found.action);
  if (!call) co_return error(request, api_error(call.error()));
  body = Error();  // what was read is in the call, and may be large
  std::string account_id(request.header("x-account-id"));
  if (account_id.empty()) account_id = std::move(call->account_id);
  if (account_id.empty()) co_return error(request, account_missing());
  actions::ActionCall wanted{.account_id = std::move(account_id),
                             .action_id = action_id,
                             .input = std::move(call->input),
                             .next = std::move(call->next),
                             .page_size = call->page_size,
                             .dry_run = dry_run};
  if (wants_record_stream(request) && !dry_run)
    co_return co_await stream_records(request, found.action, std::move(wanted));
  const auto reply =
      co_await call_action(door(), runner_, request, party_of(request, caller), std::move(wanted));
  if (!reply) co_return error(request, reply.error());
  json::Writer out;
  out.begin_object().key("data").raw(as_object_or_objects(reply->data));
  write_text_or_null(out, "next", reply->next);
  co_return net::json(out.end_object().take());
}

// Of an action that is unknown the call itself tells.
Task<net::Response> Api::stream_records(net::Request& request, const manifest::Action* action,
                                        actions::ActionCall call) {
  if (action != nullptr &&
      !(action->read_only && action->result.kind == manifest::ResultKind::kList))
    co_return error(
        request,
        api_error(make_error(ErrorCode::kInvalidArgument,
                             "Only lists come as application/x-ndjson. Ask for this action with "
                             "Accept: application/json.",
                             "Accept")));
  if (request.headers.has(kIdempotencyHeader))
    co_return error(request, api_error(make_error(
                                 ErrorCode::kInvalidArgument,
                                 "A list that is streamed is not kept to be answered again. Leave "
                                 "Idempotency-Key out: reading twice is harmless.",
                                 std::string(kIdempotencyHeader))));
  const auto stream = std::make_shared<RecordStream>(door(), runner_, options_.services.pace,
                                                     request, std::move(call));
  if (const auto failed = co_await stream->begin()) co_return error(request, *failed);
  auto response = net::json({});
  response.with("Content-Type", "application/x-ndjson");
  response.parts = [stream] { return stream->next(); };
  co_return response;
}

}  // namespace patchbay::api
