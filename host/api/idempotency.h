#pragma once
// Requests with an Idempotency-Key are carried out once: who sends the same again is given the
// answer of the first time, for a day. What is remembered lies sealed in the store, so that it
// holds across restarts and instances. Keys belong to a project, whichever API key is used.
//
// An answer that says for certain that nothing was done is not remembered: the same key may be
// tried again. That is so of every 4xx, whoever refuses: the hub checks before it does anything,
// and a provider that answers 4xx (what it calls 400, 404, 409, 422, 429) has not done it. Two are
// not so: 413, which may be the provider's answer that is too large, and an error that says
// may_be_done, of an action that takes several requests. Of 5xx it is so of those 503 that say the
// hub stopped before anything was sent. All else is remembered: 502 and 504 above all, behind which
// the provider may have done it. A first request that never came to its end (the hub died) leaves
// its outcome unknown, and that is what the second is told. Any loop.
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "accounts/services.h"
#include "api/api_keys.h"
#include "api/errors.h"
#include "net/http_types.h"
#include "store/idempotency_table.h"

namespace patchbay::api {

inline constexpr std::string_view kIdempotencyHeader = "Idempotency-Key";
inline constexpr std::int64_t kIdempotencyKeptMs = 24 * 3'600'000LL;

class IdempotencyKeys {
 public:
  // A request that is this process's to carry out.
  struct Claim {
    std::string id;
    std::string project_id;
    std::int64_t created = 0;
    std::string fingerprint;  // of the request
  };
  // Carry it out and settle it; or the answer there was; or why there is none.
  using Outcome = std::variant<Claim, net::Response, ApiError>;

  explicit IdempotencyKeys(const accounts::Services& services) : services_(services) {}

  // Whether the request asks for it: it changes something, and has the header.
  static bool wanted(const net::Request& request);

  Task<Outcome> claim(const net::Request& request, const Caller& caller);
  // A failure to remember the answer is logged; the answer itself goes out.
  Task<> settle(Claim claim, const net::Response& answer);

 private:
  [[nodiscard]] vault::Place place(const Claim& claim) const;
  Outcome repeat(const Claim& claim, const store::IdempotencyRecord& before) const;

  const accounts::Services& services_;
};

}  // namespace patchbay::api
