#include "network.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>
#include <utility>

#include "net/params.h"

namespace patchbay::simulator {
namespace {

namespace asio = net::asio;
using net::ClientReply;
using net::NetError;

constexpr std::string_view kBearer = "Bearer ";
constexpr std::int64_t kMinuteMs = 60'000;

// After so many failures in a row, within so short a time that any count of the last half minute
// sees them all, a provider is left alone for a while (pacing/circuit.h).
constexpr std::size_t kClearlyDown = 20;
constexpr std::int64_t kSeenMs = 15'000;
constexpr std::int64_t kLeftAloneMs = 5'000;

// What retries may add to the requests of applications (pacing/retry_budget.h).
constexpr double kRetryShare = 0.1;
constexpr double kRetriesAtFirst = 3;

ProviderRequest read_request(net::ClientRequest& request) {
  ProviderRequest out;
  out.method = request.method;
  const std::string_view url = request.url;
  const auto host_at = url.find("//") + 2;
  const auto path_at = url.find('/', host_at);
  out.host = url.substr(host_at, path_at - host_at);
  out.path = url.substr(path_at, url.find('?') - path_at);
  const auto authorization = request.headers.get("Authorization").value_or("");
  if (authorization.starts_with(kBearer)) out.bearer = authorization.substr(kBearer.size());
  if (const auto form = net::parse_form(request.body))
    for (std::size_t i = 0; i < form->size(); ++i) out.form.emplace_back(form->at(i));
  return out;
}

constexpr unsigned kUnauthorized = 401;
constexpr unsigned kUnavailable = 503;

// What a token endpoint is asked at most, by the providers' own words; 0: it is none.
std::size_t most_a_minute(std::string_view path) {
  if (path == "/v2/auth/token") return 150;
  if (path == "/v1/auth") return 60;
  if (path == "/token") return 60;
  return 0;
}

// Connectors ask for it too, but may always go ahead.
bool is_resource(std::string_view path) {
  return path == "/v2/persons";
}

// Requests in the last minute, this one included.
std::size_t count_minute(std::deque<std::int64_t>& times, std::int64_t now) {
  times.push_back(now);
  while (times.front() <= now - kMinuteMs) times.pop_front();
  return times.size();
}

bool counts_for_waiting(std::string_view path) {
  return path == "/v2/auth/token" || path == "/token";
}

ClientReply failure(NetError error, bool maybe_processed) {
  ClientReply reply;
  reply.error = error;
  reply.message = "simulated";
  reply.maybe_processed = maybe_processed;
  return reply;
}

ClientReply answered(unsigned status, std::string_view body) {
  ClientReply reply;
  reply.status = status;
  reply.body = SecretString(body);
  reply.maybe_processed = true;
  return reply;
}

}  // namespace

std::string_view to_string(Fate fate) {
  constexpr std::array<std::string_view, 12> kNames = {
      "well", "no name",      "no connection", "lost",    "cut before processing", "cut afterwards",
      "slow", "rate limited", "fault",         "gateway", "fault afterwards",      "nonsense"};
  return kNames[static_cast<std::size_t>(fate)];
}

struct Network::Call {
  Life life = 0;
  ProviderRequest request;
  bool is_action = false;  // an application's, not a connector's
  Fate fate = Fate::kWell;
  asio::steady_timer* waits = nullptr;  // of the sender; null: nobody listens any more
  std::optional<ClientReply> reply;
  bool reply_is_whole = false;  // it names the tokens that were minted
  std::vector<int> minted;
  int grant = -1;
  int presented = -1;                       // id of a refresh token
  std::optional<std::size_t> presentation;  // of that, or of the grant's code
  std::int64_t wait_until = 0;              // Retry-After, from when it was said
};

class Network::Sender final : public net::HttpSender {
 public:
  Sender(Network& network, Life life) : network_(network), life_(life) {}

  net::Task<ClientReply> send(net::ClientRequest request,
                              std::chrono::milliseconds within) override {
    const auto call = std::make_shared<Call>();
    call->life = life_;
    call->request = read_request(request);
    call->is_action = request.go_ahead && is_resource(call->request.path);
    asio::steady_timer timer(co_await asio::this_coro::executor, within);
    if (request.go_ahead && !request.go_ahead()) co_return failure(NetError::kCancelled, false);
    if (call->is_action && network_.use_)
      if (const auto* token = network_.book_.find(call->request.bearer)) network_.use_(*token);
    const Listening listening(network_, *call, timer);
    network_.leave(call);
    (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return network_.heard(*call);
  }

 private:
  // Ends with the coroutine, which a kill may end at any time.
  class Listening {
   public:
    Listening(Network& network, Call& call, asio::steady_timer& timer)
        : network_(network), call_(call) {
      call_.waits = &timer;
      ++network_.waiting_[call_.life];
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() {
      call_.waits = nullptr;
      --network_.waiting_[call_.life];
    }

   private:
    Network& network_;
    Call& call_;
  };

  Network& network_;
  Life life_;
};

std::unique_ptr<net::HttpSender> Network::sender(Life life) {
  return std::make_unique<Sender>(*this, life);
}

int Network::waiting(Life life) const {
  const auto found = waiting_.find(life);
  return found == waiting_.end() ? 0 : found->second;
}

Fate Network::draw_fate() {
  if (next_) return *std::exchange(next_, std::nullopt);
  if (outage_)
    return world_.dice.one_of({Fate::kNoName, Fate::kNoConnection, Fate::kLost, Fate::kFault});
  if (refusal_) return world_.dice.one_of({Fate::kNoConnection, Fate::kGateway});
  if (!world_.dice.chance(trouble_)) return Fate::kWell;
  return static_cast<Fate>(world_.dice.between(1, static_cast<int>(Fate::kNonsense)));
}

void Network::leave(const CallPtr& call) {
  call->fate = draw_fate();
  if (const auto* grant = provider_.grant_of(call->request)) call->grant = grant->id;
  world_.note("life " + std::to_string(call->life) + " asks " + call->request.host +
              call->request.path + " for grant " + std::to_string(call->grant) + ": " +
              std::string(to_string(call->fate)));
  check_waiting_time(*call);
  check_rate(*call);
  check_circuit(*call);
  check_retries(*call);
  check_presentation(*call);
  const auto way = world_.dice.between(20, 300);
  if (call->fate == Fate::kLost) return;
  if (call->fate == Fate::kNoName || call->fate == Fate::kNoConnection) {
    const auto error = call->fate == Fate::kNoName ? NetError::kDns : NetError::kConnect;
    world_.in(way, [this, call, error] { answer(call, failure(error, false)); });
    return;
  }
  world_.in(way, [this, call] { arrive(call); });
}

void Network::arrive(const CallPtr& call) {
  std::int64_t way = world_.dice.between(20, 300);
  ClientReply reply;
  switch (call->fate) {
    case Fate::kCutBefore:
      reply = failure(NetError::kReset, true);
      break;
    case Fate::kLimited:
      reply = limited(*call);
      break;
    case Fate::kFault:
      reply = answered(500, "Internal Server Error");
      break;
    case Fate::kGateway:
      reply = answered(503, "Service Unavailable");
      break;
    default:
      if (call->fate == Fate::kSlow) way = world_.dice.between(5'000, 40'000);
      reply = processed(*call);
  }
  world_.in(way, [this, call, shared = std::make_shared<ClientReply>(std::move(reply))] {
    answer(call, std::move(*shared));
  });
}

ClientReply Network::limited(Call& call) {
  const auto seconds = world_.dice.between(1, 180);
  call.wait_until = world_.now() + 1000 * seconds;
  auto reply = answered(429, "{}");
  reply.headers.set("Retry-After", std::to_string(seconds));
  return reply;
}

ClientReply Network::processed(Call& call) {
  auto said = provider_.process(call.request, world_.now());
  call.minted = std::move(said.minted);
  for (const int id : call.minted) {
    book_.token(id).life = call.life;
    world_.note("minted token " + std::to_string(id) + " for grant " +
                std::to_string(book_.token(id).grant));
  }
  switch (call.fate) {
    case Fate::kCutAfter:
      return failure(NetError::kReset, true);
    case Fate::kFaultAfterwards:
      return answered(500, "Internal Server Error");
    case Fate::kNonsense:
      return answered(200, "<html>Welcome</html>");
    default:
      call.reply_is_whole = true;
      return answered(said.status, said.body);
  }
}

void Network::answer(const CallPtr& call, ClientReply reply) {
  if (call->waits != nullptr) {
    call->reply = std::move(reply);
    call->waits->cancel();
    return;
  }
  for (const int id : call->minted) book_.token(id).delivery = Delivery::kLost;
}

ClientReply Network::heard(Call& call) {
  const bool failed = !call.reply || !call.reply->ok() || call.reply->status == kUnavailable;
  auto& failures = failed_[{call.life, call.request.host}];
  if (failed) {
    failures.push_back(world_.now());
  } else {
    failures.clear();
  }
  if (!call.reply) return failure(NetError::kTimeout, true);
  if (call.is_action && call.reply->status == kUnauthorized) called(call.life);  // a fresh token
  for (const int id : call.minted) {
    auto& token = book_.token(id);
    token.delivery = call.reply_is_whole ? Delivery::kDelivered : Delivery::kLost;
    token.delivered = world_.now();
    world_.note("life " + std::to_string(call.life) + " hears of token " + std::to_string(id));
  }
  const auto status = call.reply->status;
  const bool unprocessed = !call.reply->maybe_processed || (status >= 400 && status < 500);
  if (call.presentation)
    presentations(call)[*call.presentation].seen =
        unprocessed ? Seen::kUnprocessed : Seen::kAnswered;
  if (call.wait_until > 0 && call.grant >= 0 && counts_for_waiting(call.request.path))
    told_to_wait_[call.grant] = {call.life, call.wait_until};
  return *std::move(call.reply);
}

void Network::check_waiting_time(const Call& call) {
  if (!counts_for_waiting(call.request.path)) return;
  const auto told = told_to_wait_.find(call.grant);
  if (told == told_to_wait_.end() || told->second.life != call.life) return;
  if (world_.now() < told->second.until)
    world_.violated("limits", "grant " + std::to_string(call.grant) + " is asked for " +
                                  std::to_string(told->second.until - world_.now()) +
                                  " ms before the time that Retry-After named");
}

// Several hubs do not know of each other what they ask for: the provider says so then.
void Network::check_rate(Call& call) {
  const auto most = most_a_minute(call.request.path);
  if (most == 0 || call.grant < 0) return;
  const auto& path = call.request.path;
  if (count_minute(asked_by_[{call.life, call.grant, path}], world_.now()) > most)
    world_.violated("limits", "life " + std::to_string(call.life) + " asks more than " +
                                  std::to_string(most) + " times a minute for grant " +
                                  std::to_string(call.grant));
  if (count_minute(asked_[{call.grant, path}], world_.now()) > most && call.fate == Fate::kWell)
    call.fate = Fate::kLimited;
}

void Network::check_circuit(const Call& call) {
  auto& failures = failed_[{call.life, call.request.host}];
  while (!failures.empty() && failures.front() < world_.now() - kSeenMs) failures.pop_front();
  if (failures.size() >= kClearlyDown && world_.now() < failures.back() + kLeftAloneMs)
    world_.violated("limits", "life " + std::to_string(call.life) + " asks " + call.request.host +
                                  ", which has just failed " + std::to_string(failures.size()) +
                                  " times in a row");
}

void Network::check_retries(const Call& call) {
  if (!call.is_action) return;
  auto& calls = calls_[call.life];
  ++calls.sent;
  const auto first = static_cast<double>(calls.first);
  if (static_cast<double>(calls.sent) > first * (1 + kRetryShare) + kRetriesAtFirst)
    world_.violated("limits", "life " + std::to_string(call.life) + " sent " +
                                  std::to_string(calls.sent) + " requests for " +
                                  std::to_string(calls.first) + " calls");
}

// Once, or twice where the manifest declares that a spent token is forgiven. What is known not to
// have been processed does not count.
void Network::check_presentation(Call& call) {
  const auto* token = provider_.presented_by(call.request);
  const bool is_code = !call.request.field("code").empty() && call.grant >= 0;
  if (token == nullptr && !is_code) return;
  if (token != nullptr) call.presented = token->id;
  auto& all = presentations(call);
  std::size_t counted = 1;
  for (const auto& before : all)
    if (before.seen != Seen::kUnprocessed) ++counted;
  const std::size_t most = !is_code && book_.grant(token->grant).kind == GrantKind::kGrace ? 2 : 1;
  call.presentation = all.size();
  all.push_back({call.life, world_.now(), Seen::kNothing});
  if (counted <= most) return;
  const auto what = is_code ? "the code of grant " + std::to_string(call.grant)
                            : "refresh token " + std::to_string(token->id);
  world_.violated("presented once", what + " is presented for the " + std::to_string(counted) +
                                        ". time with unknown or successful outcome");
}

std::vector<Presentation>& Network::presentations(const Call& call) {
  return call.presented >= 0 ? book_.token(call.presented).presentations
                             : book_.grant(call.grant).presentations;
}

}  // namespace patchbay::simulator
