// Drives a connector's flows through the C interface, as a host does, for tests: events in, actions
// out, no network. Time and random bytes are fixed. What comes out is copied, so that it outlives
// the flow. One thread. Breaking a rule of the interface throws std::logic_error.
//
//   Driver driver(patchbay_connector_query(...));
//   FlowRun run = driver.connect({.fields = {{"client_id", "abc"}}, .secrets = {{"key", "s"}}});
//   Seen seen = run.start();
//   seen = run.replies({{.status = 200, .body = "{}"}});
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "patchbay/connector.h"

namespace patchbay::testing {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct TokenSpec {
  std::string name = {};
  std::string value = {};
  std::string type = "Bearer";
  std::int64_t expires_unix_ms = 0;
  std::string scopes = {};
  bool scopes_known = false;
  bool operator==(const TokenSpec&) const = default;
};

struct InputSpec {
  std::string auth_method = {};
  std::string environment = {};
  Pairs fields = {};
  Pairs secrets = {};
  Pairs setup_fields = {};
  Pairs setup_secrets = {};
  std::vector<TokenSpec> tokens = {};
  std::vector<std::string> needed_permissions = {};
  std::string redirect_uri = {};
  std::string action = {};
  std::string arguments_json = {};
};

struct ReplySpec {
  std::uint32_t status = 0;
  std::string body = {};
  Pairs headers = {};
  std::uint32_t net_error = PATCHBAY_NET_OK;
  std::uint32_t flags = 0;
};

struct SeenRequest {
  std::string method, url, body;
  Pairs headers;
  std::uint32_t flags = 0;
  std::uint32_t timeout_ms = 0;
  std::uint32_t max_body_bytes = 0;

  std::string header(std::string_view name) const {
    for (const auto& [n, value] : headers) {
      if (n == name) return value;
    }
    return {};
  }
};

struct SeenMessage {
  std::string id, fallback, field;
  Pairs args;

  std::string arg(std::string_view name) const {
    for (const auto& [n, value] : args) {
      if (n == name) return value;
    }
    return {};
  }
};

// One action, copied.
struct Seen {
  patchbay_status status = PATCHBAY_OK;  // of the call to step()
  std::uint32_t kind = 0;
  std::vector<SeenRequest> requests;
  std::uint64_t wait_ms = 0;
  std::string redirect_url, redirect_state;
  std::vector<std::string> asked;
  SeenMessage ask_reason;
  std::vector<TokenSpec> tokens;  // of DONE, or those to be revoked of FAIL
  Pairs secrets, facts;
  std::vector<std::string> granted;
  std::string result_json;
  std::uint32_t failure = 0;
  SeenMessage message;
  std::string permission, excerpt;
  std::uint64_t retry_after_ms = 0;
  std::vector<SeenMessage> notices;

  bool has_notice(std::string_view id) const {
    for (const SeenMessage& notice : notices) {
      if (notice.id == id) return true;
    }
    return false;
  }

  // Everything, in one text: for comparing two runs byte by byte.
  std::string dump() const {
    std::ostringstream out;
    const auto pairs = [&](std::string_view what, const Pairs& list) {
      for (const auto& [name, value] : list) out << what << ' ' << name << '=' << value << '\n';
    };
    const auto text = [&](std::string_view what, const SeenMessage& m) {
      out << what << ' ' << m.id << '|' << m.fallback << '|' << m.field << '\n';
      pairs("  arg", m.args);
    };
    out << status << ' ' << kind << ' ' << wait_ms << ' ' << redirect_url << ' ' << redirect_state
        << ' ' << result_json << ' ' << failure << ' ' << permission << ' ' << excerpt << ' '
        << retry_after_ms << '\n';
    for (const SeenRequest& r : requests) {
      out << r.method << ' ' << r.url << ' ' << r.flags << ' ' << r.timeout_ms << ' '
          << r.max_body_bytes << ' ' << r.body << '\n';
      pairs("  header", r.headers);
    }
    for (const std::string& id : asked) out << "ask " << id << '\n';
    for (const TokenSpec& t : tokens) {
      out << "token " << t.name << ' ' << t.value << ' ' << t.type << ' ' << t.expires_unix_ms
          << ' ' << t.scopes << ' ' << t.scopes_known << '\n';
    }
    pairs("secret", secrets);
    pairs("fact", facts);
    for (const std::string& permission_id : granted) out << "granted " << permission_id << '\n';
    text("ask", ask_reason);
    text("message", message);
    for (const SeenMessage& notice : notices) text("notice", notice);
    return out.str();
  }
};

namespace detail {

inline patchbay_str borrow(const std::string& text) {
  return {text.data(), text.size()};
}

inline std::string copy(const patchbay_str& text) {
  if (text.len != 0 && text.ptr == nullptr) throw std::logic_error("text: null with a length");
  return text.len == 0 ? std::string() : std::string(text.ptr, text.len);
}

inline Pairs copy(const patchbay_pair* pairs, std::uint64_t count) {
  Pairs copies;
  for (std::uint64_t i = 0; i < count; ++i) {
    copies.emplace_back(copy(pairs[i].name), copy(pairs[i].value));
  }
  return copies;
}

inline std::vector<patchbay_pair> borrow(const Pairs& pairs) {
  std::vector<patchbay_pair> borrowed;
  borrowed.reserve(pairs.size());
  for (const auto& [name, value] : pairs) borrowed.push_back({borrow(name), borrow(value)});
  return borrowed;
}

template <class T>
std::vector<const T*> pointers(const std::vector<T>& items) {
  std::vector<const T*> list;
  list.reserve(items.size());
  for (const T& item : items) list.push_back(&item);
  return list;
}

inline SeenMessage copy(const patchbay_message& message) {
  return {copy(message.id), copy(message.fallback), copy(message.field_id),
          copy(message.args, message.arg_count)};
}

inline std::vector<TokenSpec> copy(const patchbay_token* const* tokens, std::uint64_t count) {
  std::vector<TokenSpec> copies;
  for (std::uint64_t i = 0; i < count; ++i) {
    const patchbay_token& t = *tokens[i];
    copies.push_back({copy(t.name), copy(t.value), copy(t.type), t.expires_unix_ms, copy(t.scopes),
                      (t.flags & PATCHBAY_TOKEN_SCOPES_KNOWN) != 0});
  }
  return copies;
}

inline Seen copy(const patchbay_action& action) {
  Seen seen;
  seen.kind = action.kind;
  seen.wait_ms = action.wait_ms;
  seen.redirect_url = copy(action.redirect_url);
  seen.redirect_state = copy(action.redirect_state);
  for (std::uint64_t i = 0; i < action.request_count; ++i) {
    const patchbay_request& r = *action.requests[i];
    seen.requests.push_back({copy(r.method), copy(r.url), copy(r.body),
                             copy(r.headers, r.header_count), r.flags, r.timeout_ms,
                             r.max_body_bytes});
  }
  for (std::uint64_t i = 0; i < action.ask_field_count; ++i) {
    seen.asked.push_back(copy(action.ask_field_ids[i]));
  }
  if (action.ask_reason != nullptr) seen.ask_reason = copy(*action.ask_reason);
  if (action.done != nullptr) {
    const patchbay_done& done = *action.done;
    seen.tokens = copy(done.tokens, done.token_count);
    seen.secrets = copy(done.secrets, done.secret_count);
    seen.facts = copy(done.facts, done.fact_count);
    for (std::uint64_t i = 0; i < done.granted_permission_count; ++i) {
      seen.granted.push_back(copy(done.granted_permissions[i]));
    }
    seen.result_json = copy(done.result_json);
  }
  if (action.fail != nullptr) {
    const patchbay_fail& fail = *action.fail;
    seen.failure = fail.failure;
    if (fail.message == nullptr) throw std::logic_error("FAIL without a message");
    seen.message = copy(*fail.message);
    seen.permission = copy(fail.permission_id);
    seen.excerpt = copy(fail.provider_excerpt);
    seen.retry_after_ms = fail.retry_after_ms;
    seen.tokens = copy(fail.tokens, fail.token_count);
  }
  for (std::uint64_t i = 0; i < action.notice_count; ++i) {
    seen.notices.push_back(copy(*action.notices[i]));
  }
  return seen;
}

}  // namespace detail

inline constexpr std::int64_t kStartUnixMs = 1'800'000'000'000;

// The clock and the randomness of one event.
struct Moment {
  std::int64_t unix_ms = 0;
  std::array<std::uint8_t, 32> random{};
};

// One flow; released at its end.
class FlowRun {
 public:
  FlowRun(const patchbay_connector* table, patchbay_flow* flow) : table_(table), flow_(flow) {}
  FlowRun(FlowRun&& other) noexcept
      : table_(other.table_),
        flow_(std::exchange(other.flow_, nullptr)),
        events_(other.events_),
        next_(other.next_) {}
  FlowRun& operator=(FlowRun&&) = delete;
  ~FlowRun() { release(); }

  Seen start() { return step(event(PATCHBAY_EVENT_START)); }
  Seen timer() { return step(event(PATCHBAY_EVENT_TIMER)); }
  Seen replies(const std::vector<ReplySpec>& replies) {
    return with_replies(PATCHBAY_EVENT_REPLIES, replies);
  }
  Seen cancel(const std::vector<ReplySpec>& replies = {}) {
    return with_replies(PATCHBAY_EVENT_CANCEL, replies);
  }
  Seen redirect(const Pairs& query) {
    const auto pairs = detail::borrow(query);
    patchbay_event e = event(PATCHBAY_EVENT_REDIRECT);
    e.query = pairs.data();
    e.query_count = pairs.size();
    return step(e);
  }
  Seen input(const Pairs& fields, const Pairs& secrets) {
    const auto field_pairs = detail::borrow(fields);
    const auto secret_pairs = detail::borrow(secrets);
    patchbay_event e = event(PATCHBAY_EVENT_INPUT);
    e.fields = field_pairs.data();
    e.field_count = field_pairs.size();
    e.secrets = secret_pairs.data();
    e.secret_count = secret_pairs.size();
    return step(e);
  }

  // The next event of that kind, one second after the one before.
  patchbay_event event(std::uint32_t kind) {
    const Moment moment = next_ ? *std::exchange(next_, std::nullopt) : usual_moment();
    patchbay_event e{};
    e.struct_size = sizeof(e);
    e.kind = kind;
    e.unix_ms = moment.unix_ms;
    std::memcpy(e.random, moment.random.data(), sizeof(e.random));
    ++events_;
    return e;
  }
  // What the next event brings instead of the fixed time and random bytes.
  void next_at(const Moment& moment) { next_ = moment; }
  Seen step(const patchbay_event& e) {
    patchbay_action action{};
    action.struct_size = sizeof(action);
    const patchbay_status status = table_->step(flow_, &e, &action);
    Seen seen;
    if (status == PATCHBAY_OK) seen = detail::copy(action);
    seen.status = status;
    return seen;
  }

  patchbay_flow* flow() const { return flow_; }
  void release() {
    if (flow_ != nullptr) table_->release(std::exchange(flow_, nullptr));
  }

 private:
  Moment usual_moment() const {
    Moment moment{.unix_ms = kStartUnixMs + 1000 * events_};
    for (std::size_t i = 0; i < moment.random.size(); ++i) {
      moment.random[i] = static_cast<std::uint8_t>(i * 7 + static_cast<std::size_t>(events_) * 31);
    }
    return moment;
  }
  Seen with_replies(std::uint32_t kind, const std::vector<ReplySpec>& specs) {
    std::vector<std::vector<patchbay_pair>> headers;
    std::vector<patchbay_reply> list;
    headers.reserve(specs.size());
    list.reserve(specs.size());
    for (const ReplySpec& spec : specs) headers.push_back(detail::borrow(spec.headers));
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const ReplySpec& spec = specs[i];
      list.push_back({sizeof(patchbay_reply), spec.flags, spec.net_error, spec.status,
                      headers[i].data(), headers[i].size(), detail::borrow(spec.body)});
    }
    const auto pointers = detail::pointers(list);
    patchbay_event e = event(kind);
    e.replies = pointers.data();
    e.reply_count = pointers.size();
    return step(e);
  }

  const patchbay_connector* table_;
  patchbay_flow* flow_;
  std::int64_t events_ = 0;
  std::optional<Moment> next_;
};

// One instance of a connector. Flows begun from it end before it.
class Driver {
 public:
  explicit Driver(const patchbay_connector* table) : table_(table) {
    if (table == nullptr) throw std::logic_error("the connector refused this ABI major");
    host_.struct_size = sizeof(host_);
    host_.abi_minor = PATCHBAY_ABI_MINOR;
    host_.ctx = this;
    host_.log = [](void* ctx, std::uint32_t, patchbay_str line) {
      static_cast<Driver*>(ctx)->log_.push_back(detail::copy(line));
    };
    host_.get_extension = [](void*, patchbay_str) -> const void* { return nullptr; };
    if (table->create(&host_, &instance_) != PATCHBAY_OK) throw std::logic_error("create failed");
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver() { table_->destroy(instance_); }

  FlowRun connect(const InputSpec& input) { return begin(table_->connect, input); }
  FlowRun refresh(const InputSpec& input) { return begin(table_->refresh, input); }
  FlowRun revoke(const InputSpec& input) { return begin(table_->revoke, input); }
  FlowRun invoke(const InputSpec& input) { return begin(table_->invoke, input); }

  patchbay_instance* instance() const { return instance_; }
  const std::vector<std::string>& log() const { return log_; }

 private:
  using Begin = decltype(patchbay_connector::connect);

  FlowRun begin(Begin function, const InputSpec& spec) {
    const auto fields = detail::borrow(spec.fields);
    const auto secrets = detail::borrow(spec.secrets);
    const auto setup_fields = detail::borrow(spec.setup_fields);
    const auto setup_secrets = detail::borrow(spec.setup_secrets);
    std::vector<patchbay_token> tokens;
    tokens.reserve(spec.tokens.size());
    for (const TokenSpec& t : spec.tokens) {
      tokens.push_back({sizeof(patchbay_token), t.scopes_known ? PATCHBAY_TOKEN_SCOPES_KNOWN : 0U,
                        detail::borrow(t.name), detail::borrow(t.value), detail::borrow(t.type),
                        t.expires_unix_ms, detail::borrow(t.scopes)});
    }
    const auto token_pointers = detail::pointers(tokens);
    std::vector<patchbay_str> needed;
    needed.reserve(spec.needed_permissions.size());
    for (const std::string& id : spec.needed_permissions) needed.push_back(detail::borrow(id));

    patchbay_input input{};
    input.struct_size = sizeof(input);
    input.auth_method_id = detail::borrow(spec.auth_method);
    input.environment_id = detail::borrow(spec.environment);
    input.fields = fields.data();
    input.field_count = fields.size();
    input.secrets = secrets.data();
    input.secret_count = secrets.size();
    input.setup_fields = setup_fields.data();
    input.setup_field_count = setup_fields.size();
    input.setup_secrets = setup_secrets.data();
    input.setup_secret_count = setup_secrets.size();
    input.tokens = token_pointers.data();
    input.token_count = token_pointers.size();
    input.needed_permissions = needed.data();
    input.needed_permission_count = needed.size();
    input.redirect_uri = detail::borrow(spec.redirect_uri);
    input.action_id = detail::borrow(spec.action);
    input.arguments_json = detail::borrow(spec.arguments_json);
    patchbay_flow* flow = nullptr;
    if (function(instance_, &input, &flow) != PATCHBAY_OK || flow == nullptr) {
      throw std::logic_error("the flow did not begin");
    }
    return {table_, flow};
  }

  const patchbay_connector* table_;
  patchbay_host host_{};
  patchbay_instance* instance_ = nullptr;
  std::vector<std::string> log_;
};

}  // namespace patchbay::testing
