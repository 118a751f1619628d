#pragma once
// Takes secrets out of a text that comes in parts, also where one stands across two of them. Each
// letter of a secret becomes an asterisk, so that the text keeps its length. Not thread safe.
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace patchbay::actions {

class SecretWindow {
 public:
  explicit SecretWindow(const std::vector<std::string_view>& secrets);

  // What may be shown of what came so far; an end that may be a secret's beginning waits for what
  // comes next. May be empty.
  std::string pass(std::string_view part);
  // What waited, when nothing comes any more.
  std::string finish();

 private:
  std::vector<SecretString> secrets_;
  SecretString waiting_;     // as it came
  std::string waiting_out_;  // as it would be shown, if no secret began in it
};

}  // namespace patchbay::actions
