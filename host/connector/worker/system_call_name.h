#pragma once
// The name of a system call's number on this machine: "connect"; "system call 9999" when unknown.
#include <cstdint>
#include <string>

namespace patchbay::connector {

std::string system_call_name(std::uint32_t number);

}  // namespace patchbay::connector
