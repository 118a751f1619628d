#include "pacing/pace.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "base/planted_bug.h"
#include "net/url.h"

namespace patchbay::pacing {
namespace {

namespace asio = net::asio;
using std::chrono::milliseconds;

Task<bool> wait_for_timer(milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

// "/v2/persons" of "/v2/persons/17/employments": what limits usually go by, where the manifest
// names none.
std::string_view first_two_segments(std::string_view path) {
  const auto second = path.find('/', 1);
  return second == std::string_view::npos ? path : path.substr(0, path.find('/', second + 1));
}

const std::string& holder(const Subject& subject, manifest::RateLimit::Counts counts) {
  static const std::string kThisProcess;
  const bool no_account = subject.account.empty();
  const bool no_credential = subject.credential.empty();
  switch (counts) {
    case manifest::RateLimit::Counts::kAddress:
      return kThisProcess;
    case manifest::RateLimit::Counts::kCredential:
      return no_credential ? subject.account : subject.credential;
    case manifest::RateLimit::Counts::kAccount:
      break;
  }
  return no_account ? subject.credential : subject.account;
}

std::string seconds(std::int64_t ms) {
  return std::to_string((ms + 999) / 1000) + " s";
}

net::ClientReply too_many(const Target& target, const Counted& counted, std::int64_t wait_ms) {
  net::ClientReply reply;
  reply.error = net::NetError::kRateLimited;
  reply.retry_after_ms = wait_ms;
  reply.message = target.name + " limits how often it may be asked";
  if (counted.limit) reply.message.append(" (").append(counted.limit->id).append(")");
  reply.message +=
      ", and more requests wait already than can be served in time. Nothing was "
      "sent. Try again in " +
      seconds(wait_ms) + ", and ask for less at once.";
  return reply;
}

net::ClientReply cancelled() {
  net::ClientReply reply;
  reply.error = net::NetError::kCancelled;
  reply.message = "The request was cancelled while it waited for its turn.";
  return reply;
}

}  // namespace

std::string provider_name(const manifest::Manifest& manifest, std::string_view url) {
  const auto parsed = net::parse_url(url);
  return parsed ? manifest.id + " " + parsed->host_header() : std::string();
}

// What was taken from the buckets, given back unless it is kept.
class Pace::Places {
 public:
  Places(BucketTable& table, const Clock& clock) : table_(table), clock_(clock) {}
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;
  ~Places() { give_back(); }

  void add(const Counted& counted) { taken_.push_back(counted); }
  void keep() { taken_.clear(); }
  void give_back() {
    for (const auto& counted : taken_) table_.give_back(counted, clock_.uptime_ms());
    taken_.clear();
  }
  [[nodiscard]] bool any_closed() const {
    return std::ranges::any_of(taken_, [this](const auto& counted) {
      return table_.is_closed(counted, clock_.uptime_ms());
    });
  }

 private:
  BucketTable& table_;
  const Clock& clock_;
  std::vector<Counted> taken_;
};

Pace::Pace(const Clock& clock, PaceOptions options)
    : clock_(clock),
      options_([&options] {
        if (!options.sleep) options.sleep = wait_for_timer;
        return std::move(options);
      }()),
      providers_(clock),
      call_wait_(options_.call_wait) {}

Task<bool> Pace::sleep(milliseconds time) const {
  co_return co_await options_.sleep(time);
}

Target Pace::target(const Subject& subject, const net::ClientRequest& request) const {
  const manifest::Manifest& manifest = *subject.manifest;
  Target target;
  target.name = manifest.texts.plain("en", manifest.name);
  const auto url = net::parse_url(request.url);
  if (!url) return target;
  target.host = url->host_header();
  target.provider = provider_name(manifest, request.url);
  const std::string_view path = std::string_view(url->target).substr(0, url->target.find('?'));
  for (const auto* limit : limits_for(manifest, request.method, path)) {
    const Limit in_force = limit_in_force(manifest, *limit, options_.limit_changes);
    target.buckets.push_back(
        {bucket_key({manifest.id, target.host, limit->id, holder(subject, in_force.counts)}),
         in_force});
  }
  if (target.buckets.empty())
    target.buckets.push_back(
        {bucket_key({manifest.id, target.host, first_two_segments(path),
                     holder(subject, manifest::RateLimit::Counts::kAccount)})});
  return target;
}

Task<net::ClientReply> Pace::wait_in_line(const Target& target, milliseconds patience) {
  const auto deadline = clock_.uptime_ms() + patience.count();
  Places places(buckets_, clock_);
  for (;;) {
    const auto now = clock_.uptime_ms();
    const BucketTable::Terms terms{deadline - now, static_cast<double>(options_.most_waiting)};
    std::int64_t wait = 0;
    for (const auto& counted : target.buckets) {
      const auto offer = buckets_.take(counted, terms, now);
      if (!offer.granted) co_return too_many(target, counted, offer.wait_ms);
      places.add(counted);
      wait = std::max(wait, offer.wait_ms);
    }
    if (PATCHBAY_PLANTED_BUG(21)) wait = 0;
    if (wait > 0 && !co_await sleep(milliseconds(wait))) co_return cancelled();
    if (wait == 0 || !places.any_closed()) break;
    places.give_back();  // closed meanwhile: what was promised does not count
  }
  places.keep();
  co_return net::ClientReply();
}

// Where several limits count a request, the emptiest bucket is taken for the one that a refusal is
// about, and nobody knows which one the headers describe.
void Pace::learn(const Target& target, const net::ClientReply& reply) {
  if (target.buckets.empty() || !reply.ok() || PATCHBAY_PLANTED_BUG(12)) return;
  auto seen = read_live_limits(reply, clock_.unix_ms());
  const auto now = clock_.uptime_ms();
  const bool several = target.buckets.size() > 1;
  if (several) seen.rate.reset(), seen.remaining.reset();
  const auto emptiest = std::ranges::min_element(
      target.buckets, {}, [this, now](const auto& counted) { return buckets_.fill(counted, now); });
  if (several && !seen.refused) {
    for (const auto& counted : target.buckets) buckets_.learn(counted, seen, now);
  } else {
    buckets_.learn(*emptiest, seen, now);
  }
}

}  // namespace patchbay::pacing
