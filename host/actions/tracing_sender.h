#pragma once
// Writes each request that is sent, and what came of it, into a call's trace, and lets it go out as
// a part of the trace that the call belongs to; without a trace it only sends. Used on the
// account's loop; what it was built from outlives it.
#include <string_view>
#include <vector>

#include "actions/call_trace.h"
#include "base/clock.h"
#include "net/http_client.h"

namespace patchbay::actions {

class TracingSender final : public net::HttpSender {
 public:
  // `secrets`: taken out of bodies that are kept.
  TracingSender(net::HttpSender& http, const Clock& clock, CallTrace* trace,
                std::vector<std::string_view> secrets)
      : http_(http), clock_(clock), trace_(trace), secrets_(std::move(secrets)) {}

  net::Task<net::ClientReply> send(net::ClientRequest request,
                                   std::chrono::milliseconds within) override;

 private:
  net::HttpSender& http_;
  const Clock& clock_;
  CallTrace* const trace_;
  const std::vector<std::string_view> secrets_;
};

}  // namespace patchbay::actions
