#pragma once
// Where a person signed in at the provider, all tokens that the operator's client has of them may
// be one authorization there, and revoking one of them may end it (RFC 7009, section 2.1). While an
// account goes on with other tokens, those it no longer needs are therefore left alone: the hub
// forgets them, and they end by themselves.
//
// Any thread.
#include "accounts/revoker.h"

namespace patchbay::accounts {

// Empties the order where that is so. For accounts that go on.
void leave_shared_tokens(const Services& services, RevocationOrder& order);

}  // namespace patchbay::accounts
