#pragma once
// POST /mcp: the Model Context Protocol over streamable HTTP, for AI agents. One account's allowed
// actions are the tools; ?tool-mode=search_execute gives two tools that search and run instead.
// Every request carries an API key with the scope `actions` and names its account (x-account-id, as
// a header field or in the query). No session is kept, no stream is opened: each answer is one JSON
// object. Revisions: revision.h.
//
// What goes wrong with a tool is the tool's result (isError), so that the agent can mend it; what
// goes wrong before is HTTP's or JSON-RPC's.
//
// Any loop; outlives the router's use.
#include <string>
#include <utility>

#include "actions/action_runner.h"
#include "actions/catalogue.h"
#include "api/call_action.h"
#include "audit/audit_log.h"
#include "mcp/json_rpc.h"
#include "mcp/tools.h"
#include "net/origins.h"
#include "net/router.h"

namespace patchbay::mcp {

struct Options {
  const accounts::Services& services;
  api::CallDoor door;
  actions::ActionRunner& runner;
  std::string version;  // of the program
  net::Origins origins{};
};

class McpServer {
 public:
  explicit McpServer(Options options) : options_(std::move(options)) {}
  McpServer(const McpServer&) = delete;
  McpServer& operator=(const McpServer&) = delete;

  void add_routes(net::Router& router);

 private:
  struct Visit;  // one request: who, for which account, how
  // Either side is JSON.
  using Outcome = boost::system::result<std::string, RpcError>;

  net::Task<net::Response> post(net::Request& request);
  net::Task<net::Response> answer(const Visit& visit, const json::Value& message);
  net::Task<net::Response> answer_batch(const Visit& visit, const json::Value& messages);
  net::Task<Outcome> result_of(const Visit& visit, const RpcCall& call, bool stateless);
  net::Task<Outcome> call_tool(const Visit& visit, const json::Value& params);
  // `call` without project and account.
  net::Task<Outcome> run(const Visit& visit, actions::ActionCall call);
  [[nodiscard]] std::string initialized(const json::Value& params) const;
  [[nodiscard]] std::string discovered() const;

  const Options options_;
};

}  // namespace patchbay::mcp
