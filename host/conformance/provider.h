#pragma once
// Providers that a connector under test talks to: each answers every request in one way, from the
// plausible to the hostile. What it hands out as tokens begins with kMintedMark.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "manifest/manifest.h"
#include "patchbay/testing/flow_driver.h"

namespace patchbay::conformance {

inline constexpr char kMintedMark[] = "SECRET-minted-";

struct Provider {
  std::string name;  // "429 with Retry-After", "10 MB", "reset while sending"
  // `number` counts the flow's requests from 0.
  std::function<testing::ReplySpec(const testing::SeenRequest&, unsigned number)> answer;
};

// Says yes to everything: a JSON object with whatever a token answer may hold.
Provider plausible_provider(const manifest::Manifest& manifest);

// All the others; the same for every call.
using Providers = std::shared_ptr<const std::vector<Provider>>;
Providers difficult_providers(const manifest::Manifest& manifest);

// Answers that nobody thought of, made from those that somebody did.
Provider random_provider(Providers known, std::uint64_t seed);

}  // namespace patchbay::conformance
