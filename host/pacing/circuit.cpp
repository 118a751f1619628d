#include "pacing/circuit.h"

#include <algorithm>

#include "base/planted_bug.h"

namespace patchbay::pacing {
namespace {

constexpr std::int64_t kHalfMs = Circuit::kWindowMs / 2;
constexpr std::int64_t kAskAgainMs = 1'000;  // while another request tries

}  // namespace

void Circuit::change(State state) {
  state_ = state;
  ++number_;
  trying_ = false;
  good_tries_ = 0;
}

void Circuit::open(std::int64_t now) {
  open_until_ = now + pause_ms_;
  pause_ms_ = std::min(2 * pause_ms_, kLongestPauseMs);
  change(State::kOpen);
}

void Circuit::close() {
  pause_ms_ = kFirstPauseMs;
  now_ = before_ = {};
  change(State::kClosed);
}

std::int64_t Circuit::ask(std::int64_t now) {
  // Long after the last answer nothing is known of the provider, and nothing to be careful about.
  if (state_ != State::kClosed && !trying_ && is_idle(now)) close();
  if (state_ == State::kClosed) return 0;
  if (state_ == State::kOpen) {
    if (now < open_until_) return open_until_ - now;
    change(State::kTrying);
  }
  if (trying_) return kAskAgainMs;
  trying_ = true;
  return 0;
}

void Circuit::count(Outcome outcome, std::int64_t now) {
  if (now - half_began_ >= kHalfMs) {
    before_ = now - half_began_ < kWindowMs ? now_ : Half();
    now_ = {};
    half_began_ = now;
  }
  ++now_.all;
  if (outcome == Outcome::kFailed) ++now_.failed;
}

void Circuit::note(Outcome outcome, std::uint64_t since, std::int64_t now) {
  if (since != number_) return;
  trying_ = false;
  if (outcome == Outcome::kUnknown) return;
  if (state_ == State::kTrying) {
    if (outcome == Outcome::kFailed) return open(now);
    if (++good_tries_ >= kToClose) close();
    return;
  }
  count(outcome, now);
  const unsigned all = now_.all + before_.all;
  const unsigned failed = now_.failed + before_.failed;
  if (all >= kFewest && 2 * failed >= all && !PATCHBAY_PLANTED_BUG(22)) open(now);
}

std::int64_t Circuit::pause_left(std::int64_t now) const {
  return state_ == State::kOpen ? std::max<std::int64_t>(0, open_until_ - now) : 0;
}

bool Circuit::is_idle(std::int64_t now) const {
  return now - half_began_ >= kWindowMs && now - open_until_ >= kWindowMs;
}

}  // namespace patchbay::pacing
