#include "pacing/paced_sender.h"

#include <algorithm>
#include <utility>

namespace patchbay::pacing {
namespace {

using std::chrono::milliseconds;

net::ClientReply circuit_open(const Target& target, std::int64_t wait_ms) {
  net::ClientReply reply;
  reply.error = net::NetError::kCircuitOpen;
  reply.retry_after_ms = wait_ms;
  reply.message = target.name + " (" + target.host +
                  ") failed most of the time in the last half minute, so the hub only looks now "
                  "and then whether it is back. Nothing was sent. Try again in " +
                  std::to_string((wait_ms + 999) / 1000) + " s.";
  return reply;
}

}  // namespace

Circuit::Outcome outcome_of(const net::ClientReply& reply) {
  using Outcome = Circuit::Outcome;
  switch (reply.error) {
    case net::NetError::kNone: {
      const bool gateway = reply.status == 502 || reply.status == 503 || reply.status == 504;
      return gateway ? Outcome::kFailed : Outcome::kGood;
    }
    case net::NetError::kDns:
    case net::NetError::kConnect:
    case net::NetError::kTls:
    case net::NetError::kTimeout:
    case net::NetError::kReset:
      return Outcome::kFailed;
    default:
      return Outcome::kUnknown;
  }
}

Task<net::ClientReply> PacedSender::send(net::ClientRequest request, milliseconds within) {
  if (pace_ == nullptr) co_return co_await http_.send(std::move(request), within);
  const Target target = pace_->target(subject_, request);
  if (target.buckets.empty()) co_return co_await http_.send(std::move(request), within);
  auto asked = pace_->providers().ask(target.provider);
  if (!asked.passage) co_return circuit_open(target, asked.retry_after_ms);
  const auto began = pace_->clock().uptime_ms();
  // What is left must do for the request itself.
  auto held = co_await pace_->wait_in_line(target, std::min(patience_, within / 2));
  if (!held.ok()) co_return held;
  const milliseconds waited(pace_->clock().uptime_ms() - began);
  patience_ = std::max(milliseconds(0), patience_ - waited);
  auto reply = co_await http_.send(std::move(request), within - waited);
  asked.passage->note(outcome_of(reply));
  pace_->learn(target, reply);
  co_return reply;
}

}  // namespace patchbay::pacing
