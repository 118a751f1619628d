#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace patchbay::personio_sandbox {

enum class ApiVersion { v1, v2 };

struct Token {
  std::string client_id;
  ApiVersion version{ApiVersion::v2};
  std::vector<std::string> scopes;
  std::int64_t expires_ms{0};

  bool has_scope(const std::string& scope) const;
};

/// For a client secret or a token: 86 characters behind the prefix, as Personio's own, with
/// kSecretMark among them.
std::string new_secret();

/// The access tokens in circulation. Kept in memory only; guarded by the service's mutex.
class Tokens {
 public:
  std::string mint(Token token, std::int64_t now_ms);
  /// Null when the token never was, is over, or was revoked.
  const Token* find(const std::string& value, std::int64_t now_ms) const;
  /// The valid token of this client with the same version and scopes that lives longest; empty
  /// when there is none.
  std::string find_equal(const Token& wanted, std::int64_t now_ms) const;
  bool revoke(const std::string& value);
  /// Each takes a client id, or an empty one for all, and returns how many valid tokens it met.
  std::size_t revoke_all(const std::string& client_id, std::int64_t now_ms);
  std::size_t expire_all(const std::string& client_id, std::int64_t now_ms);
  std::size_t count(const std::string& client_id, std::int64_t now_ms) const;
  void for_each(const std::function<void(const Token&)>& visit) const;

 private:
  std::unordered_map<std::string, Token> tokens_;
  std::size_t prune_at_{10'000};
};

}  // namespace patchbay::personio_sandbox
