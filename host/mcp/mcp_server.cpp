#include "mcp/mcp_server.h"

#include <algorithm>

#include "api/call_action.h"
#include "api/nearest_name.h"
#include "api/rpc_input.h"
#include "mcp/revision.h"

namespace patchbay::mcp {
namespace {

constexpr std::size_t kMostInABatch = 50;
constexpr std::int64_t kListsKeepMs = 60'000;

constexpr std::string_view kInstructions =
    "The tools act on one connected account. Lists come in pages: pass the `next` of a result as "
    "the tool's `cursor` to get the one after it. A failed call says what to change.";

net::Response refused(const net::Request& request, const Error& error) {
  return api::problem_error(api::api_error(error), request);
}

net::Response rpc_failure(const json::Value& id, const RpcError& error) {
  return net::json(rpc_error(id, error), error.http_status);
}

RpcError bad(RpcCode code, std::string message, unsigned status = 400) {
  return {code, std::move(message), {}, status};
}

std::string account_of(const net::Request& request) {
  if (const auto field = request.header("x-account-id"); !field.empty()) return std::string(field);
  auto named = request.query.get_or("x-account-id", "");
  return named.empty() ? request.query.get_or("account_id", "") : named;
}

// What the search tool's own schema refuses, but for a missing query.
std::optional<actions::ActionError> wrong_search(const json::Value& arguments) {
  const std::vector<std::string_view> known = {"query", "top_k"};
  manifest::Problems problems;
  for (std::size_t i = 0; i < arguments.size() && problems.empty(); ++i) {
    const std::string_view name = arguments.member(i).first;
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto nearest = api::nearest_name(name, known);
    problems.push_back({"unknown_member", "",
                        nearest.empty() ? "There is an argument that this tool does not have."
                                        : "Did you mean \"" + std::string(nearest) + "\"?"});
  }
  const auto most = arguments.get("top_k");
  if (most.exists() && !most.is_null() && !most.is_integer())
    problems.push_back({"type", "/top_k", "must be a whole number"});
  if (problems.empty()) return std::nullopt;
  return actions::invalid_input(std::move(problems));
}

}  // namespace

struct McpServer::Visit {
  net::Request& request;
  api::Caller caller;
  actions::Catalogue catalogue;
  ToolMode mode = ToolMode::kIndividual;
};

void McpServer::add_routes(net::Router& router) {
  router.add("POST", "/mcp", [this](net::Request& request) { return post(request); });
}

net::Task<net::Response> McpServer::post(net::Request& request) {
  if (!options_.origins.allow(request))
    co_return refused(
        request, make_error(ErrorCode::kForbidden, "Pages of this origin may not call the hub."));
  auto caller = co_await options_.door.keys.identify(request, api::Scope::kActions);
  if (!caller) co_return refused(request, caller.error());
  const auto account_id = account_of(request);
  if (account_id.empty())
    co_return refused(request, make_error(ErrorCode::kInvalidArgument,
                                          "Say for which account: its id goes into x-account-id, "
                                          "as a header field or in the query.",
                                          "x-account-id"));
  auto catalogue = co_await actions::catalogue_of(options_.services, options_.runner,
                                                  caller->project_id, account_id);
  if (!catalogue) co_return refused(request, catalogue.error());
  Visit visit{request, std::move(*caller), std::move(*catalogue)};
  const auto mode = request.query.get_or("tool-mode", "individual");
  if (mode == "search_execute")
    visit.mode = ToolMode::kSearchExecute;
  else if (mode != "individual")
    co_return refused(
        request, make_error(ErrorCode::kInvalidArgument,
                            "\"tool-mode\" must be individual or search_execute.", "tool-mode"));
  if (request.content_type() != "application/json")
    co_return rpc_failure({}, bad(RpcCode::kInvalidRequest, "The body must be application/json."));
  const auto document = json::Document::parse(request.body.reveal(),
                                              {.max_bytes = options_.runner.max_input_bytes()});
  request.body = SecretString();
  if (!document) co_return rpc_failure({}, bad(RpcCode::kParseError, document.error().message));
  if (document->root().is_array()) co_return co_await answer_batch(visit, document->root());
  co_return co_await answer(visit, document->root());
}

// Batches were part of the first revision with this transport, and of no later one.
net::Task<net::Response> McpServer::answer_batch(const Visit& visit, const json::Value& messages) {
  if (messages.size() == 0 || messages.size() > kMostInABatch)
    co_return rpc_failure({}, bad(RpcCode::kInvalidRequest, "A batch holds 1 to 50 messages."));
  std::string answers;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto one = co_await answer(visit, messages.at(i));
    if (one.status == 202) continue;
    answers += answers.empty() ? "[" : ",";
    answers += one.body;
  }
  if (answers.empty()) co_return net::Response(202);
  co_return net::json(answers + "]");
}

net::Task<net::Response> McpServer::answer(const Visit& visit, const json::Value& message) {
  const auto call = read_call(message);
  if (!call) {
    // A client's answer to something this server never asks.
    const bool is_answer = message.get("result").exists() || message.get("error").exists();
    if (is_answer && message.get("jsonrpc").string_or("") == "2.0") co_return net::Response(202);
    co_return rpc_failure({}, bad(RpcCode::kInvalidRequest, "This is no JSON-RPC 2.0 request."));
  }
  const bool stateless = is_stateless(visit.request, *call);
  const auto wrong =
      stateless ? check_stateless(visit.request, *call) : check_legacy(visit.request);
  if (wrong) co_return rpc_failure(call->id, *wrong);
  if (!call->id.exists()) co_return net::Response(202);
  const auto result = co_await result_of(visit, *call, stateless);
  if (!result) {
    auto error = result.error();
    if (stateless) error.http_status = error.code == RpcCode::kUnknownMethod ? 404 : 400;
    co_return rpc_failure(call->id, error);
  }
  co_return net::json(rpc_result(call->id, *result));
}

net::Task<McpServer::Outcome> McpServer::result_of(const Visit& visit, const RpcCall& call,
                                                   bool stateless) {
  const auto unknown = [&call] {
    return bad(RpcCode::kUnknownMethod, "There is no method \"" + call.method + "\".", 200);
  };
  if (stateless) {
    if (call.method == "server/discover") co_return discovered();
  } else {
    if (call.method == "initialize") co_return initialized(call.params);
    if (call.method == "ping") co_return std::string("{}");
  }
  if (call.method == "tools/list") {
    if (!call.params.get("cursor").string_or("").empty())
      co_return bad(RpcCode::kInvalidParams, "The list has one page only.", 200);
    json::Writer out;
    out.begin_object().key("tools").raw(tool_list(visit.catalogue, visit.mode));
    if (stateless)
      out.member("resultType", "complete")
          .member("ttlMs", kListsKeepMs)
          .member("cacheScope", "private");
    co_return out.end_object().take();
  }
  if (call.method != "tools/call") co_return unknown();
  auto called = co_await call_tool(visit, call.params);
  if (called && stateless) {
    called->pop_back();
    *called += R"(,"resultType":"complete"})";
  }
  co_return called;
}

std::string McpServer::initialized(const json::Value& params) const {
  json::Writer out;
  out.begin_object().member(
      "protocolVersion",
      std::string(negotiated_revision(params.get("protocolVersion").string_or(""))));
  out.key("capabilities").begin_object().key("tools").begin_object().end_object().end_object();
  out.key("serverInfo").begin_object().member("name", "patchbay").member("title", "Patchbay");
  out.member("version", options_.version).end_object();
  return out.member("instructions", std::string(kInstructions)).end_object().take();
}

std::string McpServer::discovered() const {
  json::Writer out;
  out.begin_object().member("resultType", "complete").key("supportedVersions");
  out.begin_array().string(kStatelessRevision).end_array();
  out.key("capabilities").begin_object().key("tools").begin_object().end_object().end_object();
  out.key("serverInfo").begin_object().member("name", "patchbay").member("title", "Patchbay");
  out.member("version", options_.version).end_object();
  out.member("instructions", std::string(kInstructions));
  return out.member("ttlMs", kListsKeepMs).member("cacheScope", "private").end_object().take();
}

net::Task<McpServer::Outcome> McpServer::call_tool(const Visit& visit, const json::Value& params) {
  const auto name = params.get("name").string_or("");
  const auto arguments = params.get("arguments");
  if (arguments.exists() && !arguments.is_object())
    co_return bad(RpcCode::kInvalidParams, "\"arguments\" must be an object.", 200);
  const auto unknown = [&name] {
    return bad(RpcCode::kInvalidParams, "There is no tool \"" + name + "\" for this account.", 200);
  };
  if (visit.mode == ToolMode::kIndividual) {
    // The refusal says which fields the account lacks.
    if (visit.catalogue.find(name) == nullptr &&
        visit.catalogue.find_lacking_fields(name) == nullptr)
      co_return unknown();
    co_return co_await run(
        visit, {.action_id = name, .input = arguments.exists() ? arguments.dump() : "{}"});
  }
  const auto& manifest = *visit.catalogue.manifest;
  if (name == search_tool_name(manifest)) {
    if (arguments.get("query").string_or("").empty())
      co_return tool_result(api::api_error(
          make_error(ErrorCode::kInvalidArgument, "Say what to look for, as \"query\".", "query")));
    if (const auto wrong = wrong_search(arguments)) co_return tool_result(api::api_error(*wrong));
    co_return tool_result(found_actions(visit.catalogue, arguments), false);
  }
  if (name != execute_tool_name(manifest)) co_return unknown();
  const auto action_id = arguments.get("action_id").string_or("");
  const auto* action = visit.catalogue.find(action_id);
  if (action == nullptr) action = visit.catalogue.find_lacking_fields(action_id);
  if (action == nullptr)
    co_return tool_result(api::api_error(
        actions::ActionError(ErrorCode::kNotFound, actions::reason::kActionUnknown,
                             "There is no such action for this account. Look for one with " +
                                 search_tool_name(manifest) + ".")));
  if (arguments.get("input").is_object())
    co_return co_await run(visit, {.action_id = action_id, .input = arguments.get("input").dump()});
  auto call = api::read_rpc(arguments, action);
  if (!call) co_return tool_result(api::api_error(call.error()));
  co_return co_await run(visit, {.action_id = action_id,
                                 .input = std::move(call->input),
                                 .next = std::move(call->next),
                                 .page_size = call->page_size});
}

net::Task<McpServer::Outcome> McpServer::run(const Visit& visit, actions::ActionCall call) {
  call.account_id = visit.catalogue.account.id;
  const auto reply =
      co_await api::call_action(options_.door, options_.runner, visit.request,
                                api::party_of(visit.request, visit.caller), std::move(call));
  co_return reply ? tool_result(*reply) : tool_result(reply.error());
}

}  // namespace patchbay::mcp
