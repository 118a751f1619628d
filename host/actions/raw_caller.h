#pragma once
// Sends a request that a caller put together by hand, with an account's credential, under
// raw_policy.h. The answer comes back as it is, whatever its status, with the credential taken out
// should the provider repeat it: by "[redacted]", and in the body of a call in parts, whose length
// may be told already, by an asterisk for each letter (secret_window.h).
//
// Any loop; a call runs on its account's loop and ends early when the awaiting coroutine is
// cancelled. Everything it was built from outlives it.
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "actions/project_shares.h"
#include "actions/provider_caller.h"
#include "actions/raw_policy.h"
#include "actions/value_text.h"

namespace patchbay::actions {

struct RawCall {
  std::string project_id{};
  std::string account_id{};
  RawTarget target{};
  NamedTexts headers{};  // those that are the hub's to set are refused; in parts, left out
  std::string content_type{};
  std::string body{};
  bool in_parts = false;         // a long answer comes as RawReply::rest
  net::BodyReader body_parts{};  // set: in place of `body`; asked on the account's loop
  std::optional<std::uint64_t> body_length{};  // of body_parts; none: it goes in chunks
  std::int64_t allowed_at = std::numeric_limits<std::int64_t>::max();  // see ActionCall
  CallTrace* trace = nullptr;                                          // likewise
};

struct RawReply {
  unsigned status = 0;
  std::string url;  // without its query
  NamedTexts headers;
  std::string body;
  // Set: in place of `body`; asked on any loop. Fails, too, when the account may no longer be used.
  net::BodyReader rest;
  std::optional<std::uint64_t> length;  // of `rest`, or of what an answer to HEAD leaves out
};

class RawCaller {
 public:
  using Outcome = boost::system::result<RawReply, ActionError>;

  RawCaller(const accounts::Services& services, TokenSource& tokens, FindConnector find_connector,
            CallLimits limits = {});

  Task<Outcome> run(RawCall call);

  // For a body that is passed on in parts: so many may be under way at a time, in all and, half of
  // them, for a project. Null: there is none left for now.
  static constexpr std::size_t kMostStreams = 48;
  [[nodiscard]] std::shared_ptr<void> place(const std::string& project_id) const {
    return places_.take(project_id, 1);
  }
  [[nodiscard]] std::uint64_t max_stream_bytes() const { return limits_.max_stream_bytes; }

 private:
  struct Handing;
  Task<Outcome> run_here(RawCall call);
  void hand_on_long_answers(net::ClientRequest& request, const RawCall& call,
                            const std::shared_ptr<Handing>& handing) const;

  const accounts::Services& services_;
  const CallLimits limits_;
  const ProjectShares places_{kMostStreams, metrics::of_hub().proxy_streams};
  const FindConnector find_connector_;
  ProviderCaller caller_;
};

}  // namespace patchbay::actions
