#include "conformance/exchange.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "conformance/action_rules.h"
#include "conformance/heap_watch.h"
#include "conformance/trial_input.h"
#include "connector/flow_driver.h"
#include "connector/worker/entry_point.h"

namespace patchbay::conformance {
namespace {

using testing::Pairs;
using testing::ReplySpec;
using testing::Seen;
using testing::TokenSpec;
using Kind = Interruption::Kind;

constexpr unsigned kMostSteps = connector::FlowLimits{}.steps;
constexpr std::uint32_t kUnknownEvent = 4711;
constexpr std::size_t kTail = 256;  // bytes of a later revision's structs
constexpr char kTailByte = '\x5a';

// A struct with more behind it than this revision knows.
template <class Struct>
struct Larger {
  Struct known{};
  char tail[kTail];
  Larger() { std::memset(tail, kTailByte, kTail); }
  [[nodiscard]] bool tail_is_whole() const {
    return std::all_of(tail, tail + kTail, [](char byte) { return byte == kTailByte; });
  }
};

}  // namespace

// One flow on its way. next() takes one step; false: it has ended.
class Subject::Flow {
 public:
  Flow(Subject& subject, const Trial& trial, Findings& findings)
      : subject_(subject),
        trial_(trial),
        findings_(findings),
        name_(trial.name()),
        host_values_(conformance::host_values(*trial.method, trial.person)) {
    begin();
  }
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  ~Flow() { release(); }

  bool next() {
    if (flow_ == nullptr) return false;
    const bool cut = trial_.interruption && trial_.interruption->step == trace_.steps &&
                     trial_.interruption->kind < Kind::kAfterTheEnd;
    if (cut && trial_.interruption->kind == Kind::kRelease) {
      release();
      return false;
    }
    const Seen seen = cut ? interrupted() : step(usual_event());
    if (cut) check_interrupted(seen);
    return go_on(seen);
  }

  Trace finish() {
    if (trial_.interruption && trial_.interruption->kind == Kind::kAfterTheEnd) step_once_more();
    release();
    return std::move(trace_);
  }

 private:
  // Everything an event points at, and the event.
  struct Event {
    Larger<patchbay_event> c;
    std::vector<ReplySpec> replies;
    std::vector<std::vector<patchbay_pair>> headers;
    std::vector<Larger<patchbay_reply>> reply_structs;
    std::vector<const patchbay_reply*> reply_pointers;
    Pairs query, fields, secrets;
    std::vector<patchbay_pair> query_pairs, field_pairs, secret_pairs;
  };

  [[nodiscard]] bool larger() const {
    return trial_.interruption && trial_.interruption->kind == Kind::kLargerStructs;
  }
  template <class Struct>
  [[nodiscard]] std::uint32_t size_of(const Larger<Struct>&) const {
    return static_cast<std::uint32_t>(larger() ? sizeof(Larger<Struct>) : sizeof(Struct));
  }

  void begin() {
    const auto spec = input_of(subject_.manifest_, trial_);
    const auto fields = testing::detail::borrow(spec.fields);
    const auto secrets = testing::detail::borrow(spec.secrets);
    const auto setup_fields = testing::detail::borrow(spec.setup_fields);
    const auto setup_secrets = testing::detail::borrow(spec.setup_secrets);
    std::vector<Larger<patchbay_token>> tokens(spec.tokens.size());
    std::vector<const patchbay_token*> token_pointers;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const TokenSpec& token = spec.tokens[i];
      tokens[i].known = {size_of(tokens[i]),
                         0,
                         testing::detail::borrow(token.name),
                         testing::detail::borrow(token.value),
                         testing::detail::borrow(token.type),
                         token.expires_unix_ms,
                         testing::detail::borrow(token.scopes)};
      token_pointers.push_back(&tokens[i].known);
    }
    std::vector<patchbay_str> needed;
    needed.reserve(spec.needed_permissions.size());
    for (const auto& id : spec.needed_permissions) needed.push_back(testing::detail::borrow(id));
    Larger<patchbay_input> input;
    input.known.struct_size = size_of(input);
    input.known.auth_method_id = testing::detail::borrow(spec.auth_method);
    input.known.environment_id = testing::detail::borrow(spec.environment);
    input.known.fields = fields.data();
    input.known.field_count = fields.size();
    input.known.secrets = secrets.data();
    input.known.secret_count = secrets.size();
    input.known.setup_fields = setup_fields.data();
    input.known.setup_field_count = setup_fields.size();
    input.known.setup_secrets = setup_secrets.data();
    input.known.setup_secret_count = setup_secrets.size();
    input.known.tokens = token_pointers.data();
    input.known.token_count = token_pointers.size();
    input.known.needed_permissions = needed.data();
    input.known.needed_permission_count = needed.size();
    input.known.redirect_uri = testing::detail::borrow(spec.redirect_uri);
    input.known.action_id = testing::detail::borrow(spec.action);
    input.known.arguments_json = testing::detail::borrow(spec.arguments_json);
    const auto& table = subject_.table_;
    const auto function = trial_.begin == Begin::kConnect   ? table.connect
                          : trial_.begin == Begin::kRefresh ? table.refresh
                          : trial_.begin == Begin::kRevoke  ? table.revoke
                                                            : table.invoke;
    patchbay_status status = PATCHBAY_OK;
    watched([&] { status = function(subject_.instance_, &input.known, &flow_); });
    if (status == PATCHBAY_OK && flow_ != nullptr) return;
    findings_.add("ABI-075", name_,
                  "The begin function answered " + std::to_string(status) +
                      " for an auth method of the manifest. What is wrong with a person's values "
                      "is told by FAIL.");
    flow_ = nullptr;
  }

  // No host does; whatever is answered, the process lives on.
  void step_once_more() {
    if (flow_ == nullptr) return;
    const auto event = new_event(PATCHBAY_EVENT_TIMER);
    Larger<patchbay_action> action;
    action.known.struct_size = size_of(action);
    watched([&] { (void)subject_.table_.step(flow_, &event->c.known, &action.known); });
  }

  void release() {
    if (flow_ == nullptr) return;
    watched([&] { subject_.table_.release(std::exchange(flow_, nullptr)); });
  }

  template <class Call>
  void watched(Call call) {
    const auto before = heap_count();
    {
      const HeapWatch watch;
      call();
    }
    const auto after = heap_count();
    trace_.live_blocks += after.live_blocks - before.live_blocks;
    trace_.freed_with_secrets += after.freed_with_secrets - before.freed_with_secrets;
  }

  std::unique_ptr<Event> new_event(std::uint32_t kind) {
    auto event = std::make_unique<Event>();
    auto& c = event->c.known;
    c.struct_size = size_of(event->c);
    c.kind = kind;
    c.unix_ms = testing::kStartUnixMs + 1000 * std::int64_t{trace_.steps};
    for (std::size_t i = 0; i < sizeof c.random; ++i)
      c.random[i] = static_cast<std::uint8_t>(i * 7 + std::size_t{trace_.steps} * 31);
    return event;
  }

  std::unique_ptr<Event> with_replies(std::uint32_t kind, std::vector<ReplySpec> replies) {
    auto event = new_event(kind);
    event->replies = std::move(replies);
    event->headers.reserve(event->replies.size());
    event->reply_structs.resize(event->replies.size());
    for (std::size_t i = 0; i < event->replies.size(); ++i) {
      const auto& spec = event->replies[i];
      event->headers.push_back(testing::detail::borrow(spec.headers));
      auto& reply = event->reply_structs[i];
      reply.known = {size_of(reply),
                     spec.flags,
                     spec.net_error,
                     spec.status,
                     event->headers[i].data(),
                     event->headers[i].size(),
                     testing::detail::borrow(spec.body)};
      event->reply_pointers.push_back(&reply.known);
    }
    event->c.known.replies = event->reply_pointers.data();
    event->c.known.reply_count = event->reply_pointers.size();
    return event;
  }

  std::vector<ReplySpec> answers() {
    std::vector<ReplySpec> replies;
    for (const auto& request : last_.requests) {
      replies.push_back(trial_.provider->answer(request, requests_++));
      note_token(replies.back().body, (request.flags & PATCHBAY_REQUEST_MINTS) != 0);
    }
    return replies;
  }

  // The plausible provider's tokens: a cancelled flow is asked for those that were to be expected.
  void note_token(const std::string& body, bool expected) {
    const auto at = body.find(kMintedMark);
    if (trial_.provider->name != "plausible" || at == std::string::npos) return;
    (expected ? minted_ : unexpected_).push_back(body.substr(at, body.find('"', at) - at));
  }

  void check_minted(const Seen& done) {
    for (const auto& token : done.tokens)
      if (std::ranges::find(unexpected_, token.value) != unexpected_.end())
        findings_.add("ABI-052", name_,
                      "A token came with the answer of a request that is not flagged MINTS. The "
                      "host may drop such an answer, and nobody revokes the token. Flag it.");
  }

  std::unique_ptr<Event> usual_event() {
    switch (last_.kind) {
      case 0:
        return new_event(PATCHBAY_EVENT_START);
      case PATCHBAY_ACTION_REQUESTS:
        return with_replies(PATCHBAY_EVENT_REPLIES, answers());
      case PATCHBAY_ACTION_REDIRECT: {
        auto event = new_event(PATCHBAY_EVENT_REDIRECT);
        event->query = {{"code", std::string(kAuthorizationCode)}, {"state", last_.redirect_state}};
        event->query_pairs = testing::detail::borrow(event->query);
        event->c.known.query = event->query_pairs.data();
        event->c.known.query_count = event->query_pairs.size();
        return event;
      }
      case PATCHBAY_ACTION_INPUT: {
        auto event = new_event(PATCHBAY_EVENT_INPUT);
        for (const auto& id : last_.asked)
          if (const auto* field = trial_.method->find_further_field(id))
            (field->secret ? event->secrets : event->fields)
                .emplace_back(id, typed(*field, trial_.person));
        event->field_pairs = testing::detail::borrow(event->fields);
        event->secret_pairs = testing::detail::borrow(event->secrets);
        event->c.known.fields = event->field_pairs.data();
        event->c.known.field_count = event->field_pairs.size();
        event->c.known.secrets = event->secret_pairs.data();
        event->c.known.secret_count = event->secret_pairs.size();
        return event;
      }
      default:
        return new_event(PATCHBAY_EVENT_TIMER);
    }
  }

  Seen interrupted() {
    switch (trial_.interruption->kind) {
      case Kind::kCancel:
        return step(with_replies(PATCHBAY_EVENT_CANCEL, answers()));
      case Kind::kCancelEmpty: {
        std::vector<ReplySpec> none(last_.requests.size(), {.net_error = PATCHBAY_NET_CANCELLED});
        return step(with_replies(PATCHBAY_EVENT_CANCEL, std::move(none)));
      }
      case Kind::kUnknownEvent:
        return step(new_event(kUnknownEvent));
      case Kind::kOtherEvent:
        return step(new_event(PATCHBAY_EVENT_TIMER));
      case Kind::kSecondStart:
        return step(new_event(PATCHBAY_EVENT_START));
      case Kind::kMissingReply:
        return step(with_replies(PATCHBAY_EVENT_REPLIES, {}));
      default: {
        auto replies = answers();
        replies.push_back({.status = 200, .body = "{}"});
        return step(with_replies(PATCHBAY_EVENT_REPLIES, std::move(replies)));
      }
    }
  }

  Seen step(const std::unique_ptr<Event>& event) {
    Larger<patchbay_action> action;
    action.known.struct_size = size_of(action);
    const auto size = action.known.struct_size;
    Seen seen;
    watched([&] { seen.status = subject_.table_.step(flow_, &event->c.known, &action.known); });
    if (!action.tail_is_whole() && !larger())
      findings_.add("ABI-013", name_,
                    "step() wrote behind the action it was given. Write no further than "
                    "struct_size.");
    if (action.known.struct_size != size)
      findings_.add("ABI-013", name_, "step() changed action->struct_size. Leave it as it is.");
    if (seen.status == PATCHBAY_OK) {
      try {
        const auto status = seen.status;
        seen = testing::detail::copy(action.known);
        seen.status = status;
      } catch (const std::logic_error& error) {
        findings_.add("ABI-021", name_,
                      std::string("An action is not complete: ") + error.what() + ".");
        is_broken_ = true;
      }
    }
    trace_.text += "status " + std::to_string(seen.status) + '\n' + seen.dump();
    ++trace_.steps;
    return seen;
  }

  bool go_on(const Seen& seen) {
    if (is_broken_) return false;
    if (seen.status != PATCHBAY_OK) {
      if (!trial_.interruption)
        findings_.add("ABI-074", name_,
                      "step() answered " + std::to_string(seen.status) +
                          ". Whatever a provider sends is told by FAIL; a status means that the "
                          "connector itself is at fault.");
      return false;
    }
    check_action(seen, {subject_.manifest_, trial_, host_values_, name_}, findings_);
    if (seen.kind == PATCHBAY_ACTION_DONE) check_minted(seen);
    note_ending(seen);
    last_ = seen;
    const bool ended = seen.kind == PATCHBAY_ACTION_DONE || seen.kind == PATCHBAY_ACTION_FAIL;
    const bool known = seen.kind >= PATCHBAY_ACTION_REQUESTS && seen.kind <= PATCHBAY_ACTION_FAIL;
    const bool oversized = seen.requests.size() > PATCHBAY_MAX_BATCH;
    if (ended || !known || oversized) return false;
    if (trace_.steps < kMostSteps) return true;
    findings_.add("ABI-044", name_,
                  "The flow takes more than 32 steps. A flow that can't get on ends with FAIL.");
    return false;
  }

  void note_ending(const Seen& seen) {
    if (seen.kind == PATCHBAY_ACTION_DONE) {
      trace_.ending = Trace::kDone;
      trace_.keeps_more = std::ranges::any_of(
          seen.secrets, [](const auto& secret) { return secret.first != "refresh_token"; });
    } else if (seen.kind == PATCHBAY_ACTION_FAIL) {
      trace_.ending = "FAIL " + std::to_string(seen.failure) + " " + seen.message.id + " " +
                      seen.message.fallback;
      trace_.refused_field = seen.message.field;
    }
  }

  void check_interrupted(const Seen& seen) {
    const auto kind = trial_.interruption->kind;
    const bool failed = seen.status == PATCHBAY_OK && seen.kind == PATCHBAY_ACTION_FAIL;
    if (kind == Kind::kUnknownEvent && !failed)
      findings_.add("ABI-014", name_,
                    "An event that a later revision may add was not answered with FAIL.");
    if (kind != Kind::kCancel && kind != Kind::kCancelEmpty) return;
    if (!failed || seen.failure != PATCHBAY_FAIL_CANCELLED) {
      findings_.add("ABI-042", name_, "CANCEL was not answered with FAIL, kind CANCELLED.");
      return;
    }
    for (const auto& value : minted_)
      if (std::ranges::find(seen.tokens, value, &TokenSpec::value) == seen.tokens.end())
        findings_.add("ABI-054", name_,
                      "A cancelled flow does not name a token that it had minted, so nobody can "
                      "revoke it. List it in FAIL's tokens.");
  }

  Subject& subject_;
  const Trial& trial_;
  Findings& findings_;
  const std::string name_;
  const manifest::HostValues host_values_;
  patchbay_flow* flow_ = nullptr;
  Seen last_;
  unsigned requests_ = 0;
  std::vector<std::string> minted_, unexpected_;  // by requests flagged MINTS, and by others
  bool is_broken_ = false;                        // an action could not be read
  Trace trace_;
};

Subject::Subject(const patchbay_connector& table, const manifest::Manifest& manifest,
                 std::string_view given)
    : table_(table), manifest_(manifest) {
  host_.struct_size = sizeof host_;
  host_.abi_minor = PATCHBAY_ABI_MINOR;
  host_.ctx = this;
  host_.log = [](void*, std::uint32_t, patchbay_str) {};
  host_.get_extension = [](void*, patchbay_str) -> const void* { return nullptr; };
  if (table_.create(&host_, &instance_) != PATCHBAY_OK) instance_ = nullptr;
  if (instance_ == nullptr || given.empty()) return;
  if (connector::find_manifest_in(table_, instance_) != nullptr &&
      set_manifest(given) == PATCHBAY_OK)
    return;
  table_.destroy(instance_);
  instance_ = nullptr;
}

Subject::~Subject() {
  if (instance_ != nullptr) table_.destroy(instance_);
}

Trace Subject::run(const Trial& trial, Findings& findings) {
  Flow flow(*this, trial, findings);
  while (flow.next()) {
  }
  return flow.finish();
}

const void* Subject::extension(std::string_view id) const {
  return table_.get_extension(instance_, {id.data(), id.size()});
}

patchbay_status Subject::set_manifest(std::string_view json) {
  return connector::find_manifest_in(table_, instance_)
      ->set_manifest(instance_, {json.data(), json.size()});
}

std::vector<Trace> Subject::run_in_turns(const std::vector<Trial>& trials, Findings& findings) {
  std::vector<std::unique_ptr<Flow>> flows;
  flows.reserve(trials.size());
  for (const auto& trial : trials) flows.push_back(std::make_unique<Flow>(*this, trial, findings));
  for (bool any = true; any;) {
    any = false;
    for (auto& flow : flows) any = flow->next() || any;
  }
  std::vector<Trace> traces;
  traces.reserve(flows.size());
  for (auto& flow : flows) traces.push_back(flow->finish());
  return traces;
}

}  // namespace patchbay::conformance
