#include "conformance/worker_part.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "conformance/trial_input.h"
#include "connector/connector_file.h"
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

// One flow, from START to its end or the last step that a host allows.
class WorkerFlow {
 public:
  WorkerFlow(connector::Runtime& runtime, const manifest::Manifest& manifest, const Trial& trial)
      : runtime_(runtime), manifest_(manifest), trial_(trial) {}

  net::Task<Result<>> play() {
    PATCHBAY_CO_TRY_ASSIGN(const auto flow,
                           co_await runtime_.begin(operation_of(trial_.begin),
                                                   flow_input(input_of(manifest_, trial_))));
    Result<> ended;
    for (unsigned step = 0; step < connector::FlowLimits{}.steps; ++step) {
      auto stepped = co_await runtime_.step(flow, next_event(step));
      if (!stepped) ended = stepped.error();
      if (!stepped || stepped->done || stepped->fail) break;
      last_ = std::move(*stepped);
    }
    runtime_.release(flow);
    co_return ended;
  }

 private:
  FlowEvent next_event(unsigned step) {
    FlowEvent event;
    event.unix_ms = testing::kStartUnixMs + 1000 * std::int64_t{step};
    event.kind = step == 0 ? PATCHBAY_EVENT_START : PATCHBAY_EVENT_TIMER;
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

  connector::Runtime& runtime_;
  const manifest::Manifest& manifest_;
  const Trial& trial_;
  FlowAction last_;
  unsigned requests_ = 0;
};

// Until the first that fails. Returns how many were begun.
std::uint64_t play_all(net::LoopPool& loops, connector::Runtime& runtime,
                       const manifest::Manifest& manifest, Findings& findings) {
  const auto providers = difficult_providers(manifest);
  std::uint64_t exchanges = 0;
  for (auto trial : beginnings(manifest))
    for (const auto& provider : *providers) {
      trial.provider = &provider;
      ++exchanges;
      const auto ended = loops.block_on(WorkerFlow(runtime, manifest, trial).play());
      if (ended) continue;
      findings.add("ABI-031", "worker, " + trial.name(),
                   "What works without walls fails behind them: " + ended.error().message + ".");
      return exchanges;
    }
  return exchanges;
}

}  // namespace

std::uint64_t check_in_worker(const SuiteOptions& options, Findings& findings) {
  auto file = connector::read_connector_file(options.path);
  if (!file) return 0;
  net::LoopPool loops(1);
  loops.start();
  const auto runtime = connector::make_worker_runtime(
      loops.loop(0).get_executor(),
      {.worker_program = options.worker_program, .name = file->manifest->id},
      std::move(file->bytes));
  std::uint64_t exchanges = 0;
  if (const auto started = loops.block_on(runtime->start()); started) {
    exchanges = play_all(loops, *runtime, *file->manifest, findings);
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
