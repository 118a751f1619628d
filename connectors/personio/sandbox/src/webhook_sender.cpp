#include "webhook_sender.h"

#include <charconv>
#include <chrono>
#include <optional>

#include "patchbay/sandbox/client.h"
#include "patchbay/sandbox/error.h"
#include "service.h"

namespace patchbay::personio_sandbox {
namespace {

using std::chrono::milliseconds;

/// How often the sandbox's clock is looked at while a retry waits: it may be moved by hand.
constexpr milliseconds kLook{20};
constexpr int kRequestsEach = 2;

/// Everything that one attempt needs, copied out from under the mutex.
struct Attempt {
  Delivery delivery;
  Webhook webhook;
  std::string ca_file;
  milliseconds deadline{0};
};

struct Target {
  std::string host;
  std::uint16_t port{443};
  std::string path;
};

/// `https://host[:port][/path]`; the routes let nothing else in.
std::optional<Target> target_of(std::string_view url) {
  constexpr std::string_view scheme = "https://";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  const std::size_t slash = std::min(url.find_first_of("/?"), url.size());
  std::string_view authority = url.substr(0, slash);
  Target target{.host = {}, .port = 443, .path = std::string(url.substr(slash))};
  if (!target.path.starts_with('/')) target.path.insert(0, "/");
  if (const std::size_t colon = authority.rfind(':'); colon != std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    const auto [stop, failed] =
        std::from_chars(port.data(), port.data() + port.size(), target.port);
    if (failed != std::errc{} || stop != port.data() + port.size()) return std::nullopt;
    authority = authority.substr(0, colon);
  }
  target.host = std::string(authority);
  return target;
}

sandbox::Headers headers_of(const Webhook& webhook) {
  sandbox::Headers headers{{"Content-Type", "application/json"}};
  if (webhook.auth_type == "TOKEN" && !webhook.token.empty()) {
    headers.add("Authorization", webhook.token);
  }
  if (webhook.auth_type == "CUSTOM") {
    for (const auto& [name, value] : webhook.custom_headers) headers.add(name, value);
  }
  return headers;
}

/// The status of the answer; 0 when none came in time, or the CA file can't be read.
int send_once(const Attempt& attempt, const Target& target) try {
  sandbox::Client client({.host = target.host,
                          .address = "127.0.0.1",
                          .port = target.port,
                          .ca_file = attempt.ca_file,
                          .timeout = attempt.deadline});
  const sandbox::Reply reply =
      client.send("POST", target.path, headers_of(attempt.webhook), attempt.delivery.event.body);
  return reply.ok() ? reply.status : 0;
} catch (const sandbox::SandboxError&) {
  return 0;
}

int send(const Attempt& attempt) {
  const auto target = target_of(attempt.webhook.url);
  if (!target) return 0;
  int status = 0;
  for (int request = 0; request < kRequestsEach; ++request) {
    status = send_once(attempt, *target);
    if (status != 0 && (status < 500 || status == 501)) break;
  }
  return status;
}

std::optional<Attempt> next_attempt(Service& service) {
  auto delivery = service.webhooks.take_due(service.now_ms());
  if (!delivery) return std::nullopt;
  const Webhook* webhook = service.webhooks.find(delivery->event.webhook_id);
  if (webhook == nullptr) return std::nullopt;
  const std::string& chosen = service.options.webhook_ca_file;
  return Attempt{.delivery = std::move(*delivery),
                 .webhook = *webhook,
                 .ca_file = chosen.empty() ? service.ca_file : chosen,
                 .deadline = milliseconds(service.options.webhook_deadline_ms)};
}

}  // namespace

WebhookSender::~WebhookSender() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void WebhookSender::wake() {
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  something_due_.notify_all();
}

void WebhookSender::run(const std::stop_token& stop) {
  std::unique_lock lock(service_.mutex);
  while (!stop.stop_requested()) {
    const auto attempt = next_attempt(service_);
    if (attempt) {
      lock.unlock();
      const int status = send(*attempt);
      lock.lock();
      service_.webhooks.settle(attempt->delivery, status, service_.now_ms());
    } else if (service_.webhooks.idle()) {
      something_due_.wait(lock, stop, [&] { return !service_.webhooks.idle(); });
    } else {
      something_due_.wait_for(lock, stop, kLook, [] { return false; });
    }
  }
}

}  // namespace patchbay::personio_sandbox
