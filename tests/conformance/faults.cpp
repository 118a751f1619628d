// Connectors that are wrong in exactly one way each, for `patchbay check` to find. One library a
// fault: FAULT names the class below that it is built from. "Honest" is right in every way; the
// others derive from it.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "patchbay/connector.h"
#include "patchbay/sdk/manifest.h"

namespace faults {

inline patchbay_str str(std::string_view text) {
  return {text.data(), text.size()};
}

inline std::string_view view(patchbay_str text) {
  return {text.ptr, static_cast<std::size_t>(text.len)};
}

// Text that is wiped before it is freed, and never moves.
class Text {
 public:
  Text() { text_.reserve(kRoom); }
  ~Text() { ::explicit_bzero(text_.data(), text_.capacity()); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  void add(std::string_view more) { text_ += more.substr(0, kRoom - text_.size()); }
  [[nodiscard]] std::string_view view() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  static constexpr std::size_t kRoom = 4096;
  std::string text_;
};

// Asks for a token, waits a moment, hands it over.
class Honest {
 public:
  explicit Honest(const patchbay_input& input) {
    for (std::uint64_t i = 0; i < input.secret_count; ++i)
      if (view(input.secrets[i].name) == "client_secret") secret_.add(view(input.secrets[i].value));
    body_.add("secret=");
    body_.add(secret_.view());
  }
  virtual ~Honest() = default;

  virtual patchbay_status step(const patchbay_event& event, patchbay_action& action) {
    switch (event.kind) {
      case PATCHBAY_EVENT_START:
        return ask(action);
      case PATCHBAY_EVENT_REPLIES:
        return event.reply_count == 1 ? answered(*event.replies[0], action) : odd(action);
      case PATCHBAY_EVENT_TIMER:
        return token_.empty() ? odd(action) : done(action);
      case PATCHBAY_EVENT_CANCEL:
        for (std::uint64_t i = 0; i < event.reply_count; ++i) read_token(*event.replies[i]);
        return cancelled(action);
      default:
        return odd(action);
    }
  }

  static constexpr std::uint32_t major = PATCHBAY_ABI_MAJOR;
  static constexpr bool any_major = false;

 protected:
  virtual patchbay_status ask(patchbay_action& action) {
    request_.struct_size = sizeof request_;
    request_.flags = PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_MINTS;
    request_.method = str("POST");
    request_.url = str("https://api.personio.de/token");
    request_.body = str(body_.view());
    action.kind = PATCHBAY_ACTION_REQUESTS;
    action.requests = requests_;
    action.request_count = 1;
    return PATCHBAY_OK;
  }
  virtual patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) {
    if (reply.net_error == PATCHBAY_NET_OK && reply.http_status == 200) read_token(reply);
    if (token_.empty()) return fail(action, PATCHBAY_FAIL_TRANSIENT, "error.timeout");
    action.kind = PATCHBAY_ACTION_WAIT;
    action.wait_ms = 1;
    return PATCHBAY_OK;
  }
  virtual patchbay_status done(patchbay_action& action) {
    done_.struct_size = sizeof done_;
    done_.tokens = minted("main");
    done_.token_count = 1;
    action.kind = PATCHBAY_ACTION_DONE;
    action.done = &done_;
    return PATCHBAY_OK;
  }
  virtual patchbay_status cancelled(patchbay_action& action) {
    fail(action, PATCHBAY_FAIL_CANCELLED, "error.cancelled");
    if (!token_.empty()) {
      fail_.tokens = minted("main");
      fail_.token_count = 1;
    }
    return PATCHBAY_OK;
  }
  patchbay_status odd(patchbay_action& action) {
    return fail(action, PATCHBAY_FAIL_INTERNAL, "error.internal");
  }
  patchbay_status fail(patchbay_action& action, std::uint32_t failure, std::string_view text_id) {
    message_.struct_size = sizeof message_;
    message_.id = str(text_id);
    message_.fallback = str("It did not work.");
    fail_.struct_size = sizeof fail_;
    fail_.failure = failure;
    fail_.message = &message_;
    action.kind = PATCHBAY_ACTION_FAIL;
    action.fail = &fail_;
    return PATCHBAY_OK;
  }
  patchbay_token* const* minted(std::string_view name) {
    given_.struct_size = sizeof given_;
    given_.name = str(name);
    given_.value = str(token_.view());
    given_.type = str("Bearer");
    return tokens_;
  }
  void read_token(const patchbay_reply& reply) {
    constexpr std::string_view kKey = "\"access_token\":\"SECRET-minted-";
    const auto body = view(reply.body);
    auto at = body.find(kKey);
    if (at == std::string_view::npos || !token_.empty()) return;
    at += kKey.size() - std::string_view("SECRET-minted-").size();
    const auto end = body.find('"', at);
    if (end != std::string_view::npos && end - at < 200) token_.add(body.substr(at, end - at));
  }

  Text secret_, body_, token_;
  patchbay_request request_{};
  const patchbay_request* requests_[1] = {&request_};
  patchbay_message message_{};
  patchbay_token given_{};
  patchbay_token* tokens_[1] = {&given_};
  patchbay_done done_{};
  patchbay_fail fail_{};
};

// ---- one fault each ----

struct ExtraSymbol : Honest {
  using Honest::Honest;
};
#ifdef FAULT_ExtraSymbol
extern "C" PATCHBAY_EXPORT int another_symbol() {
  return 1;
}
#endif

struct ServesAnyMajor : Honest {
  using Honest::Honest;
  static constexpr bool any_major = true;
};

struct WritesBehindTheAction : Honest {
  using Honest::Honest;
  patchbay_status step(const patchbay_event& event, patchbay_action& action) override {
    const auto status = Honest::step(event, action);
    reinterpret_cast<char*>(&action)[sizeof action] = 1;
    return status;
  }
};

struct ChangesStructSize : Honest {
  using Honest::Honest;
  patchbay_status step(const patchbay_event& event, patchbay_action& action) override {
    const auto status = Honest::step(event, action);
    action.struct_size = 8;
    return status;
  }
};

struct DoesNotFailUnknownEvents : Honest {
  using Honest::Honest;
  patchbay_status step(const patchbay_event& event, patchbay_action& action) override {
    if (event.kind <= PATCHBAY_EVENT_CANCEL) return Honest::step(event, action);
    action.kind = PATCHBAY_ACTION_WAIT;
    return PATCHBAY_OK;
  }
};

struct ReadsLargerStructs : Honest {
  using Honest::Honest;
  patchbay_status step(const patchbay_event& event, patchbay_action& action) override {
    if (event.struct_size != sizeof event) return odd(action);
    return Honest::step(event, action);
  }
};

struct SetsUnknownFlags : Honest {
  using Honest::Honest;
  patchbay_status ask(patchbay_action& action) override {
    Honest::ask(action);
    request_.flags |= 1U << 20U;
    return PATCHBAY_OK;
  }
};

struct TextWithoutBytes : Honest {
  using Honest::Honest;
  patchbay_status ask(patchbay_action& action) override {
    Honest::ask(action);
    request_.body = {nullptr, 7};
    return PATCHBAY_OK;
  }
};

struct StartsAThread : Honest {
  explicit StartsAThread(const patchbay_input& input) : Honest(input) {
    static std::atomic<bool> started{false};
    if (!started.exchange(true))
      std::thread([] {
        static std::atomic<int> never{0};
        for (;;) never.wait(0);
      }).detach();
  }
};

struct OpensASocket : Honest {  // which only a worker's walls notice
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    ::close(::socket(AF_INET, SOCK_STREAM, 0));
    return Honest::answered(reply, action);
  }
};

struct SharesStateBetweenFlows : Honest {
  explicit SharesStateBetweenFlows(const patchbay_input& input) : Honest(input) { steps = 0; }
  patchbay_status step(const patchbay_event& event, patchbay_action& action) override {
    if (steps++ > 2) return odd(action);
    return Honest::step(event, action);
  }
  static inline thread_local int steps = 0;
};

struct WorksOnOneThreadAlone : Honest {
  using Honest::Honest;
  patchbay_status ask(patchbay_action& action) override {
    static const auto home = std::this_thread::get_id();
    return std::this_thread::get_id() == home ? Honest::ask(action) : odd(action);
  }
};

struct IgnoresCancel : Honest {
  using Honest::Honest;
  patchbay_status cancelled(patchbay_action& action) override {
    action.kind = PATCHBAY_ACTION_WAIT;
    return PATCHBAY_OK;
  }
};

struct NeverTheSameTwice : Honest {
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    static std::atomic<std::uint64_t> times{0};
    const auto status = Honest::answered(reply, action);
    if (action.kind == PATCHBAY_ACTION_WAIT) action.wait_ms = ++times;
    return status;
  }
};

struct SecretInTheUrl : Honest {
  explicit SecretInTheUrl(const patchbay_input& input) : Honest(input) {
    url_.add("https://api.personio.de/token?key=");
    url_.add(secret_.view());
  }
  patchbay_status ask(patchbay_action& action) override {
    Honest::ask(action);
    request_.url = str(url_.view());
    return PATCHBAY_OK;
  }
  Text url_;
};

struct SecretNotFlagged : Honest {
  using Honest::Honest;
  patchbay_status ask(patchbay_action& action) override {
    Honest::ask(action);
    request_.flags = PATCHBAY_REQUEST_MINTS;
    return PATCHBAY_OK;
  }
};

struct HidesWhatItMinted : Honest {
  using Honest::Honest;
  patchbay_status cancelled(patchbay_action& action) override {
    return fail(action, PATCHBAY_FAIL_CANCELLED, "error.cancelled");
  }
};

struct LeavesASecretBehind : Honest {
  explicit LeavesASecretBehind(const patchbay_input& input)
      : Honest(input), copy_(new std::string(secret_.view())) {}
  ~LeavesASecretBehind() override { delete copy_; }
  std::string* copy_;
};

struct LeaksMemory : Honest {
  explicit LeaksMemory(const patchbay_input& input) : Honest(input) {
    static std::atomic<void*> last;
    last = ::operator new(100);
  }
};

struct BringsAHostHeader : Honest {
  using Honest::Honest;
  patchbay_status ask(patchbay_action& action) override {
    Honest::ask(action);
    header_ = {str("Host"), str("api.personio.de")};
    request_.headers = &header_;
    request_.header_count = 1;
    return PATCHBAY_OK;
  }
  patchbay_pair header_{};
};

struct AsksForNineAtOnce : Honest {
  using Honest::Honest;
  patchbay_status ask(patchbay_action& action) override {
    Honest::ask(action);
    std::fill(std::begin(nine_), std::end(nine_), &request_);
    action.requests = nine_;
    action.request_count = 9;
    return PATCHBAY_OK;
  }
  const patchbay_request* nine_[9] = {};
};

struct SendsPeopleElsewhere : Honest {
  using Honest::Honest;
  patchbay_status ask(patchbay_action& action) override {
    action.kind = PATCHBAY_ACTION_REDIRECT;
    action.redirect_url = str("https://login.attacker.example/?state=0123456789abcdef");
    action.redirect_state = str("0123456789abcdef");
    return PATCHBAY_OK;
  }
};

struct NamesAnUnknownText : Honest {
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    Honest::answered(reply, action);
    if (action.kind == PATCHBAY_ACTION_FAIL) message_.id = str("error.not_in_the_manifest");
    return PATCHBAY_OK;
  }
};

struct SaysNothing : Honest {
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    Honest::answered(reply, action);
    message_.id = {};
    message_.fallback = {};
    return PATCHBAY_OK;
  }
};

struct NamesAnUnknownField : Honest {
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    Honest::answered(reply, action);
    message_.field_id = str("pass_word");
    return PATCHBAY_OK;
  }
};

struct HandsOutAnUnknownToken : Honest {
  using Honest::Honest;
  patchbay_status done(patchbay_action& action) override {
    Honest::done(action);
    done_.tokens = minted("other");
    return PATCHBAY_OK;
  }
};

struct TellsAnUnknownFact : Honest {
  using Honest::Honest;
  patchbay_status done(patchbay_action& action) override {
    Honest::done(action);
    fact_ = {str("shoe_size"), str("43")};
    done_.facts = &fact_;
    done_.fact_count = 1;
    return PATCHBAY_OK;
  }
  patchbay_pair fact_{};
};

struct FaultsForAProvidersAnswer : Honest {
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    if (reply.http_status == 503) return PATCHBAY_E_INTERNAL;
    return Honest::answered(reply, action);
  }
};

struct BeginsNoRevoke : Honest {
  using Honest::Honest;
};

struct NeedsAnotherLibrary : Honest {  // linked with one that no worker has
  using Honest::Honest;
};

struct ClaimsEveryExtension : Honest {
  using Honest::Honest;
};

struct ServesNoOtherManifest : Honest {
  using Honest::Honest;
};

struct TakesManifestsTwice : Honest {
  using Honest::Honest;
};

struct TakesAnyManifest : Honest {
  using Honest::Honest;
};

struct CrashesAfterTheEnd : Honest {
  using Honest::Honest;
  patchbay_status step(const patchbay_event& event, patchbay_action& action) override {
    if (ended_) std::abort();
    const auto status = Honest::step(event, action);
    ended_ = action.kind == PATCHBAY_ACTION_DONE || action.kind == PATCHBAY_ACTION_FAIL;
    return status;
  }
  bool ended_ = false;
};

struct MintingNotFlagged : Honest {
  using Honest::Honest;
  patchbay_status ask(patchbay_action& action) override {
    Honest::ask(action);
    request_.flags = PATCHBAY_REQUEST_SECRET;
    return PATCHBAY_OK;
  }
};

// Of a manifest whose refresh tokens rotate.
struct ConsumingNotFlagged : Honest {
  explicit ConsumingNotFlagged(const patchbay_input& input) : Honest(input) {
    for (std::uint64_t i = 0; i < input.secret_count; ++i)
      if (view(input.secrets[i].name) == "refresh_token") body_.add(view(input.secrets[i].value));
  }
};

// ---- that lead nowhere ----

struct RefusesUnseen : Honest {
  using Honest::Honest;
  patchbay_status ask(patchbay_action& action) override {
    return fail(action, PATCHBAY_FAIL_CREDENTIALS, "error.value_missing");
  }
};

struct AnswersAllAlike : Honest {
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply&, patchbay_action& action) override {
    return fail(action, PATCHBAY_FAIL_CREDENTIALS, "error.oauth_refused");
  }
};

// ---- of a manifest whose values have a shape, which they hold people to ----

template <class Rest>
struct OfAPattern : Rest {
  explicit OfAPattern(const patchbay_input& input) : Rest(input) {
    for (std::uint64_t i = 0; i < input.field_count; ++i)
      if (view(input.fields[i].name) == "client_id")
        id_fits_ =
            view(input.fields[i].value).starts_with("acme-") && input.fields[i].value.len == 12;
    const auto secret = this->secret_.view();
    secret_fits_ =
        secret.size() == 40 && secret.find_first_not_of("0123456789abcdef") == secret.npos;
  }
  patchbay_status ask(patchbay_action& action) override {
    if (id_fits_ && secret_fits_) return Rest::ask(action);
    return this->fail(action, PATCHBAY_FAIL_CREDENTIALS, "error.value_missing");
  }
  bool id_fits_ = false, secret_fits_ = false;
};

struct KeepsToAPattern : OfAPattern<Honest> {
  using OfAPattern::OfAPattern;
};
struct PatternedSecretInTheUrl : OfAPattern<SecretInTheUrl> {
  using OfAPattern::OfAPattern;
};
struct PatternedSecretLeftBehind : OfAPattern<LeavesASecretBehind> {
  using OfAPattern::OfAPattern;
};

// ---- that show late, or off the usual way ----

struct LeavesASecretOnARefusal : Honest {
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    if (reply.http_status == 401) delete new std::string(secret_.view());
    return Honest::answered(reply, action);
  }
};

struct LeaksOnARefusal : Honest {
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    static std::atomic<void*> last;
    if (reply.http_status == 401) last = ::operator new(100);
    return Honest::answered(reply, action);
  }
};

struct LongWay : Honest {
  using Honest::Honest;
  patchbay_status done(patchbay_action& action) override {
    if (++waits_ == 6) return Honest::done(action);
    action.kind = PATCHBAY_ACTION_WAIT;
    action.wait_ms = 1;
    return PATCHBAY_OK;
  }
  int waits_ = 0;
};

struct IgnoresALateCancel : LongWay {
  using LongWay::LongWay;
  patchbay_status cancelled(patchbay_action& action) override {
    return waits_ < 4 ? LongWay::cancelled(action) : LongWay::done(action);
  }
};

struct LeaksWhenReleasedLate : LongWay {
  using LongWay::LongWay;
  ~LeaksWhenReleasedLate() override {
    static std::atomic<void*> last;
    if (waits_ == 5) last = ::operator new(100);
  }
};

struct OpensASocketWhenCancelled : Honest {
  using Honest::Honest;
  patchbay_status cancelled(patchbay_action& action) override {
    ::close(::socket(AF_INET, SOCK_STREAM, 0));
    return Honest::cancelled(action);
  }
};

struct OpensASocketAmongOthers : Honest {
  explicit OpensASocketAmongOthers(const patchbay_input& input) : Honest(input) { ++alive; }
  ~OpensASocketAmongOthers() override { --alive; }
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    if (alive > 1) ::close(::socket(AF_INET, SOCK_STREAM, 0));
    return Honest::answered(reply, action);
  }
  static inline std::atomic<int> alive = 0;
};

struct OpensASocketAtRandom : Honest {  // at a status that no list has
  using Honest::Honest;
  patchbay_status answered(const patchbay_reply& reply, patchbay_action& action) override {
    if (reply.http_status > 510 && reply.http_status < 599)
      ::close(::socket(AF_INET, SOCK_STREAM, 0));
    return Honest::answered(reply, action);
  }
};

// ---- of a manifest with an action that the connector handles itself ----

struct Invokes : Honest {
  explicit Invokes(const patchbay_input& input)
      : Honest(input), invoked_(input.action_id.len > 0) {}
  patchbay_status done(patchbay_action& action) override {
    Honest::done(action);
    if (invoked_) done_.result_json = str(result());
    return PATCHBAY_OK;
  }
  [[nodiscard]] virtual std::string_view result() const { return "{}"; }
  bool invoked_;
};

struct InvokesNothing : Honest {
  using Honest::Honest;
};

struct ResultIsNoJson : Invokes {
  using Invokes::Invokes;
  [[nodiscard]] std::string_view result() const override { return "{'text': 1}"; }
};

// ---- the table ----

template <class Flow>
struct Table {
  static patchbay_status create(const patchbay_host*, patchbay_instance** out) {
    *out = reinterpret_cast<patchbay_instance*>(new bool(false));  // has it been told a manifest?
    return PATCHBAY_OK;
  }
  static void destroy(patchbay_instance* instance) { delete reinterpret_cast<bool*>(instance); }
  static patchbay_status begin(patchbay_instance*, const patchbay_input* input,
                               patchbay_flow** out) {
    *out = reinterpret_cast<patchbay_flow*>(static_cast<Honest*>(new Flow(*input)));
    return PATCHBAY_OK;
  }
  static patchbay_status revoke(patchbay_instance* instance, const patchbay_input* input,
                                patchbay_flow** out) {
    if (std::is_same_v<Flow, BeginsNoRevoke>) return PATCHBAY_E_UNSUPPORTED;
    return begin(instance, input, out);
  }
  static patchbay_status step(patchbay_flow* flow, const patchbay_event* event,
                              patchbay_action* action) {
    return reinterpret_cast<Honest*>(flow)->step(*event, *action);
  }
  static void release(patchbay_flow* flow) { delete reinterpret_cast<Honest*>(flow); }
  static const void* extension(patchbay_instance*, patchbay_str id) {
    static const int anything = 1;
    static const patchbay_manifest_in manifest_in{sizeof manifest_in, 0, &set_manifest};
    if (std::is_same_v<Flow, ClaimsEveryExtension>) return &anything;
    return serves_manifests && view(id) == PATCHBAY_EXT_MANIFEST_IN ? &manifest_in : nullptr;
  }

 private:
  static constexpr bool serves_manifests = std::is_same_v<Flow, ServesNoOtherManifest> ||
                                           std::is_same_v<Flow, TakesManifestsTwice> ||
                                           std::is_same_v<Flow, TakesAnyManifest>;
  static patchbay_status set_manifest(patchbay_instance* instance, patchbay_str json) {
    if (std::is_same_v<Flow, ServesNoOtherManifest>) return PATCHBAY_E_UNSUPPORTED;
    auto& told = *reinterpret_cast<bool*>(instance);
    const bool is_manifest = view(json).size() > 1000;
    if (told && !std::is_same_v<Flow, TakesManifestsTwice>) return PATCHBAY_E_INVALID;
    if (!is_manifest && !std::is_same_v<Flow, TakesAnyManifest>) return PATCHBAY_E_INVALID;
    told = true;
    return PATCHBAY_OK;
  }
};

}  // namespace faults

PATCHBAY_EXPORT const patchbay_connector* PATCHBAY_CALL
patchbay_connector_query(uint32_t host_major, uint32_t /*host_minor*/, uint32_t* connector_major) {
  using Flow = faults::FAULT;
  using Functions = faults::Table<Flow>;
  if (connector_major != nullptr) *connector_major = Flow::major;
  if (host_major != Flow::major && !Flow::any_major) return nullptr;
  static const patchbay_connector table{
      sizeof(patchbay_connector),
      PATCHBAY_ABI_MINOR,
      faults::str(patchbay::sdk::embedded_manifest()),
      Functions::create,
      Functions::destroy,
      Functions::begin,
      Functions::begin,
      Functions::revoke,
      std::is_base_of_v<faults::Invokes, Flow> ? Functions::begin : nullptr,
      Functions::step,
      Functions::release,
      Functions::extension};
  return &table;
}
