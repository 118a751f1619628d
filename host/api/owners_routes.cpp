// DELETE /owners/{id}: everything of one owner.
#include "accounts/owner_erasure.h"
#include "api/api.h"

namespace patchbay::api {

Task<net::Response> Api::erase_owner(net::Request& request, const Caller& caller) {
  co_await logs_.flush();  // what waits is written first, and then goes, too
  const auto erased =
      co_await accounts::erase_owner(options_.services, options_.accounts, caller.project_id,
                                     std::string(request.param("id")), asker(request, caller));
  if (!erased) co_return problem_error(api_error(erased.error()), request);
  co_return net::json(to_json(*erased));
}

}  // namespace patchbay::api
