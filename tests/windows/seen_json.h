#pragma once
// What a connector did, in the form in which recorded flows hold it
// (host/connector/flow_action_json.h).
#include <boost/json.hpp>

#include "patchbay/testing/flow_driver.h"

namespace patchbay::windows {

boost::json::object to_json(const testing::Seen& seen);

}  // namespace patchbay::windows
