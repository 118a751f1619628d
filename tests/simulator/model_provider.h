#pragma once
// Two providers, as far as their token endpoints go: Personio (client credentials, API v1 and v2)
// and Rota, an invented one whose refresh tokens rotate. Each request is processed at once and for
// good; whether anybody hears of the answer is the network's affair.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "token_book.h"

namespace patchbay::simulator {

struct ProviderRequest {
  std::string method;
  std::string host;
  std::string path;
  std::string bearer;  // without "Bearer "
  std::vector<std::pair<std::string, std::string>> form;

  [[nodiscard]] std::string_view field(std::string_view name) const;
};

struct ProviderAnswer {
  unsigned status = 200;
  std::string body;
  std::vector<int> minted;  // token ids
};

class ModelProvider {
 public:
  // How long after its first use a spent token of the kind kGrace is forgiven.
  static constexpr std::int64_t kGraceMs = 60'000;

  explicit ModelProvider(TokenBook& book) : book_(book) {}

  ProviderAnswer process(const ProviderRequest& request, std::int64_t now);

  // The grant that a token request is about; null: it names none that there is, or is none.
  Grant* grant_of(const ProviderRequest& request);
  // The refresh token that a request presents; null: none.
  MintedToken* presented_by(const ProviderRequest& request);

 private:
  ProviderAnswer personio_token(const ProviderRequest& request, std::int64_t now);
  ProviderAnswer personio_token_v1(const ProviderRequest& request, std::int64_t now);
  ProviderAnswer personio_persons(const ProviderRequest& request, std::int64_t now);
  ProviderAnswer personio_revoke(const ProviderRequest& request, std::int64_t now);
  ProviderAnswer rota_token(const ProviderRequest& request, std::int64_t now);
  ProviderAnswer rota_exchange(const ProviderRequest& request, std::int64_t now);
  ProviderAnswer rota_revoke(const ProviderRequest& request);
  ProviderAnswer rota_tokens(const Grant& grant, std::int64_t now);

  TokenBook& book_;
};

}  // namespace patchbay::simulator
