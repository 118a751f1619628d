#pragma once
// Puts an account's credential into a request, by the manifest's rule (bearer, basic, header,
// query). The connector's code never sees it.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "manifest/auth_method.h"
#include "net/http_client.h"

namespace patchbay::actions {

struct Credential {
  SecretString value;  // the token, or the password for basic
  SecretString user;   // basic only
};

// What must not be seen should the provider repeat it in an answer. Borrowed.
std::vector<std::string_view> secret_forms(const Credential& credential);

// kConfiguration when the credential can't stand where the rule puts it.
Result<> authorise(net::ClientRequest& request, const manifest::RequestAuth& rule,
                   const Credential& credential);

}  // namespace patchbay::actions
