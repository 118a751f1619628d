#include "actions/authorizer.h"

#include <algorithm>

#include "base/encoding.h"

namespace patchbay::actions {
namespace {

Error unusable() {
  return make_error(ErrorCode::kConfiguration,
                    "The account's credential holds characters that can't be sent. Reconnect the "
                    "account.");
}

Result<> set_header(net::ClientRequest& request, std::string_view name, std::string_view prefix,
                    std::string_view value) {
  SecretString text(prefix);
  text.append(value);
  if (!request.headers.set(name, text.reveal())) return unusable();
  return {};
}

SecretString encoded(std::string (*encode)(std::string_view), std::string_view plain) {
  std::string text = encode(plain);
  return SecretString::take(text);
}

}  // namespace

std::vector<std::string_view> secret_forms(const Credential& credential) {
  std::vector<std::string_view> forms;
  // Short ones are left: replacing "a" everywhere would make the answer unreadable and hide little.
  const auto add = [&forms](const SecretString& secret) {
    if (secret.size() >= 4) forms.push_back(secret.reveal());
  };
  add(credential.value);
  add(credential.user);
  for (const auto& header : credential.headers)
    if (header.secret) add(header.value);
  return forms;
}

Result<> authorise(net::ClientRequest& request, const manifest::RequestAuth& rule,
                   const Credential& credential) {
  request.secret = true;
  if (rule.headers.size() != credential.headers.size()) return unusable();
  for (std::size_t i = 0; i < rule.headers.size(); ++i)
    PATCHBAY_TRY(
        set_header(request, rule.headers[i].name, {}, credential.headers[i].value.reveal()));
  switch (rule.kind) {
    case manifest::RequestAuth::Kind::kBearer:
      return set_header(request, "Authorization",
                        rule.prefix.empty() ? std::string_view("Bearer ") : rule.prefix,
                        credential.value.reveal());
    case manifest::RequestAuth::Kind::kBasic: {
      const std::string_view user = credential.user.reveal();
      if (user.find(':') != std::string_view::npos) return unusable();  // RFC 7617 §2
      SecretString pair(user);
      pair.append(":");
      pair.append(credential.value.reveal());
      return set_header(request, "Authorization", "Basic ",
                        encoded(base64_encode, pair.reveal()).reveal());
    }
    case manifest::RequestAuth::Kind::kHeader:
      return set_header(request, rule.name, rule.prefix, credential.value.reveal());
    case manifest::RequestAuth::Kind::kQuery: {
      request.url += request.url.find('?') == std::string::npos ? '?' : '&';
      request.url += percent_encode(rule.name) + "=";
      request.url += encoded(percent_encode, credential.value.reveal()).reveal();
      return {};
    }
  }
  return unusable();
}

}  // namespace patchbay::actions
