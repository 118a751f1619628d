#include "embed/session_token.h"

namespace patchbay::embed {
namespace {

constexpr std::size_t kLongestToken = 256;

}  // namespace

Result<std::string> session_token(const net::Request& request) {
  const auto token = request.header(kSessionHeader);
  if (request.headers.count(kSessionHeader) != 1 || token.empty() || token.size() > kLongestToken)
    return make_error(ErrorCode::kInvalidArgument,
                      "The request carries no session token (x-hub-session-token). Make a "
                      "connect session and hand its token to the component.");
  return std::string(token);
}

bool is_for_component(const store::ConnectSession& session) {
  return session.passed_on_by.empty();
}

Error not_for_component() {
  return make_error(ErrorCode::kNotFound,
                    "This link was passed on to a colleague. It opens the hub's own page alone.");
}

Error foreign_origin() {
  return make_error(ErrorCode::kInvalidArgument,
                    "Pages of this origin may not connect accounts here. The "
                    "hub's operator names those that may with "
                    "--embed-origin.");
}

void add_preflight(net::Router& router, const net::Origins& origins, std::string_view path) {
  router.add("OPTIONS", path, [&origins](net::Request& request) -> net::Task<net::Response> {
    co_return origins.preflight(request, "content-type, x-hub-session-token, x-hub-version");
  });
}

}  // namespace patchbay::embed
