#pragma once
// Between the hubs and the providers: how long a request takes, whether it arrives, whether its
// answer does, and what the provider says when it is not well. A request that has left goes on
// when its hub is killed: the provider processes it, and nobody hears.
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "model_provider.h"
#include "net/http_client.h"
#include "world.h"

namespace patchbay::simulator {

// What is going to become of one request.
enum class Fate : std::uint8_t {
  kWell,
  kNoName,           // the provider's name is not found
  kNoConnection,     // it was not even sent
  kLost,             // it never arrives, and no answer comes
  kCutBefore,        // the connection ends after it was sent, before it was processed
  kCutAfter,         // processed, and the answer is lost
  kSlow,             // processed, and the answer takes long
  kLimited,          // 429 with Retry-After, not processed
  kFault,            // 500, not processed
  kGateway,          // 503 of a gateway, not processed
  kFaultAfterwards,  // 500, although it was processed
  kNonsense,         // processed, and the answer is a page for people
};
std::string_view to_string(Fate fate);

class Network {
 public:
  Network(World& world, TokenBook& book) : world_(world), book_(book), provider_(book) {}

  // How much goes wrong: the share of requests that do not fare well.
  void set_trouble(double share) { trouble_ = share; }
  // Until it is lifted no request to any provider fares well.
  void set_outage(bool on) { outage_ = on; }
  // Until it is lifted providers, or the way to them, refuse at once.
  void set_refusal(bool on) { refusal_ = on; }

  // What becomes of the next request, whatever the trouble.
  void set_next(Fate fate) { next_ = fate; }

  // The sender of one hub life, for one loop. The network outlives it.
  std::unique_ptr<net::HttpSender> sender(Life life);

  // Somebody insists on asking for this grant now: waiting times that a provider named are off.
  void insist(int grant) { told_to_wait_.erase(grant); }
  // Told of each token that leaves with an application's request, right before.
  void before_use(std::function<void(const MintedToken& token)> tell) { use_ = std::move(tell); }

  // An application calls an action at this life: one request, and what its retries may add.
  void called(Life life) { ++calls_[life].first; }
  // Requests that this life waits for.
  [[nodiscard]] int waiting(Life life) const;

 private:
  class Sender;
  struct Call;
  using CallPtr = std::shared_ptr<Call>;

  // The call leaves; from here on it is in nobody's hands.
  void leave(const CallPtr& call);
  void arrive(const CallPtr& call);
  void answer(const CallPtr& call, net::ClientReply reply);
  // Its sender goes on: with the answer, or without one because its time was over.
  net::ClientReply heard(Call& call);

  Fate draw_fate();
  net::ClientReply processed(Call& call);
  net::ClientReply limited(Call& call);
  // The rules about requests: see invariants.h.
  void check_waiting_time(const Call& call);
  void check_rate(Call& call);
  void check_circuit(const Call& call);
  void check_retries(const Call& call);
  void check_presentation(Call& call);
  // Of the code or the refresh token that a call presents.
  std::vector<Presentation>& presentations(const Call& call);

  struct Wait {
    Life life = 0;
    std::int64_t until = 0;
  };

  World& world_;
  TokenBook& book_;
  ModelProvider provider_;
  double trouble_ = 0;
  std::function<void(const MintedToken&)> use_;
  bool outage_ = false;
  bool refusal_ = false;
  std::optional<Fate> next_;
  std::map<Life, int> waiting_;
  std::map<int, Wait> told_to_wait_;  // by grant
  using Times = std::deque<std::int64_t>;
  std::map<std::pair<int, std::string>, Times> asked_;            // by grant and path
  std::map<std::tuple<Life, int, std::string>, Times> asked_by_;  // and by who asked
  std::map<std::pair<Life, std::string>, Times> failed_;          // by host, since one did not
  struct Calls {
    std::size_t first = 0;  // requests that were no retries
    std::size_t sent = 0;
  };
  std::map<Life, Calls> calls_;  // of actions
};

}  // namespace patchbay::simulator
