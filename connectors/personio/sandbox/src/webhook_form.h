#pragma once

#include <optional>

#include "gateway.h"
#include "webhooks.h"

namespace patchbay::personio_sandbox {

/// Takes the members of a body that creates or changes a webhook into `webhook`. Null when all was
/// well; else the 400 or 422 to answer with, and `webhook` is of no use.
std::optional<sandbox::Response> read_webhook(const Call& call, bool creates, Webhook& webhook);

/// Secrets are not shown: neither the token nor the values of the headers.
sandbox::json::object webhook_to_json(const Webhook& webhook);

}  // namespace patchbay::personio_sandbox
