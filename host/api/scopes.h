#pragma once
// What an API key may do. Stored as words with blanks between them; a word this version does not
// know gives nothing.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace patchbay::api {

enum class Scope : std::uint8_t {
  kAccounts,  // connect sessions; read and unlink accounts
  kActions,   // run actions
  kTokens,    // read access tokens; never given by default
  kAdmin,     // integrations, keys, settings
};
inline constexpr std::array kAllScopes = {Scope::kAccounts, Scope::kActions, Scope::kTokens,
                                          Scope::kAdmin};
std::string_view to_string(Scope scope);

class Scopes {
 public:
  Scopes() = default;
  static Scopes from_stored(std::string_view words);
  // kInvalidArgument names a word that is none and lists those that are; none at all is one too.
  static Result<Scopes> from_words(std::string_view words);

  [[nodiscard]] bool has(Scope scope) const { return (bits_ & bit(scope)) != 0; }
  void add(Scope scope) { bits_ |= bit(scope); }
  [[nodiscard]] std::string to_stored() const;

 private:
  static unsigned bit(Scope scope) { return 1U << static_cast<unsigned>(scope); }
  unsigned bits_ = 0;
};

}  // namespace patchbay::api
