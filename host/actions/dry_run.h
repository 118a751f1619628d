#pragma once
// What a call would send, told instead of sent: {dry_run, method, url, headers, body, permissions}.
// Without the credential, which is not fetched either.
#include <string>

#include "manifest/action.h"
#include "net/http_client.h"

namespace patchbay::actions {

std::string describe_request(const manifest::Action& action, const net::ClientRequest& request);

}  // namespace patchbay::actions
