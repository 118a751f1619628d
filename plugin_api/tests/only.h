// A connector with one kind of flow, for tests of that flow: every begin function makes one.
#pragma once

#include <memory>
#include <utility>

#include "patchbay/sdk/export.h"
#include "patchbay/testing/flow_driver.h"

namespace patchbay::tests {

template <class FlowType>
class Only {
 public:
  explicit Only(sdk::Host) {}
  std::unique_ptr<sdk::Flow> connect(sdk::Input input) const {
    return std::make_unique<FlowType>(std::move(input));
  }
  std::unique_ptr<sdk::Flow> refresh(sdk::Input input) const { return connect(std::move(input)); }
  std::unique_ptr<sdk::Flow> revoke(sdk::Input input) const { return connect(std::move(input)); }
};

template <class FlowType>
class OnlyDriver : public testing::Driver {
 public:
  OnlyDriver() : Driver(table()) {}
  static const patchbay_connector* table() {
    static const patchbay_connector kTable = sdk::Shims<Only<FlowType>>::table("{}");
    return &kTable;
  }
};

}  // namespace patchbay::tests
