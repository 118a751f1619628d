#pragma once
// Everything of a hub that programs talk to: the REST API, the connect component's protocol, MCP.
// The one place where they are put together, so that tests compare all of it with its description.
// Any loop; outlives the router's use.
#include "api/api.h"
#include "embed/embed.h"
#include "mcp/mcp_server.h"

namespace patchbay::cli {

class ServedApi {
 public:
  // `origins`: of pages that may hold the connect component.
  ServedApi(const api::Options& options, net::Origins origins);

  void add_routes(net::Router& router);
  // The answer to a request that no route answers; the path is one of api::is_api_path.
  [[nodiscard]] net::Response error(const net::Request& request, unsigned status) const;
  [[nodiscard]] api::Api& api() { return api_; }
  [[nodiscard]] api::RequestLogs& logs() { return api_.logs(); }

 private:
  const Clock& clock_;
  api::Api api_;
  embed::Embed embed_;
  mcp::McpServer agents_;
};

}  // namespace patchbay::cli
