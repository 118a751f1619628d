#include "api/scopes.h"

#include <algorithm>
#include <optional>

namespace patchbay::api {
namespace {

std::optional<Scope> scope_from(std::string_view word) {
  for (const Scope scope : kAllScopes)
    if (to_string(scope) == word) return scope;
  return std::nullopt;
}

// Taken from the front of `words`; empty when there is no more.
std::string_view take_word(std::string_view& words) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  words.remove_prefix(std::min(words.find_first_not_of(kBlanks), words.size()));
  const auto word = words.substr(0, words.find_first_of(kBlanks));
  words.remove_prefix(word.size());
  return word;
}

}  // namespace

std::string_view to_string(Scope scope) {
  switch (scope) {
    case Scope::kAccounts:
      return "accounts";
    case Scope::kActions:
      return "actions";
    case Scope::kTokens:
      return "tokens";
    case Scope::kAdmin:
      break;
  }
  return "admin";
}

Scopes Scopes::from_stored(std::string_view words) {
  Scopes scopes;
  for (auto word = take_word(words); !word.empty(); word = take_word(words))
    if (const auto scope = scope_from(word)) scopes.add(*scope);
  return scopes;
}

Result<Scopes> Scopes::from_words(std::string_view words) {
  const auto refused = [](std::string what) {
    return make_error(ErrorCode::kInvalidArgument,
                      std::move(what) + " There are: accounts, actions, tokens, admin.", "scopes");
  };
  Scopes scopes;
  for (auto word = take_word(words); !word.empty(); word = take_word(words)) {
    const auto scope = scope_from(word);
    if (!scope) return refused("\"" + std::string(word) + "\" is no scope.");
    scopes.add(*scope);
  }
  if (scopes.bits_ == 0) return refused("A key needs at least one scope.");
  return scopes;
}

std::string Scopes::to_stored() const {
  std::string out;
  for (const Scope scope : kAllScopes)
    if (has(scope)) out.append(out.empty() ? "" : " ").append(to_string(scope));
  return out;
}

}  // namespace patchbay::api
