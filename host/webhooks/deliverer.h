#pragma once
// Sends events to webhook endpoints: for each endpoint in order, the next one when the one before
// was taken (any 2xx). What is not taken is tried again, less and less often, for three days;
// then it is given up and can be replayed. 410 switches an endpoint off. An event may arrive twice
// (a process died before it wrote down that it was taken); its id tells.
//
// Several instances share the endpoints: one that died leaves its claim to run out. Loop 0. The
// hub's egress policy holds: https, public addresses unless the operator allows others.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "accounts/services.h"

namespace patchbay::webhooks {

using net::Task;

struct DelivererOptions {
  // A link with which the account's owner mends an account in error, put into account.error.
  // Empty, or an error: the message goes without.
  std::function<Task<Result<SecretString>>(std::string project_id, std::string account_id)>
      reconnect_link{};
  std::chrono::milliseconds look_every{1'000};
  std::chrono::milliseconds answer_within{15'000};
  std::int64_t give_up_after_ms = 3LL * 24 * 3'600'000;
  std::int64_t keep_ms = 30LL * 24 * 3'600'000;  // what came of a delivery
};

class Deliverer {
 public:
  Deliverer(const accounts::Services& services, DelivererOptions options);
  ~Deliverer();

  void start();
  void stop();

  // Works off what is due now, until nothing is left or an endpoint refuses. For tests.
  Task<Result<>> run_due();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::webhooks
