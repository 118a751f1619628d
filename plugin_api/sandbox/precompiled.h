#pragma once
// Precompiled for the kit and for provider sandboxes.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "patchbay/sandbox/error.h"
#include "patchbay/sandbox/json.h"
#include "patchbay/sandbox/text.h"
