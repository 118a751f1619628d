// All of the C++20 SDK but the coroutines (coroutine.h), which not every compiler gets right.
#pragma once

#include "patchbay/sdk/authorization_code.h"
#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/export.h"
#include "patchbay/sdk/failures.h"
#include "patchbay/sdk/flow.h"
#include "patchbay/sdk/json.h"
#include "patchbay/sdk/refresh_token.h"
#include "patchbay/sdk/revocation.h"
#include "patchbay/sdk/static_credentials.h"
