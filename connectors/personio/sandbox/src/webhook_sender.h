#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace patchbay::personio_sandbox {

struct Service;

/// Delivers webhooks on a thread of its own, between the first wake() and its end. Whatever host a
/// webhook's URL names, the connection goes to 127.0.0.1: a sandbox reaches nobody else.
class WebhookSender {
 public:
  explicit WebhookSender(Service& service) : service_(service) {}
  ~WebhookSender();
  WebhookSender(const WebhookSender&) = delete;
  WebhookSender& operator=(const WebhookSender&) = delete;

  /// There is something to deliver. The caller holds the service's mutex.
  void wake();

 private:
  void run(const std::stop_token& stop);

  Service& service_;
  std::condition_variable_any something_due_;
  std::jthread thread_;
};

}  // namespace patchbay::personio_sandbox
