#pragma once
// Between the hubs and the providers: how long a request takes, whether it arrives, whether its
// answer does, and what the provider says when it is not well. A request that has left goes on
// when its hub is killed: the provider processes it, and nobody hears.
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

  // What becomes of the next request, whatever the trouble.
  void set_next(Fate fate) { next_ = fate; }

  // The sender of one hub life, for one loop. The network outlives it.
  std::unique_ptr<net::HttpSender> sender(Life life);

  // Somebody insists on asking for this grant now: waiting times that a provider named are off.
  void insist(int grant) { told_to_wait_.erase(grant); }
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
  void check_rate(const Call& call);
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
  bool outage_ = false;
  std::optional<Fate> next_;
  std::map<Life, int> waiting_;
  std::map<int, Wait> told_to_wait_;                                       // by grant
  std::map<std::pair<int, std::string>, std::deque<std::int64_t>> asked_;  // by grant and path
};

}  // namespace patchbay::simulator
