#pragma once
// Puts an account's credential into a request, by the manifest's rule (bearer, basic, header,
// query, and headers beside it). The connector's code never sees it.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "manifest/auth_method.h"
#include "net/http_client.h"

namespace patchbay::actions {

// The value of one of the rule's headers.
struct CredentialHeader {
  SecretString value;
  bool secret = true;  // false: a number of a customer or the like, which anybody may see
};

struct Credential {
  SecretString value;                          // the token, or the password for basic
  SecretString user;                           // basic only
  std::vector<CredentialHeader> headers = {};  // in the rule's order
};

// What must not be seen should the provider repeat it in an answer. Borrowed.
std::vector<std::string_view> secret_forms(const Credential& credential);

// kConfiguration when the credential can't stand where the rule puts it.
Result<> authorise(net::ClientRequest& request, const manifest::RequestAuth& rule,
                   const Credential& credential);

}  // namespace patchbay::actions
