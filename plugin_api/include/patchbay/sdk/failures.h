// What every connector says alike when a request brought no usable answer. The message ids are
// part of the SDK: the texts of a manifest hold them, with the arguments `host`, `status`,
// `seconds`.
#pragma once

#include <cstdint>
#include <string_view>

#include "patchbay/sdk/action.h"
#include "patchbay/sdk/event.h"
#include "patchbay/sdk/text.h"

namespace patchbay::sdk {

inline constexpr std::int64_t kDefaultRetrySeconds = 60;

inline Fail& fail_network(Action& action, const Reply& reply, std::string_view host) {
  struct Row {
    std::uint32_t net_error;
    Failure failure;
    std::string_view id, text;
  };
  static constexpr Row kRows[] = {
      {PATCHBAY_NET_DNS, Failure::transient, "error.unreachable", "could not be reached."},
      {PATCHBAY_NET_CONNECT, Failure::transient, "error.unreachable", "could not be reached."},
      {PATCHBAY_NET_TLS, Failure::transient, "error.tls_failed",
       "did not agree on a secure connection."},
      {PATCHBAY_NET_TLS_CERTIFICATE, Failure::configuration, "error.tls_certificate",
       "showed a certificate that could not be verified."},
      {PATCHBAY_NET_TIMEOUT, Failure::transient, "error.timeout", "did not answer in time."},
      {PATCHBAY_NET_RESET, Failure::transient, "error.connection_cut",
       "ended the connection before the answer was complete."},
      {PATCHBAY_NET_TOO_LARGE, Failure::protocol, "error.answer_too_large",
       "sent an answer larger than allowed."},
      {PATCHBAY_NET_POLICY_REFUSED, Failure::configuration, "error.request_not_allowed",
       "may not be called under the rules of this hub."},
      {PATCHBAY_NET_HTTP, Failure::protocol, "error.not_http", "did not answer in HTTP."},
  };
  for (const Row& row : kRows) {
    if (row.net_error == reply.net_error()) {
      return action.fail(row.failure, row.id, action.arena().text(host, " ", row.text))
          .arg("host", host);
    }
  }
  return action
      .fail(Failure::transient, "error.network",
            action.arena().text("The network connection to ", host, " failed."))
      .arg("host", host);
}

inline Fail& fail_status(Action& action, Failure failure, std::string_view id,
                         std::string_view host, const Reply& reply, std::string_view text) {
  Arena& arena = action.arena();
  return action
      .fail(failure, id,
            arena.text(host, " ", text, " (HTTP ", decimal(arena, reply.status()), ")."))
      .arg("host", host)
      .arg("status", std::int64_t{reply.status()});
}

// Not JSON where JSON was due.
inline Fail& fail_not_json(Action& action, const Reply& reply, std::string_view host) {
  return fail_status(action, Failure::protocol, "error.not_json", host, reply,
                     "answered with something other than JSON");
}
// JSON without what must be in it.
inline Fail& fail_unexpected_answer(Action& action, const Reply& reply, std::string_view host) {
  return fail_status(action, Failure::protocol, "error.unexpected_answer", host, reply,
                     "answered with something that makes no sense here");
}
inline Fail& fail_unexpected_status(Action& action, const Reply& reply, std::string_view host) {
  return fail_status(action, Failure::protocol, "error.unexpected_status", host, reply,
                     "answered with an unexpected status");
}

// Handles what is no answer from the provider's application: network errors, 429 and 5xx. Returns
// true when it has failed the flow; false means that the reply is worth reading.
inline bool failed_in_transit(Action& action, const Reply& reply, std::string_view host) {
  if (!reply.arrived()) {
    fail_network(action, reply, host);
    return true;
  }
  if (reply.status() == 429) {
    const std::int64_t seconds = reply.retry_after_seconds().value_or(kDefaultRetrySeconds);
    action
        .fail(Failure::rate_limit, "error.rate_limited",
              action.arena().text(host, " received too many requests; try again in ",
                                  decimal(action.arena(), seconds), " seconds."))
        .arg("host", host)
        .arg("seconds", seconds)
        .retry_after_ms(seconds * 1000);
    return true;
  }
  if (reply.status() >= 500) {
    fail_status(action, Failure::transient, "error.provider_unavailable", host, reply,
                "is not available at the moment")
        .retry_after_ms(reply.retry_after_seconds().value_or(0) * 1000);
    return true;
  }
  return false;
}

}  // namespace patchbay::sdk
