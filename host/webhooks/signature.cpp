#include "webhooks/signature.h"

#include "base/encoding.h"
#include "base/hash.h"

namespace patchbay::webhooks {
namespace {

constexpr std::string_view kStart = "whsec_";

std::string_view bytes_of(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// The key that a secret stands for; the secret itself when it is none of ours.
SecretString key_of(const SecretString& secret) {
  const std::string_view text = secret.reveal();
  if (!text.starts_with(kStart)) return secret.copy();
  auto decoded = base64_decode(text.substr(kStart.size()));
  return decoded ? SecretString::take(*decoded) : secret.copy();
}

}  // namespace

SecretString make_secret(Random& random) {
  auto bytes = random.bytes32();
  std::string text = base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  wipe(bytes.data(), bytes.size());
  SecretString secret(kStart);
  secret.append(text);
  wipe(text.data(), text.size());
  return secret;
}

std::string standard_signature(const SecretString& secret, std::string_view id, std::int64_t unix_s,
                               std::string_view body) {
  SecretString signed_text(id);
  signed_text.append(".");
  signed_text.append(std::to_string(unix_s));
  signed_text.append(".");
  signed_text.append(body);
  return "v1," +
         base64_encode(bytes_of(hmac_sha256(key_of(secret).reveal(), signed_text.reveal())));
}

std::string stackone_signature(const SecretString& secret, std::string_view body) {
  return base64url_encode(bytes_of(hmac_sha256(secret.reveal(), body)));
}

void sign(net::Headers& headers, std::span<const SecretString> secrets, std::string_view id,
          std::int64_t unix_s, std::string_view body) {
  std::string all;
  for (const auto& secret : secrets)
    all.append(all.empty() ? "" : " ").append(standard_signature(secret, id, unix_s, body));
  headers.set("webhook-id", id);
  headers.set("webhook-timestamp", std::to_string(unix_s));
  headers.set("webhook-signature", all);
  headers.set("x-stackone-signature", stackone_signature(secrets.back(), body));
}

}  // namespace patchbay::webhooks
