#pragma once
// Where this program lies, and those that belong to it.
#include <string>
#include <string_view>

namespace patchbay {

// The folder of the running program, links resolved.
std::string own_folder();

// A program of ours by name: beside this one, as builds have it, or where `cmake --install` puts
// what only other programs start. When it is at neither place: where it should have been.
std::string own_program(std::string_view name);

}  // namespace patchbay
