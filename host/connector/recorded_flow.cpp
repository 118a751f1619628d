#include "connector/recorded_flow.h"

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "connector/flow_action_json.h"
#include "connector/flow_redaction.h"
#include "patchbay/connector.h"

namespace patchbay::connector {
namespace {

constexpr std::string_view kFormat = "patchbay-flow/1";
constexpr std::size_t kMostSteps = 1'000;
constexpr json::Limits kLimits{.max_bytes = std::size_t{16} << 20U, .max_depth = 64};

// Releases a flow when it goes.
class Held {
 public:
  Held(Runtime& runtime, FlowId flow) : runtime_(runtime), flow_(flow) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { runtime_.release(flow_); }
  Task<Result<FlowAction>> step(FlowEvent event) { return runtime_.step(flow_, std::move(event)); }

 private:
  Runtime& runtime_;
  FlowId flow_;
};

std::string crashed(const Error& error) {
  return json::Writer().begin_object().member("crashed", error.message).end_object().take();
}

bool has_ended(const FlowAction& action) {
  return action.done.has_value() || action.fail.has_value();
}

bool same_course(const FlowAction& a, const FlowAction& b) {
  if (a.kind != b.kind || a.requests.size() != b.requests.size()) return false;
  return !a.fail ||
         (a.fail->failure == b.fail->failure && a.fail->message.id == b.fail->message.id);
}

// What came back with the person belongs to the state that the flow without secrets had sent.
void bring_its_own_state(FlowEvent& event, const FlowEvent& original, const FlowAction& as_was,
                         const FlowAction& redacted) {
  for (std::size_t i = 0; i < original.query.size(); ++i)
    if (original.query[i].value.equals(as_was.redirect_state))
      event.query[i].value = SecretString(redacted.redirect_state);
}

Error parts_ways(std::size_t step) {
  return make_error(ErrorCode::kConflict,
                    "without its secrets the flow takes another course at step " +
                        std::to_string(step) +
                        ": the connector looks into one of them closer than its shape. It can't be "
                        "exported.");
}

void write_event(json::Writer& out, const FlowEvent& event) {
  out.begin_object()
      .member("kind", event_name(event.kind))
      .member("unix_ms", event.unix_ms)
      .member("random", hex_encode(as_text(event.random)));
  if (!event.replies.empty()) {
    out.key("replies").begin_array();
    for (const auto& reply : event.replies) {
      out.begin_object()
          .member("flags", std::int64_t{reply.flags})
          .member("net_error", std::int64_t{reply.net_error})
          .member("status", std::int64_t{reply.http_status});
      write_pairs(out.key("headers"), reply.headers);
      write_text(out.key("body"), reply.body.reveal());
      out.end_object();
    }
    out.end_array();
  }
  if (!event.query.empty()) write_pairs(out.key("query"), event.query);
  if (!event.fields.empty()) write_pairs(out.key("fields"), event.fields);
  if (!event.secrets.empty()) write_pairs(out.key("secrets"), event.secrets);
  out.end_object();
}

FlowEvent read_event(const json::Value& from) {
  FlowEvent event;
  event.kind = event_kind(from.get("kind").string_or(""));
  event.unix_ms = from.get("unix_ms").integer_or(0);
  const auto random = hex_decode(from.get("random").string_or("")).value_or("");
  std::copy_n(random.begin(), std::min(random.size(), event.random.size()), event.random.begin());
  const auto replies = from.get("replies");
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const auto reply = replies.at(i);
    auto& into = event.replies.emplace_back();
    into.flags = static_cast<std::uint32_t>(reply.get("flags").integer_or(0));
    into.net_error = static_cast<std::uint32_t>(reply.get("net_error").integer_or(0));
    into.http_status = static_cast<std::uint32_t>(reply.get("status").integer_or(0));
    into.headers = read_values(reply.get("headers"));
    into.body = SecretString(read_text(reply.get("body")));
  }
  event.query = read_secrets(from.get("query"));
  event.fields = read_values(from.get("fields"));
  event.secrets = read_secrets(from.get("secrets"));
  return event;
}

void write_input(json::Writer& out, const FlowInput& input) {
  out.begin_object()
      .member("auth_method", input.auth_method_id)
      .member("environment", input.environment_id)
      .member("redirect_uri", input.redirect_uri)
      .member("action", input.action_id)
      .member("arguments", input.arguments_json);
  write_pairs(out.key("fields"), input.fields);
  write_pairs(out.key("secrets"), input.secrets);
  write_pairs(out.key("setup_fields"), input.setup_fields);
  write_pairs(out.key("setup_secrets"), input.setup_secrets);
  write_tokens(out.key("tokens"), input.tokens);
  out.key("needed_permissions").begin_array();
  for (const auto& permission : input.needed_permissions) out.string(permission);
  out.end_array().end_object();
}

FlowInput read_input(const json::Value& from) {
  FlowInput input;
  input.auth_method_id = from.get("auth_method").string_or("");
  input.environment_id = from.get("environment").string_or("");
  input.redirect_uri = from.get("redirect_uri").string_or("");
  input.action_id = from.get("action").string_or("");
  input.arguments_json = from.get("arguments").string_or("");
  input.fields = read_values(from.get("fields"));
  input.secrets = read_secrets(from.get("secrets"));
  input.setup_fields = read_values(from.get("setup_fields"));
  input.setup_secrets = read_secrets(from.get("setup_secrets"));
  input.tokens = read_tokens(from.get("tokens"));
  const auto permissions = from.get("needed_permissions");
  for (std::size_t i = 0; i < permissions.size(); ++i)
    input.needed_permissions.push_back(permissions.at(i).string_or(""));
  return input;
}

std::optional<Operation> operation_named(std::string_view name) {
  for (const auto operation :
       {Operation::kConnect, Operation::kRefresh, Operation::kRevoke, Operation::kInvoke})
    if (to_string(operation) == name) return operation;
  return std::nullopt;
}

void compare(const json::Value& recorded, const json::Value& now, const std::string& pointer,
             std::vector<ActionDifference>& differences) {
  if (recorded.is_object() && now.is_object()) {
    std::set<std::string, std::less<>> keys;
    for (const auto* side : {&recorded, &now})
      for (std::size_t i = 0; i < side->size(); ++i) keys.emplace(side->member(i).first);
    for (const auto& key : keys)
      compare(recorded.get(key), now.get(key), pointer + "/" + key, differences);
  } else if (recorded.is_array() && now.is_array()) {
    for (std::size_t i = 0; i < std::max(recorded.size(), now.size()); ++i)
      compare(recorded.at(i), now.at(i), pointer + "/" + std::to_string(i), differences);
  } else if (recorded.exists() != now.exists() || recorded.dump() != now.dump()) {
    differences.push_back({pointer, recorded.exists() ? recorded.dump() : "(nothing)",
                           now.exists() ? now.dump() : "(nothing)"});
  }
}

}  // namespace

Task<Result<RecordedFlow>> record_flow(Runtime& runtime, const manifest::Manifest& manifest,
                                       const Transcript& transcript) {
  Redactor redactor;
  const auto* method = manifest.find_auth_method(transcript.input.auth_method_id);
  RecordedFlow recorded{manifest.id,
                        manifest.version,
                        transcript.operation,
                        redactor.input(transcript.input, method),
                        {}};
  PATCHBAY_CO_TRY_ASSIGN(const auto original_flow,
                         co_await runtime.begin(transcript.operation, copy_of(transcript.input)));
  Held original(runtime, original_flow);
  PATCHBAY_CO_TRY_ASSIGN(const auto redacted_flow,
                         co_await runtime.begin(transcript.operation, copy_of(recorded.input)));
  Held redacted(runtime, redacted_flow);
  FlowAction was_before;
  FlowAction is_before;
  for (const auto& seen : transcript.events) {
    auto event = redactor.event(seen, method);
    if (seen.kind == PATCHBAY_EVENT_REDIRECT)
      bring_its_own_state(event, seen, was_before, is_before);
    auto was = co_await original.step(copy_of(seen));
    if (!was) {  // it takes both flows along
      recorded.steps.push_back({std::move(event), crashed(was.error())});
      break;
    }
    auto is = co_await redacted.step(copy_of(event));
    if (!is || !same_course(*was, *is)) co_return parts_ways(recorded.steps.size());
    recorded.steps.push_back({std::move(event), to_json(*is)});
    if (has_ended(*is)) break;
    was_before = std::move(*was);
    is_before = std::move(*is);
  }
  co_return recorded;
}

Task<Result<std::vector<std::string>>> replay_flow(Runtime& runtime, const RecordedFlow& flow) {
  PATCHBAY_CO_TRY_ASSIGN(const auto begun,
                         co_await runtime.begin(flow.operation, copy_of(flow.input)));
  Held held(runtime, begun);
  std::vector<std::string> actions;
  for (const auto& step : flow.steps) {
    const auto action = co_await held.step(copy_of(step.event));
    actions.push_back(action ? to_json(*action) : crashed(action.error()));
    if (!action || has_ended(*action)) break;
  }
  co_return actions;
}

std::string to_json(const RecordedFlow& flow) {
  const auto line = [](auto write) {
    json::Writer out;
    write(out);
    return out.take();
  };
  std::string text =
      "{\"format\":\"" + std::string(kFormat) +
      "\",\n\"connector\":" + line([&](json::Writer& out) {
        out.begin_object()
            .member("id", flow.connector_id)
            .member("version", flow.connector_version)
            .end_object();
      }) +
      ",\n\"operation\":\"" + std::string(to_string(flow.operation)) +
      "\",\n\"input\":" + line([&](json::Writer& out) { write_input(out, flow.input); }) +
      ",\n\"steps\":[";
  for (const auto& step : flow.steps)
    text += (&step == flow.steps.data() ? "\n{\"event\":" : ",\n{\"event\":") +
            line([&](json::Writer& out) { write_event(out, step.event); }) +
            ",\n \"action\":" + step.action + "}";
  return text + "\n]}\n";
}

Result<RecordedFlow> recorded_flow_from_json(std::string_view text) {
  PATCHBAY_TRY_ASSIGN(const auto document, json::Document::parse(text, kLimits));
  const auto root = document.root();
  const auto operation = operation_named(root.get("operation").string_or(""));
  if (root.get("format").string_or("") != kFormat || !operation)
    return make_error(ErrorCode::kInvalidArgument,
                      "this is no recorded flow of a format that is known here (" +
                          std::string(kFormat) + "); patchbay flows export makes one");
  RecordedFlow flow;
  flow.connector_id = root.get("connector").get("id").string_or("");
  flow.connector_version = root.get("connector").get("version").string_or("");
  flow.operation = *operation;
  flow.input = read_input(root.get("input"));
  const auto steps = root.get("steps");
  if (steps.size() == 0 || steps.size() > kMostSteps)
    return make_error(ErrorCode::kInvalidArgument,
                      "a recorded flow has 1 to " + std::to_string(kMostSteps) + " steps");
  for (std::size_t i = 0; i < steps.size(); ++i)
    flow.steps.push_back({read_event(steps.at(i).get("event")), steps.at(i).get("action").dump()});
  return flow;
}

std::vector<ActionDifference> compare_actions(const std::string& recorded, const std::string& now) {
  std::vector<ActionDifference> differences;
  const auto left = json::Document::parse(recorded, kLimits);
  const auto right = json::Document::parse(now, kLimits);
  compare(left ? left->root() : json::Value(), right ? right->root() : json::Value(), "",
          differences);
  return differences;
}

}  // namespace patchbay::connector
