#pragma once
// A flow as `patchbay flows export` writes it, read for the driver of the kit. Owns its values.
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/testing/flow_driver.h"

namespace patchbay::windows {

struct Recording {
  std::string operation;
  testing::InputSpec input;
  struct Step {
    std::uint32_t event = 0;
    testing::Moment moment;
    std::vector<testing::ReplySpec> replies;
    boost::json::value action;  // what is due
  };
  std::vector<Step> steps;
};

// Throws for a text that is none.
Recording read_recording(std::string_view text);

}  // namespace patchbay::windows
