#pragma once
// Sends requests at a provider's pace (pace.h). One that may not leave comes back as kRateLimited
// or kCircuitOpen, with the time after which to try again; nothing of it was sent.
//
// Used on one loop, and made for one call or flow: its requests together wait no longer than it was
// given, and each at most half of its own time. What it was built from outlives it.
#include <chrono>

#include "net/http_client.h"
#include "pacing/pace.h"

namespace patchbay::pacing {

class PacedSender final : public net::HttpSender {
 public:
  // `pace` null: it only sends.
  PacedSender(Pace* pace, net::HttpSender& http, Subject subject,
              std::chrono::milliseconds patience)
      : pace_(pace), http_(http), subject_(std::move(subject)), patience_(patience) {}

  Task<net::ClientReply> send(net::ClientRequest request,
                              std::chrono::milliseconds within) override;
  // How much longer its requests may wait in line.
  [[nodiscard]] std::chrono::milliseconds patience() const { return patience_; }

 private:
  Pace* const pace_;
  net::HttpSender& http_;
  const Subject subject_;
  std::chrono::milliseconds patience_;
};

// Whether an answer is the provider's or the network's fault: no connection, no answer in time, or
// a gateway's 502, 503 or 504. Not 500: a single request can bring that about.
Circuit::Outcome outcome_of(const net::ClientReply& reply);

}  // namespace patchbay::pacing
