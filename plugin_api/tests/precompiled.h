#pragma once
// Precompiled for the tests of the SDK and of connectors.
#include <gtest/gtest.h>

#include <map>

#include "patchbay/sdk/sdk.h"
#include "patchbay/testing/flow_driver.h"
