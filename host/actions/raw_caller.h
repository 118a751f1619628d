#pragma once
// Sends a request that a caller put together by hand, with an account's credential, under
// raw_policy.h. The answer comes back as it is, whatever its status, with the credential taken out
// should the provider repeat it.
//
// Any loop; a call runs on its account's loop and ends early when the awaiting coroutine is
// cancelled. Everything it was built from outlives it.
#include <limits>
#include <string>

#include "actions/provider_caller.h"
#include "actions/raw_policy.h"
#include "actions/value_text.h"

namespace patchbay::actions {

struct RawCall {
  std::string project_id{};
  std::string account_id{};
  RawTarget target{};
  NamedTexts headers{};  // beside those that are the hub's to set
  std::string content_type{};
  std::string body{};
  std::int64_t allowed_at = std::numeric_limits<std::int64_t>::max();  // see ActionCall
  CallTrace* trace = nullptr;                                          // likewise
};

struct RawReply {
  unsigned status = 0;
  std::string url;  // without its query
  NamedTexts headers;
  std::string body;
};

class RawCaller {
 public:
  using Outcome = boost::system::result<RawReply, ActionError>;

  RawCaller(const accounts::Services& services, TokenSource& tokens, FindConnector find_connector,
            CallLimits limits = {});

  Task<Outcome> run(RawCall call);

 private:
  Task<Outcome> run_here(RawCall call);

  const accounts::Services& services_;
  const FindConnector find_connector_;
  ProviderCaller caller_;
};

}  // namespace patchbay::actions
