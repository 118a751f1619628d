#pragma once
// Precompiled for the tests of the kit and of provider sandboxes.
#include <gtest/gtest.h>

#include "../precompiled.h"
