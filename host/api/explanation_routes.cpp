// GET /accounts/{id}/explanation: why an account is as it is (explain/explanation.h).
#include "api/api.h"
#include "explain/explain.h"
#include "explain/facts.h"
#include "explain/told.h"

namespace patchbay::api {

Task<net::Response> Api::explain_account(net::Request& request, const Caller& caller) {
  co_await logs_.flush();
  const auto facts = co_await explain::gather(options_.services, options_.accounts,
                                              caller.project_id, std::string(request.param("id")));
  if (!facts) co_return problem_error(api_error(facts.error()), request);
  json::Writer out;
  explain::write_json(out, explain::explain(*facts, options_.services.clock.unix_ms()));
  co_return net::json(out.take());
}

}  // namespace patchbay::api
