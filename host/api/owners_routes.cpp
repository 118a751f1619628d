// DELETE /owners/{id}: everything of one owner.
#include "accounts/owner_erasure.h"
#include "api/api.h"
#include "base/json.h"

namespace patchbay::api {

Task<net::Response> Api::erase_owner(net::Request& request, const Caller& caller) {
  co_await logs_.flush();  // what waits is written first, and then goes, too
  const auto erased =
      co_await accounts::erase_owner(options_.services, options_.accounts, caller.project_id,
                                     std::string(request.param("id")), asker(request, caller));
  if (!erased) co_return problem_error(api_error(erased.error()), request);
  json::Writer out;
  out.begin_object()
      .member("accounts", erased->accounts)
      .member("connect_sessions", erased->connect_sessions)
      .member("request_logs", erased->request_logs)
      .member("events", erased->events);
  co_return net::json(out.end_object().take());
}

}  // namespace patchbay::api
