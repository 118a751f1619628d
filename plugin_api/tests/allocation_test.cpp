// What the SDK allocates for a connect flow. A program of its own: it replaces operator new.
#include <gtest/gtest.h>

#include "allocation_count.h"
#include "bare_exchange.h"
#include "only.h"
#include "sample_flows.h"

namespace {

using namespace patchbay::tests;

template <class Flow>
std::uint64_t allocated() {
  BareExchange exchange(OnlyDriver<Flow>::table());
  exchange.run();  // what is made once
  const auto before = allocations.load();
  exchange.run();
  return allocations.load() - before;
}

TEST(Allocations, OfACoroutineFlowAreUnderTen) {
  EXPECT_LT(allocated<KeyCoroutine>(), 10U);
}

TEST(Allocations, OfTheUsualGrantAreUnderTen) {
  EXPECT_LT(allocated<ClientCredentials>(), 10U);
}

}  // namespace
