// Credentials that are used as they are: an API key in a header, user and password (RFC 7617), a
// bearer token (RFC 6750). There is no token to mint; connect and refresh prove that the provider
// accepts them by one harmless GET, when the connector names one. (A key that travels in the query
// cannot be probed from here, because URLs of flows hold no secret: leave probe_url empty.)
#pragma once

#include <string_view>
#include <utility>

#include "patchbay/sdk/failures.h"
#include "patchbay/sdk/flow.h"

namespace patchbay::sdk {

enum class StaticScheme { api_key, basic, bearer };

struct StaticCredentialsOptions {
  StaticScheme scheme = StaticScheme::api_key;
  std::string_view probe_url;                 // empty: accepted unseen
  std::string_view secret_field = "api_key";  // the key, password or token, in Input::secret
  std::string_view user_field = "user";       // basic: in Input::field, or secret_field itself
  std::string_view header = "x-api-key";      // api_key
  std::uint32_t timeout_ms = 20'000;
};

class StaticCredentialsFlow : public Flow {
 public:
  StaticCredentialsFlow(Input input, const StaticCredentialsOptions& options)
      : Flow(std::move(input)), options_(options) {}

 protected:
  // The provider answered the probe with success (or there was no probe: `reply` is null).
  virtual void accepted(const Event&, const Reply*, Action& action) { action.done(); }

  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      begin(event, action);
    } else {
      read(event, action);
    }
  }

 private:
  void begin(const Event& event, Action& action) {
    const std::string_view secret =
        trimmed(options_.secret_field, input().secret(options_.secret_field));
    // Where a key is the user name, the password may be anything: it is sent as both.
    const std::string_view user =
        options_.user_field == options_.secret_field
            ? secret
            : trimmed(options_.user_field, input().field(options_.user_field));
    const bool no_user = options_.scheme == StaticScheme::basic && user.empty();
    if (secret.empty() || no_user) {
      action.fail(Failure::credentials, "error.value_missing", "This field is empty.")
          .at(no_user ? options_.user_field : options_.secret_field);
      return;
    }
    if (options_.probe_url.empty()) {
      accepted(event, nullptr, action);
      return;
    }
    Request& probe =
        action.get(options_.probe_url).accept_json().secret().timeout_ms(options_.timeout_ms);
    switch (options_.scheme) {
      case StaticScheme::api_key:
        probe.header(options_.header, secret);
        break;
      case StaticScheme::basic:
        probe.basic(user, secret);
        break;
      case StaticScheme::bearer:
        probe.bearer(secret);
        break;
    }
  }

  void read(const Event& event, Action& action) {
    const std::string_view host = host_of(options_.probe_url);
    const Reply reply = event.reply();
    if (failed_in_transit(action, reply, host)) return;
    if (reply.ok()) {
      accepted(event, &reply, action);
    } else if (reply.status() == 401 || reply.status() == 403) {
      fail_status(action, Failure::credentials, "error.credentials_refused", host, reply,
                  "did not accept these credentials")
          .at(options_.secret_field);
    } else {
      fail_unexpected_status(action, reply, host);
    }
  }

  StaticCredentialsOptions options_;
};

// Done at once: revoking what the provider knows no revocation for, refreshing what never ends.
class NothingToDoFlow : public Flow {
 public:
  using Flow::Flow;

 protected:
  void step(const Event&, Action& action) override { action.done(); }
};

}  // namespace patchbay::sdk
