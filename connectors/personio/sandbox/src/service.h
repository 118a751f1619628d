#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "compensations.h"
#include "documents.h"
#include "integrations.h"
#include "patchbay/sandbox/provider.h"
#include "patchbay/sandbox/rate_limiter.h"
#include "people.h"
#include "personio_sandbox/options.h"
#include "records.h"
#include "recruiting_desk.h"
#include "tokens.h"
#include "violations.h"
#include "webhook_sender.h"
#include "webhooks.h"

namespace patchbay::personio_sandbox {

/// All state of the simulated Personio. `mutex` guards every member but the clock; route wrappers
/// (gateway.h), control routes and PersonioSandbox take it, and nothing below them does.
struct Service {
  Service(sandbox::Services kit, Options start_options)
      : clock(kit.clock),
        ca_file((kit.state.path() / "ca.pem").string()),
        start(start_options),
        options(std::move(start_options)),
        integrations(kit.state, kit.clock.now_ms()),
        recruiting(kit.state) {}

  std::mutex mutex;
  sandbox::Clock& clock;
  const std::string ca_file;  ///< of the sandbox's own certificate
  const Options start;        ///< what reset() returns to
  Options options;
  Integrations integrations;
  RecruitingDesk recruiting;
  Tokens tokens;
  sandbox::WindowLimiter windows;
  sandbox::BucketLimiter buckets;
  Violations violations;
  CompensationBook compensations;
  Documents documents;
  Records records{People{options.seed, options.persons}};

  Webhooks webhooks;
  WebhookSender sender{*this};  ///< last: it ends before what it uses

  /// Something that webhooks tell; `payload` holds ids alone.
  void happened(std::string_view event, sandbox::json::object payload) {
    webhooks.happened(event, std::move(payload), now_ms());
    sender.wake();
  }

  std::int64_t now_ms() const { return clock.now_ms(); }
  bool has_person(std::string_view id) const { return people().index_of_id(id).has_value(); }
  People people() const { return {options.seed, options.persons, &records.persons}; }

  /// Forgets what clients wrote.
  void start_over() { records = Records{People{options.seed, options.persons}}; }
  /// As change_options(); another company starts over.
  std::optional<std::string> set_options(const sandbox::json::object& changes) {
    const Options before = options;
    auto error = change_options(options, changes);
    if (before.seed != options.seed || before.persons != options.persons) start_over();
    return error;
  }
};

}  // namespace patchbay::personio_sandbox
