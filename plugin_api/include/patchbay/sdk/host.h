// What the host offers to a connector instance. Copyable; valid as long as the instance. [any]
#pragma once

#include <cstdint>
#include <string_view>

#include "patchbay/connector.h"
#include "patchbay/sdk/text.h"

namespace patchbay::sdk {

enum class LogLevel : std::uint32_t {
  debug = PATCHBAY_LOG_DEBUG,
  info = PATCHBAY_LOG_INFO,
  warn = PATCHBAY_LOG_WARN,
  error = PATCHBAY_LOG_ERROR,
};

class Host {
 public:
  explicit Host(const patchbay_host* host) : host_(host) {}

  // One line for the operator; never a secret.
  void log(LogLevel level, std::string_view line) const {
    host_->log(host_->ctx, static_cast<std::uint32_t>(level), borrow(line));
  }
  // Null when the host does not have it.
  const void* extension(std::string_view id) const {
    return host_->get_extension(host_->ctx, borrow(id));
  }

 private:
  const patchbay_host* host_;
};

}  // namespace patchbay::sdk
