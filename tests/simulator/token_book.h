#pragma once
// The truth about credentials that no hub knows whole: every grant that the model providers gave,
// every token they minted, what became of it, and each time a refresh token was presented. The
// providers write it, the network adds what reached whom, the invariants read it.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::simulator {

// One start of one hub; a hub that was killed goes on under the next number.
using Life = int;

enum class GrantKind : std::uint8_t {
  kCredentials,  // client id and secret mint any number of tokens
  kRotating,     // each use of the refresh token spends it; a second use ends the grant
  kGrace,        // rotating, and a spent token is forgiven once, for a while
  kSignedIn,     // rotating, of a person who signed in on the way
};

// How a hub came to see one presentation of a code or a refresh token.
enum class Seen : std::uint8_t {
  kNothing,      // no answer (yet): the outcome is unknown
  kUnprocessed,  // it certainly was not processed, or refused: no connection, 4xx
  kAnswered,
};

struct Presentation {
  Life life = 0;
  std::int64_t at = 0;
  Seen seen = Seen::kNothing;
};

struct Grant {
  int id = 0;
  GrantKind kind = GrantKind::kCredentials;
  std::string client_id;  // for the rotating kinds: the code that is exchanged, good for one use
  std::string secret;
  std::int64_t lifetime_ms = 0;  // of its access tokens
  bool may_read = true;          // else connecting fails for want of a permission
  bool is_over = false;          // deleted at the provider, or ended by a second use
  bool ended_by_hub = false;     // at the revocation endpoint
  bool code_used = false;
  std::vector<Presentation> presentations;  // of the code
};

// Whether a token came to be known to a hub.
enum class Delivery : std::uint8_t { kUnderWay, kLost, kDelivered };

struct MintedToken {
  int id = 0;
  int grant = 0;
  std::string value;
  bool is_refresh = false;
  std::int64_t expires = 0;     // unix ms; 0: never
  bool is_over = false;         // revoked, or its grant ended
  bool revoked_by_hub = false;  // at the revocation endpoint
  std::int64_t spent = 0;       // refresh tokens: unix ms of the first use that was processed
  bool forgiven = false;        // kGrace: a second use was
  std::vector<Presentation> presentations;

  Delivery delivery = Delivery::kUnderWay;
  Life life = 0;               // that asked for it
  std::int64_t delivered = 0;  // unix ms
  std::int64_t frozen_ms = 0;  // of the time since, that life was frozen

  // For the invariants.
  bool is_known_dead = false;  // its account could not go on anyway when it was revoked
  std::string held_by;         // the account that holds it or was the last to do so
  bool is_excused = false;     // by something the documents say: see invariants.h

  [[nodiscard]] bool is_alive(std::int64_t now) const {
    return !is_over && (expires == 0 || expires > now);
  }
};

class TokenBook {
 public:
  Grant& add_grant(GrantKind kind, std::int64_t lifetime_ms);
  MintedToken& mint(const Grant& grant, bool is_refresh, std::int64_t now);

  [[nodiscard]] Grant& grant(int id) { return grants_.at(static_cast<std::size_t>(id)); }
  Grant* find_client(std::string_view client_id);
  MintedToken* find(std::string_view value);
  [[nodiscard]] MintedToken& token(int id) { return tokens_.at(static_cast<std::size_t>(id)); }
  [[nodiscard]] std::vector<MintedToken>& tokens() { return tokens_; }
  // Grants that hubs have ended: at once, or every token of theirs that reached one.
  [[nodiscard]] std::size_t count_revoked() const;
  // Ids of tokens that were alive when this was last asked, and may still be.
  const std::vector<int>& living(std::int64_t now);

  // Ends a grant with all its tokens.
  void end(Grant& grant);

  // The ids of all tokens whose values stand in a text.
  static std::vector<int> mentioned_in(std::string_view text);

 private:
  std::vector<Grant> grants_;
  std::vector<MintedToken> tokens_;
  std::vector<int> living_;
  std::map<std::string, int, std::less<>> by_client_;
};

}  // namespace patchbay::simulator
