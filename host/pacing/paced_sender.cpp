#include "pacing/paced_sender.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "metrics/connector_counters.h"

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

metrics::Sent sent_of(const net::ClientReply& reply) {
  using metrics::Sent;
  switch (reply.error) {
    case net::NetError::kNone:
      break;
    case net::NetError::kTimeout:
      return Sent::kTimeout;
    case net::NetError::kDns:
    case net::NetError::kConnect:
    case net::NetError::kTls:
    case net::NetError::kTlsCertificate:
    case net::NetError::kReset:
      return Sent::kUnreachable;
    case net::NetError::kPolicy:
      return Sent::kRefused;
    case net::NetError::kRateLimited:
    case net::NetError::kCircuitOpen:
      return Sent::kHeldBack;
    case net::NetError::kTooLarge:
    case net::NetError::kProtocol:
    case net::NetError::kCancelled:
      return Sent::kOther;
  }
  if (reply.status == 429) return Sent::kRateLimited;
  if (reply.status >= 500) return Sent::kServerError;
  return reply.status >= 400 ? Sent::kClientError : Sent::kSuccess;
}

Task<net::ClientReply> wait_counted(Pace& pace, metrics::ConnectorCounters& counters,
                                    const Target& target, milliseconds patience) {
  const metrics::Held waiting(counters.waiting);
  const auto began = std::chrono::steady_clock::now();
  auto held = co_await pace.wait_in_line(target, patience);
  const auto waited = std::chrono::steady_clock::now() - began;
  counters.waited_us.add(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(waited).count()));
  co_return held;
}

Task<net::ClientReply> send_counted(net::HttpSender& http, metrics::ConnectorCounters& counters,
                                    net::ClientRequest request, milliseconds within) {
  const auto began = std::chrono::steady_clock::now();
  auto reply = co_await http.send(std::move(request), within);
  counters.sent.add(sent_of(reply));
  counters.sent_time.add(std::chrono::steady_clock::now() - began);
  co_return reply;
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
  auto& counters = metrics::of_connector(subject_.manifest->id);
  if (pace_ == nullptr)
    co_return co_await send_counted(http_, counters, std::move(request), within);
  const Target target = pace_->target(subject_, request);
  if (target.buckets.empty())
    co_return co_await send_counted(http_, counters, std::move(request), within);
  auto asked = pace_->providers().ask(target.provider);
  if (!asked.passage) {
    counters.sent.add(metrics::Sent::kHeldBack);
    co_return circuit_open(target, asked.retry_after_ms);
  }
  const auto began = pace_->clock().uptime_ms();
  // What is left must do for the request itself.
  auto held = co_await wait_counted(*pace_, counters, target, std::min(patience_, within / 2));
  if (!held.ok()) {
    counters.sent.add(sent_of(held));
    co_return held;
  }
  const milliseconds waited(pace_->clock().uptime_ms() - began);
  patience_ = std::max(milliseconds(0), patience_ - waited);
  auto reply = co_await send_counted(http_, counters, std::move(request), within - waited);
  asked.passage->note(outcome_of(reply));
  pace_->learn(target, reply);
  co_return reply;
}

}  // namespace patchbay::pacing
