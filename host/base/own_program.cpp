#include "base/own_program.h"

#include <filesystem>

namespace patchbay {

namespace fs = std::filesystem;

std::string own_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

std::string own_program(std::string_view name) {
  const fs::path folder = own_folder();
  const auto installed = (folder / PATCHBAY_LIBEXEC_FROM_BIN / name).lexically_normal();
  std::error_code error;
  return fs::exists(installed, error) ? installed : folder / name;
}

}  // namespace patchbay
