#pragma once
// Precompiled for this build's connectors: the SDK.
#include "patchbay/sdk/sdk.h"
