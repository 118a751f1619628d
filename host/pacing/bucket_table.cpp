#include "pacing/bucket_table.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/hash.h"

namespace patchbay::pacing {
namespace {

// Where nothing is known but what answers say: a pause is kept, and otherwise nobody waits.
constexpr BucketRate kUnlimited{1e6, 1e3};

std::int64_t pause_of(const Counted& counted, const LiveLimits& seen, unsigned nth) {
  constexpr std::uint32_t kUnknownWindowS = 60;
  if (seen.retry_after_ms > 0) return seen.retry_after_ms;
  return counted.limit ? pause_ms(counted.limit->cool_down_s, counted.limit->per_s, nth)
                       : pause_ms(0, kUnknownWindowS, nth);
}

}  // namespace

BucketKey bucket_key(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto& part : parts) text.append(std::to_string(part.size())).append(" ").append(part);
  const auto digest = sha256(text);
  BucketKey key;
  std::memcpy(key.data(), digest.data(), sizeof key);
  return key;
}

void BucketTable::sweep(Part& part, std::int64_t now) {
  constexpr std::size_t kMostOfPart = kMost / kParts;
  const auto erase_full = [&part, now](bool learned_too) {
    std::erase_if(part.buckets, [now, learned_too](const auto& item) {
      if (!learned_too && item.second.learned_until > now) return false;
      return item.second.bucket.is_full(now);
    });
  };
  erase_full(false);
  if (part.buckets.size() >= kMostOfPart / 2) erase_full(true);
  // Many at once, so that not every new one has to look through all of them.
  if (part.buckets.size() >= kMostOfPart)
    part.buckets.erase(part.buckets.begin(), std::next(part.buckets.begin(), kMostOfPart / 4));
  part.sweep_at = std::clamp(2 * part.buckets.size(), kFewest, kMostOfPart);
}

BucketTable::Entry& BucketTable::entry(Part& part, const Counted& counted, std::int64_t now) {
  if (const auto found = part.buckets.find(counted.key); found != part.buckets.end())
    return found->second;
  if (part.buckets.size() >= part.sweep_at) sweep(part, now);
  const auto rate = counted.limit ? counted.limit->rate : kUnlimited;
  return part.buckets.try_emplace(counted.key, Entry{.bucket = TokenBucket(rate, now)})
      .first->second;
}

BucketTable::Offer BucketTable::take(const Counted& counted, const Terms& terms, std::int64_t now) {
  Part& place = part(counted.key);
  const std::lock_guard lock(place.mutex);
  if (!counted.limit && !place.buckets.contains(counted.key)) return {true, 0};
  auto& bucket = entry(place, counted, now).bucket;
  const auto wait = bucket.wait_ms(now);
  if (wait > terms.longest_wait_ms || (wait > 0 && bucket.promised(now) >= terms.most_promised))
    return {false, wait};
  bucket.take(now);
  return {true, wait};
}

void BucketTable::give_back(const Counted& counted, std::int64_t now) {
  Part& place = part(counted.key);
  const std::lock_guard lock(place.mutex);
  if (const auto found = place.buckets.find(counted.key); found != place.buckets.end())
    found->second.bucket.give_back(now);
}

bool BucketTable::is_closed(const Counted& counted, std::int64_t now) const {
  const Part& place = part(counted.key);
  const std::lock_guard lock(place.mutex);
  const auto found = place.buckets.find(counted.key);
  return found != place.buckets.end() && found->second.bucket.is_closed(now);
}

double BucketTable::fill(const Counted& counted, std::int64_t now) const {
  const Part& place = part(counted.key);
  const std::lock_guard lock(place.mutex);
  const auto found = place.buckets.find(counted.key);
  return found == place.buckets.end() ? 1 : found->second.bucket.fill(now);
}

void BucketTable::learn(const Counted& counted, const LiveLimits& seen, std::int64_t now) {
  Part& place = part(counted.key);
  const std::lock_guard lock(place.mutex);
  if (!seen.says_something()) {
    const auto found = place.buckets.find(counted.key);
    if (found != place.buckets.end()) found->second.refused = 0;
    return;
  }
  auto& known = entry(place, counted, now);
  known.bucket.correct(seen.rate, seen.remaining, now);
  if (seen.rate && (!counted.limit || *seen.rate != counted.limit->rate))
    known.learned_until = now + kLearnedMs;
  known.refused = seen.refused ? known.refused + 1 : 0;
  if (seen.refused) known.bucket.close_until(now + pause_of(counted, seen, known.refused), now);
}

std::size_t BucketTable::size() const {
  std::size_t all = 0;
  for (const auto& part : parts_) {
    const std::lock_guard lock(part.mutex);
    all += part.buckets.size();
  }
  return all;
}

}  // namespace patchbay::pacing
