// POST /actions/rpc.
#include "api/api.h"
#include "api/json_body.h"
#include "api/rpc_input.h"

namespace patchbay::api {
namespace {

// Their clients take an object, a list of objects or null; anything else goes into an object.
std::string as_clients_need(const std::string& data) {
  if (data.starts_with('{') || data == "null" || data == "[]") return data;
  if (data.starts_with("[{")) {
    const auto list = json::Document::parse(data, {.max_bytes = data.size()});
    bool objects = list.has_value();
    for (std::size_t i = 0; objects && i < list->root().size(); ++i)
      objects = list->root().at(i).is_object();
    if (objects) return data;
  }
  return "{\"value\":" + data + "}";
}

bool is_access_changed(const actions::ActionRunner::Outcome& outcome) {
  return !outcome && outcome.error().reason == actions::reason::kAccessChanged;
}

}  // namespace

Task<net::Response> Api::run_action(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return error(request, api_error(body.error()));
  const std::string action_id = body->required_text("action");
  if (const auto problems = body->problems()) co_return error(request, api_error(*problems));
  const auto found = runner_.find_action(action_id);
  auto call = read_rpc(body->root(), found.action);
  if (!call) co_return error(request, api_error(call.error()));
  std::string account_id(request.header("x-account-id"));
  if (account_id.empty()) account_id = std::move(call->account_id);
  if (account_id.empty())
    co_return error(request, api_error(make_error(ErrorCode::kInvalidArgument,
                                                  "Say for which account: put its id into the "
                                                  "header x-account-id.",
                                                  "x-account-id")));
  const auto written = audit_.append({.kind = "action.called",
                                      .project_id = caller.project_id,
                                      .account_id = account_id,
                                      .subject = action_id,
                                      .key_id = caller.key_id,
                                      .request_id = request.id,
                                      .peer = request.peer_address});
  if (!written) co_return error(request, not_recorded(written.error()));
  actions::ActionCall wanted{.project_id = caller.project_id,
                             .account_id = std::move(account_id),
                             .action_id = action_id,
                             .input = std::move(call->input),
                             .next = std::move(call->next),
                             .page_size = call->page_size,
                             .allowed_at = caller.read_at};
  auto reply = co_await runner_.run(wanted);
  for (int tried = 1; tried < kTries && is_access_changed(reply); ++tried) {
    const auto again = co_await identify(request, Scope::kActions);
    if (!again) co_return error(request, api_error(again.error()));
    wanted.allowed_at = again->read_at;
    reply = co_await runner_.run(wanted);
  }
  if (is_access_changed(reply)) co_return error(request, access_changes());
  if (!reply) co_return error(request, api_error(reply.error()));
  json::Writer out;
  out.begin_object().key("data").raw(as_clients_need(reply->data)).key("next");
  if (reply->next.empty()) {
    out.null();
  } else {
    out.string(reply->next);
  }
  co_return net::json(out.end_object().take());
}

}  // namespace patchbay::api
