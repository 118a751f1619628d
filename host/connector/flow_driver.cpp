#include "connector/flow_driver.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "base/planted_bug.h"
#include "connector/credential_key.h"
#include "connector/flow_error.h"
#include "connector/flow_transcript.h"
#include "connector/message_words.h"
#include "connector/redirect_state.h"
#include "net/wait_all.h"
#include "pacing/paced_sender.h"
#include "patchbay/connector.h"

namespace patchbay::connector {
namespace {

namespace asio = net::asio;
using std::chrono::milliseconds;

std::uint32_t net_error_number(net::NetError error) {
  switch (error) {
    case net::NetError::kNone:
      return PATCHBAY_NET_OK;
    case net::NetError::kDns:
      return PATCHBAY_NET_DNS;
    case net::NetError::kConnect:
      return PATCHBAY_NET_CONNECT;
    case net::NetError::kTls:
      return PATCHBAY_NET_TLS;
    case net::NetError::kTlsCertificate:
      return PATCHBAY_NET_TLS_CERTIFICATE;
    case net::NetError::kTimeout:
      return PATCHBAY_NET_TIMEOUT;
    case net::NetError::kReset:
      return PATCHBAY_NET_RESET;
    case net::NetError::kTooLarge:
      return PATCHBAY_NET_TOO_LARGE;
    case net::NetError::kPolicy:
      return PATCHBAY_NET_POLICY_REFUSED;
    case net::NetError::kProtocol:
      return PATCHBAY_NET_HTTP;
    case net::NetError::kCircuitOpen:
      return PATCHBAY_NET_CONNECT;
    case net::NetError::kRateLimited:  // see held_back_for_rate()
    case net::NetError::kCancelled:
      return PATCHBAY_NET_CANCELLED;
  }
  return PATCHBAY_NET_OTHER;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// What the provider would have answered: connectors know what to make of it.
FlowReply held_back_for_rate(const net::ClientReply& reply) {
  constexpr unsigned kTooManyRequests = 429;
  constexpr std::int64_t kMsInASecond = 1000;
  FlowReply out;
  out.http_status = kTooManyRequests;
  const auto wait_s = (reply.retry_after_ms + kMsInASecond - 1) / kMsInASecond;
  out.headers.push_back({"retry-after", std::to_string(wait_s)});
  return out;
}

FlowReply to_flow_reply(net::ClientReply reply) {
  if (reply.error == net::NetError::kRateLimited) return held_back_for_rate(reply);
  FlowReply out;
  out.net_error = net_error_number(reply.error);
  out.http_status = reply.status;
  if (!reply.ok() && !reply.maybe_processed) out.flags |= PATCHBAY_REPLY_UNPROCESSED;
  for (std::size_t i = 0; i < reply.headers.size(); ++i) {
    const auto [name, value] = reply.headers.at(i);
    out.headers.push_back({lower(name), std::string(value)});
  }
  out.body = std::move(reply.body);
  return out;
}

FlowReply refused_by_policy() {
  FlowReply reply;
  reply.net_error = PATCHBAY_NET_POLICY_REFUSED;
  reply.flags = PATCHBAY_REPLY_UNPROCESSED;
  return reply;
}

// What stands for an answer that has not come yet.
FlowReply no_answer() {
  FlowReply reply;
  reply.net_error = PATCHBAY_NET_CANCELLED;
  return reply;
}

// Whether what the request presented may be used up now.
bool maybe_spent(const net::ClientReply& reply) {
  constexpr unsigned kRequestTimeout = 408;
  if (!reply.ok()) return reply.maybe_processed;
  const bool refused = reply.status >= 400 && reply.status < 500;
  return !refused || reply.status == kRequestTimeout;
}

bool only_reads(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

bool touches_credentials(const std::vector<FlowRequest>& requests) {
  constexpr auto kTouching = PATCHBAY_REQUEST_MINTS | PATCHBAY_REQUEST_CONSUMES;
  return std::ranges::any_of(
      requests, [](const FlowRequest& request) { return (request.flags & kTouching) != 0; });
}

milliseconds bounded(std::uint64_t wanted_ms, milliseconds otherwise, milliseconds most) {
  if (wanted_ms == 0) return std::min(otherwise, most);
  const auto cap = static_cast<std::uint64_t>(std::max<std::int64_t>(most.count(), 0));
  return milliseconds(static_cast<std::int64_t>(std::min(wanted_ms, cap)));
}

class Driver {
 public:
  Driver(FlowServices services, FlowPlan plan)
      : services_(services),
        plan_(std::move(plan)),
        deadline_(std::chrono::steady_clock::now() + plan_.limits.total) {}

  Task<FlowOutcome> run(FlowInput input) {
    transcript_.operation = plan_.operation;
    transcript_.input = copy_of(input);
    keep_pace();
    auto begun = co_await services_.runtime.begin(plan_.operation, std::move(input));
    if (!begun) co_return failed(begun.error());
    flow_ = *begun;
    co_return co_await to_the_end(new_event(PATCHBAY_EVENT_START));
  }

  Task<FlowOutcome> resume(Transcript paused, FlowEvent answer) {
    transcript_ = std::move(paused);
    minted_something_ = transcript_.events.size() > 1;  // perhaps
    keep_pace();
    auto rebuilt = co_await replay_to_pause(services_.runtime, transcript_);
    if (!rebuilt) {
      auto outcome = failed(rebuilt.error());
      co_await recover_minted(outcome);
      co_return outcome;
    }
    flow_ = *rebuilt;
    auto event = new_event(transcript_.pause->is_redirect() ? PATCHBAY_EVENT_REDIRECT
                                                            : PATCHBAY_EVENT_INPUT);
    event.query = std::move(answer.query);
    event.fields = std::move(answer.fields);
    event.secrets = std::move(answer.secrets);
    transcript_.pause.reset();
    co_return co_await to_the_end(std::move(event));
  }

 private:
  void keep_pace() {
    const auto* pace = services_.pace;
    const bool is_call = plan_.operation == Operation::kInvoke;
    auto patience = milliseconds(0);
    if (pace != nullptr) patience = is_call ? pace->call_wait() : pace->flow_wait();
    http_.emplace(
        services_.pace, services_.http,
        pacing::Subject{plan_.manifest, plan_.account_id, credential_key(transcript_.input)},
        patience);
  }

  Task<FlowOutcome> to_the_end(FlowEvent event) {
    auto outcome = co_await steps(std::move(event));
    services_.runtime.release(flow_);
    if (crashed_) co_await recover_minted(outcome);
    outcome.maybe_spent = maybe_spent_;
    const bool is_authors =
        outcome.error.code == ErrorCode::kProtocol || outcome.error.code == ErrorCode::kConnector;
    if (services_.recorder != nullptr && !outcome.done && !outcome.paused && is_authors)
      co_await services_.recorder->failed(*plan_.manifest, plan_.account_id, transcript_);
    co_return outcome;
  }

  Task<> recover_minted(FlowOutcome& outcome) {
    if (!minted_something_) co_return;
    auto minted = co_await replay_and_cancel(services_.runtime, transcript_);
    if (minted) {
      outcome.minted = std::move(*minted);
    } else {
      outcome.minted_is_unknown = true;
    }
  }

  Task<FlowOutcome> steps(FlowEvent event) {
    while (transcript_.events.size() < plan_.limits.steps) {
      transcript_.events.push_back(copy_of(event));
      auto stepped = co_await services_.runtime.step(flow_, std::move(event));
      if (!stepped) {
        crashed_ = true;
        co_return failed(stepped.error());
      }
      FlowAction action = std::move(*stepped);
      fill_in_words(action, *plan_.manifest);
      if (action.done || action.fail) co_return ended(std::move(action));
      if (cancelled()) {
        event = new_event(PATCHBAY_EVENT_CANCEL);
        continue;
      }
      switch (action.kind) {
        case PATCHBAY_ACTION_REQUESTS:
          if (action.requests.size() > plan_.limits.requests_at_once)
            co_return co_await abandoned(make_error(
                ErrorCode::kConnector, "the connector asks for too many requests at once"));
          if (plan_.operation == Operation::kInvoke && touches_credentials(action.requests))
            co_return co_await abandoned(make_error(
                ErrorCode::kForbidden,
                "The action asks for a request that makes or uses up a credential. Its connector "
                "may do that when an account is connected or renewed, and not in an action."));
          event = new_event(PATCHBAY_EVENT_REPLIES);
          co_await perform(action.requests, event);
          if (cancelled()) event.kind = PATCHBAY_EVENT_CANCEL;
          if (cancelled() && PATCHBAY_PLANTED_BUG(5)) event.replies.clear();
          event.unix_ms = services_.clock.unix_ms();
          break;
        case PATCHBAY_ACTION_WAIT:
          co_await sleep(bounded(action.wait_ms, milliseconds(0), plan_.limits.longest_wait));
          event = new_event(cancelled() ? PATCHBAY_EVENT_CANCEL : PATCHBAY_EVENT_TIMER);
          break;
        case PATCHBAY_ACTION_REDIRECT:
          co_return co_await redirected(std::move(action));
        case PATCHBAY_ACTION_INPUT:
          co_return co_await asked(std::move(action));
        default:
          co_return co_await abandoned(
              make_error(ErrorCode::kConnector, "the connector asks for a step that is unknown"));
      }
    }
    co_return co_await abandoned(
        make_error(ErrorCode::kConnector, "the connector took too many steps"));
  }

  // A person is sent only where the manifest says.
  Task<FlowOutcome> redirected(FlowAction action) {
    if (!plan_.may_pause) co_return co_await abandoned(needs_a_person());
    const auto* method = plan_.manifest->find_auth_method(transcript_.input.auth_method_id);
    if (method == nullptr ||
        !manifest::sign_in_allowed(*method, action.redirect_url, plan_.host_values)) {
      const auto url = manifest::parse_https_url(action.redirect_url);
      note_refusal(url ? url->host : "(no https URL)", "not among the manifest's sign_in_hosts");
      co_return co_await abandoned(
          make_error(ErrorCode::kConnector,
                     "the connector sends people to a place that its manifest does not name"));
    }
    if (action.redirect_state.size() < kShortestRedirectState)
      co_return co_await abandoned(
          make_error(ErrorCode::kConnector,
                     "the connector sends people away with a state that can be guessed"));
    FlowPause pause;
    pause.redirect_url = std::move(action.redirect_url);
    pause.redirect_state = std::move(action.redirect_state);
    co_return paused(std::move(pause), std::move(action.notices));
  }

  // And asked only for fields that the manifest has.
  Task<FlowOutcome> asked(FlowAction action) {
    if (!plan_.may_pause) co_return co_await abandoned(needs_a_person());
    const auto* method = plan_.manifest->find_auth_method(transcript_.input.auth_method_id);
    const auto known = [method](const std::string& id) {
      return method != nullptr && method->find_further_field(id) != nullptr;
    };
    if (action.ask_field_ids.empty() || !std::ranges::all_of(action.ask_field_ids, known))
      co_return co_await abandoned(make_error(
          ErrorCode::kConnector, "the connector asks for fields that its manifest does not have"));
    FlowPause pause;
    pause.ask_field_ids = std::move(action.ask_field_ids);
    pause.ask_reason = std::move(action.ask_reason);
    co_return paused(std::move(pause), std::move(action.notices));
  }

  [[nodiscard]] Error needs_a_person() const {
    if (plan_.operation == Operation::kInvoke)
      return make_error(ErrorCode::kForbidden,
                        "The action wants to ask a person, whom actions don't have. Its connector "
                        "may do that when an account is connected.");
    return make_error(ErrorCode::kConfiguration,
                      "This provider needs a person at a browser: use the connect page.");
  }

  FlowOutcome paused(FlowPause pause, std::vector<FlowMessage> notices) {
    FlowOutcome outcome;
    outcome.notices = std::move(notices);
    outcome.paused = std::move(transcript_);
    outcome.paused->pause = std::move(pause);
    return outcome;
  }

  // A flow that the host does not go on with is told so; it hands back what it had minted.
  Task<FlowOutcome> abandoned(Error error) {
    auto outcome = failed(std::move(error));
    auto answer = co_await services_.runtime.step(flow_, new_event(PATCHBAY_EVENT_CANCEL));
    crashed_ = !answer;
    if (answer && answer->fail) outcome.minted = std::move(answer->fail->tokens);
    co_return outcome;
  }

  FlowEvent new_event(std::uint32_t kind) {
    FlowEvent event;
    event.kind = kind;
    event.unix_ms = services_.clock.unix_ms();
    event.random = services_.random.bytes32();
    return event;
  }

  [[nodiscard]] milliseconds left() const {
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(
                                         deadline_ - std::chrono::steady_clock::now()));
  }

  // Past the flow's deadline it is cancelled like by a person: the connector may clean up.
  [[nodiscard]] bool cancelled() const {
    return (plan_.cancel && plan_.cancel->load()) || left() == milliseconds(0);
  }

  Task<FlowReply> perform_one(FlowRequest request) {
    const auto url = manifest::parse_https_url(request.url);
    if (!url ||
        !manifest::host_allowed(*plan_.manifest, request.method, request.url, plan_.host_values)) {
      note_refusal(url ? url->host : "(no https URL)", "not in the manifest");
      co_return refused_by_policy();
    }
    net::ClientRequest out;
    out.method = request.method;
    out.url = request.url;
    for (const auto& header : request.headers)
      if (!out.headers.add(header.name, header.value.reveal())) co_return refused_by_policy();
    out.body = std::move(request.body);
    out.secret = (request.flags & PATCHBAY_REQUEST_SECRET) != 0;
    out.repeatable = (request.flags & PATCHBAY_REQUEST_IDEMPOTENT) != 0;
    const bool consumes = uses_up_what_it_presents(request);
    out.fresh_connection = consumes;
    out.go_ahead = plan_.go_ahead;
    out.max_answer_bytes = plan_.limits.answer_bytes;
    if (request.max_body_bytes != 0)
      out.max_answer_bytes = std::min<std::size_t>(out.max_answer_bytes, request.max_body_bytes);
    out.allowed_hosts = {url->host};
    // Giving up on what uses up a rotating grant loses the grant, so it has all the time there is.
    const auto within = plan_.rotates && consumes
                            ? left()
                            : bounded(request.timeout_ms, plan_.limits.request,
                                      std::min(plan_.limits.request, left()));
    if ((request.flags & PATCHBAY_REQUEST_MINTS) != 0) minted_something_ = true;
    auto reply = co_await http_->send(std::move(out), within);
    if (consumes && maybe_spent(reply) && !PATCHBAY_PLANTED_BUG(16)) maybe_spent_ = true;
    // Which of its faults it was is the operator's business; a person is told that it is one.
    if (reply.error == net::NetError::kTlsCertificate)
      log::warning("flow", "certificate_refused", {{"host", url->host}, {"why", reply.message}});
    if (reply.error == net::NetError::kPolicy) note_refusal(url->host, reply.message);
    co_return to_flow_reply(std::move(reply));
  }

  [[nodiscard]] bool uses_up_what_it_presents(const FlowRequest& request) const {
    if ((request.flags & PATCHBAY_REQUEST_CONSUMES) != 0) return true;
    const bool harmless =
        (request.flags & PATCHBAY_REQUEST_IDEMPOTENT) != 0 || only_reads(request.method);
    return plan_.rotates && !harmless;
  }

  // Host names alone: the rest of a URL may hold what nobody should read.
  void note_refusal(std::string host, std::string_view why) {
    constexpr std::size_t kLongestName = 253;
    host.resize(std::min(host.size(), kLongestName));
    log::warning("flow", "request_refused",
                 {{"connector", plan_.manifest->id}, {"host", host}, {"why", why}});
    audit::append_or_complain(services_.audit, {.kind = "connector.request_refused",
                                                .subject = std::move(host),
                                                .connector_id = plan_.manifest->id});
  }

  Task<> perform_into(FlowRequest request, FlowEvent& event, std::size_t index) {
    const bool mints = (request.flags & PATCHBAY_REQUEST_MINTS) != 0;
    event.replies[index] = co_await perform_one(std::move(request));
    if (mints && plan_.journal != nullptr && event.replies[index].net_error == PATCHBAY_NET_OK)
      co_await plan_.journal->keep(to_json(transcript_, event));
  }

  // One after the other would add up round trips, so a batch goes out together.
  Task<> perform(std::vector<FlowRequest>& requests, FlowEvent& event) {
    for (std::size_t i = 0; i < requests.size(); ++i) event.replies.push_back(no_answer());
    if (requests.size() == 1) {
      co_await perform_into(std::move(requests[0]), event, 0);
      co_return;
    }
    std::vector<Task<>> under_way;
    under_way.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i)
      under_way.push_back(perform_into(std::move(requests[i]), event, i));
    co_await net::wait_all(std::move(under_way));  // each has its own deadline
  }

  static Task<> sleep(milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  static FlowOutcome failed(Error error) {
    FlowOutcome outcome;
    outcome.error = std::move(error);
    return outcome;
  }

  static FlowOutcome ended(FlowAction action) {
    FlowOutcome outcome;
    outcome.notices = std::move(action.notices);
    if (action.done) {
      outcome.done = std::move(action.done);
      return outcome;
    }
    FlowFail& fail = *action.fail;
    outcome.error.code = failure_code(fail.failure);
    outcome.error.message = fail.message.fallback;
    outcome.error.field = fail.message.field_id;
    outcome.error.permission = fail.permission_id;
    outcome.error.provider_answer = fail.provider_excerpt.substr(0, 2048);
    outcome.error.retry_after_ms =
        static_cast<std::int64_t>(std::min<std::uint64_t>(fail.retry_after_ms, 86'400'000));
    outcome.message = std::move(fail.message);
    outcome.minted = std::move(fail.tokens);
    return outcome;
  }

  FlowServices services_;
  FlowPlan plan_;
  std::optional<pacing::PacedSender> http_;
  std::chrono::steady_clock::time_point deadline_;
  FlowId flow_ = 0;
  Transcript transcript_;
  bool minted_something_ = false;
  bool maybe_spent_ = false;
  bool crashed_ = false;
};

}  // namespace

Task<FlowOutcome> drive_flow(FlowServices services, FlowPlan plan, FlowInput input) {
  Driver driver(services, std::move(plan));
  co_return co_await driver.run(std::move(input));
}

Task<FlowOutcome> resume_flow(FlowServices services, FlowPlan plan, Transcript paused,
                              FlowEvent answer) {
  Driver driver(services, std::move(plan));
  co_return co_await driver.resume(std::move(paused), std::move(answer));
}

}  // namespace patchbay::connector
