#include "conformance/worker_part.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "conformance/trial_input.h"
#include "connector/code_of.h"
#include "connector/flow_driver.h"
#include "connector/worker/worker_runtime.h"
#include "net/loops.h"

namespace patchbay::conformance {
namespace {

using connector::FlowAction;
using connector::FlowEvent;
using connector::FlowInput;
using testing::Pairs;
using testing::ReplySpec;
using testing::SeenRequest;

std::vector<connector::NamedValue> values(const Pairs& pairs) {
  std::vector<connector::NamedValue> list;
  for (const auto& [name, value] : pairs) list.push_back({name, value});
  return list;
}

std::vector<connector::NamedSecret> secrets(const Pairs& pairs) {
  std::vector<connector::NamedSecret> list;
  for (const auto& [name, value] : pairs) list.push_back({name, SecretString(value)});
  return list;
}

FlowInput flow_input(const testing::InputSpec& spec) {
  FlowInput input{.auth_method_id = spec.auth_method,
                  .environment_id = spec.environment,
                  .fields = values(spec.fields),
                  .secrets = secrets(spec.secrets),
                  .setup_fields = values(spec.setup_fields),
                  .setup_secrets = secrets(spec.setup_secrets),
                  .tokens = {},
                  .needed_permissions = spec.needed_permissions,
                  .redirect_uri = spec.redirect_uri,
                  .action_id = spec.action,
                  .arguments_json = spec.arguments_json};
  for (const auto& token : spec.tokens)
    input.tokens.push_back({token.name, SecretString(token.value), token.type,
                            token.expires_unix_ms, token.scopes, token.scopes_known});
  return input;
}

SeenRequest seen(const connector::FlowRequest& request) {
  SeenRequest copy{.method = request.method,
                   .url = request.url,
                   .body = std::string(request.body.reveal()),
                   .headers = {},
                   .flags = request.flags,
                   .timeout_ms = request.timeout_ms,
                   .max_body_bytes = request.max_body_bytes};
  for (const auto& header : request.headers)
    copy.headers.emplace_back(header.name, header.value.reveal());
  return copy;
}

// As a host hands it on: what is longer than it reads is told as too large.
connector::FlowReply reply_to(const connector::FlowRequest& request, ReplySpec answer) {
  std::size_t longest = connector::FlowLimits{}.answer_bytes;
  if (request.max_body_bytes != 0) longest = std::min<std::size_t>(longest, request.max_body_bytes);
  if (answer.body.size() > longest) {
    answer.net_error = PATCHBAY_NET_TOO_LARGE;
    answer.body.clear();
  }
  return {answer.flags, answer.net_error, answer.status, values(answer.headers),
          SecretString(std::move(answer.body))};
}

connector::Operation operation_of(Begin begin) {
  switch (begin) {
    case Begin::kConnect:
      return connector::Operation::kConnect;
    case Begin::kRefresh:
      return connector::Operation::kRefresh;
    case Begin::kRevoke:
      return connector::Operation::kRevoke;
    case Begin::kInvoke:
      break;
  }
  return connector::Operation::kInvoke;
}

constexpr unsigned kFlowsAtOnce = 8;
constexpr std::uint32_t kUnknownEvent = 4711;
using Kind = Interruption::Kind;

// One flow, from START to its end, the last step that a host allows, or what cuts in.
class WorkerFlow {
 public:
  WorkerFlow(connector::Runtime& runtime, const manifest::Manifest& manifest, const Trial& trial)
      : runtime_(runtime), manifest_(manifest), trial_(trial) {}

  net::Task<Result<>> begin() {
    PATCHBAY_CO_TRY_ASSIGN(flow_, co_await runtime_.begin(operation_of(trial_.begin),
                                                          flow_input(input_of(manifest_, trial_))));
    runs_ = true;
    co_return Result<>();
  }

  // One step. Not to be called when it has ended.
  net::Task<Result<>> next() {
    const bool cut = trial_.interruption && trial_.interruption->step == steps_;
    if (cut && trial_.interruption->kind == Kind::kRelease) {
      release();
      co_return Result<>();
    }
    auto event = usual_event();
    if (cut) interrupt(event);
    auto stepped = co_await runtime_.step(flow_, std::move(event));
    ++steps_;
    const bool ended =
        !stepped || stepped->done || stepped->fail || steps_ == connector::FlowLimits{}.steps;
    if (ended) release();
    // A status is an answer to what no host does.
    if (!stepped && !(cut && runtime_.health().failures == 0)) co_return stepped.error();
    if (stepped) last_ = std::move(*stepped);
    co_return Result<>();
  }

  net::Task<Result<>> play() {
    PATCHBAY_CO_TRY(co_await begin());
    while (runs_) PATCHBAY_CO_TRY(co_await next());
    co_return Result<>();
  }

  [[nodiscard]] bool runs() const { return runs_; }
  [[nodiscard]] unsigned steps() const { return steps_; }
  [[nodiscard]] std::string name() const { return trial_.name(); }

 private:
  void release() {
    runtime_.release(flow_);
    runs_ = false;
  }

  FlowEvent usual_event() {
    FlowEvent event;
    event.unix_ms = testing::kStartUnixMs + 1000 * std::int64_t{steps_};
    event.kind = steps_ == 0 ? PATCHBAY_EVENT_START : PATCHBAY_EVENT_TIMER;
    for (const auto& request : last_.requests) {
      event.kind = PATCHBAY_EVENT_REPLIES;
      event.replies.push_back(
          reply_to(request, trial_.provider->answer(seen(request), requests_++)));
    }
    if (!last_.redirect_url.empty()) {
      event.kind = PATCHBAY_EVENT_REDIRECT;
      event.query = secrets({{"code", kAuthorizationCode}, {"state", last_.redirect_state}});
    }
    for (const auto& id : last_.ask_field_ids) {
      event.kind = PATCHBAY_EVENT_INPUT;
      const auto* field = trial_.method->find_further_field(id);
      if (field == nullptr) continue;
      const auto value = typed(*field, trial_.person);
      if (field->secret) {
        event.secrets.push_back({id, SecretString(value)});
      } else {
        event.fields.push_back({id, value});
      }
    }
    return event;
  }

  void interrupt(FlowEvent& event) const {
    switch (trial_.interruption->kind) {
      case Kind::kCancel:
        event.kind = PATCHBAY_EVENT_CANCEL;
        return;
      case Kind::kCancelEmpty:
        event.kind = PATCHBAY_EVENT_CANCEL;
        for (auto& reply : event.replies) {
          reply = {};
          reply.net_error = PATCHBAY_NET_CANCELLED;
        }
        return;
      case Kind::kSurplusReply:
        event.kind = PATCHBAY_EVENT_REPLIES;
        event.replies.emplace_back().http_status = 200;
        return;
      default:
        break;
    }
    event.kind = trial_.interruption->kind == Kind::kUnknownEvent  ? kUnknownEvent
                 : trial_.interruption->kind == Kind::kSecondStart ? PATCHBAY_EVENT_START
                 : trial_.interruption->kind == Kind::kOtherEvent  ? PATCHBAY_EVENT_TIMER
                                                                   : PATCHBAY_EVENT_REPLIES;
    event.replies.clear();
    event.query.clear();
    event.fields.clear();
    event.secrets.clear();
  }

  connector::Runtime& runtime_;
  const manifest::Manifest& manifest_;
  const Trial trial_;
  connector::FlowId flow_ = 0;
  FlowAction last_;
  unsigned steps_ = 0;
  unsigned requests_ = 0;
  bool runs_ = false;
};

// What the suite plays in its own process, once more: until the first flow that fails.
class WorkerPart {
 public:
  WorkerPart(net::LoopPool& loops, connector::Runtime& runtime, const manifest::Manifest& manifest,
             const SuiteOptions& options, Findings& findings)
      : loops_(loops),
        runtime_(runtime),
        manifest_(manifest),
        options_(options),
        findings_(findings),
        plausible_(plausible_provider(manifest)),
        difficult_(difficult_providers(manifest)),
        beginnings_(beginnings(manifest)) {}

  // How many were begun.
  std::uint64_t everything() {
    for (const auto& beginning : beginnings_)
      if (!operation(beginning)) return begun_;
    for (unsigned i = 0; i < options_.random_exchanges; ++i) {
      const auto provider = random_provider(difficult_, options_.seed * 1'000'003 + i);
      Trial trial = beginnings_[i % beginnings_.size()];
      trial.provider = &provider;
      if (!play(trial)) break;
    }
    return begun_;
  }

 private:
  bool operation(Trial trial) {
    for (const auto& provider : *difficult_) {
      trial.provider = &provider;
      if (!play(trial)) return false;
    }
    trial.provider = &plausible_;
    const auto steps = play(trial);
    if (!steps) return false;
    for (unsigned step = 0; step < *steps; ++step)
      for (const auto& cut : cuts_at(step)) {
        trial.interruption = cut;
        if (!play(trial)) return false;
      }
    trial.interruption.reset();
    return in_turns(trial);
  }

  // How many steps it took; nothing: it failed.
  std::optional<unsigned> play(const Trial& trial) {
    ++begun_;
    WorkerFlow flow(runtime_, manifest_, trial);
    const auto ended = loops_.block_on(flow.play());
    if (!ended) {
      (void)told(trial.name(), ended.error());
      return std::nullopt;
    }
    return flow.steps();
  }

  bool in_turns(Trial trial) {
    std::vector<std::unique_ptr<WorkerFlow>> flows;
    for (trial.person = 0; trial.person < kFlowsAtOnce; ++trial.person) {
      flows.push_back(std::make_unique<WorkerFlow>(runtime_, manifest_, trial));
      ++begun_;
      const auto begun = loops_.block_on(flows.back()->begin());
      if (!begun) return told(trial.name(), begun.error());
    }
    for (bool any = true; any;) {
      any = false;
      for (const auto& flow : flows) {
        if (!flow->runs()) continue;
        any = true;
        const auto stepped = loops_.block_on(flow->next());
        if (!stepped) return told(flow->name() + ", among others", stepped.error());
      }
    }
    return true;
  }

  bool told(const std::string& name, const Error& error) {
    findings_.add("ABI-031", "worker, " + name,
                  "What works without walls fails behind them: " + error.message + ".");
    return false;
  }

  net::LoopPool& loops_;
  connector::Runtime& runtime_;
  const manifest::Manifest& manifest_;
  const SuiteOptions& options_;
  Findings& findings_;
  const Provider plausible_;
  const Providers difficult_;
  const std::vector<Trial> beginnings_;
  std::uint64_t begun_ = 0;
};

}  // namespace

std::uint64_t check_in_worker(const SuiteOptions& options, Findings& findings) {
  auto file = connector::read_connector_file(options.path);
  if (!file) return 0;
  auto code = connector::code_of(*file, options.worker_program);
  if (!code) return 0;
  net::LoopPool loops(1);
  loops.start();
  const auto runtime = connector::make_worker_runtime(loops.loop(0).get_executor(),
                                                      {.worker_program = options.worker_program,
                                                       .name = file->manifest->id,
                                                       .manifest = std::move(code->manifest)},
                                                      std::move(code->library));
  std::uint64_t exchanges = 0;
  if (const auto started = loops.block_on(runtime->start()); started) {
    exchanges = WorkerPart(loops, *runtime, *file->manifest, options, findings).everything();
  } else {
    findings.add("ABI-031", "worker",
                 "The connector does not start behind the worker's walls: " +
                     started.error().message + ". It may do no I/O and use no further libraries.");
  }
  runtime->stop();
  loops.stop(std::chrono::milliseconds(500));
  return exchanges;
}

}  // namespace patchbay::conformance
