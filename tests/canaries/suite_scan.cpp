// patchbay_suite_scan: looks through what a CTest run has left behind for secrets of Personio's
// sandbox. Exit code 1: there is one; 2: there is nothing to look through.
#include <exception>
#include <iostream>

#include "canaries/sandbox_secrets.h"

namespace patchbay::canaries {
namespace {

int run(int count, char** places) {
  std::size_t scanned = 0;
  int code = 0;
  for (int i = 1; i < count; ++i) {
    const auto secrets = look_for_sandbox_secrets(places[i]);
    std::cout << places[i] << ": " << secrets.scanned << " bytes\n" << to_string(secrets.found);
    scanned += secrets.scanned;
    if (!secrets.found.empty()) code = 1;
  }
  return scanned == 0 ? 2 : code;
}

}  // namespace
}  // namespace patchbay::canaries

int main(int count, char** places) {
  try {
    return patchbay::canaries::run(count, places);
  } catch (const std::exception& failure) {
    std::cerr << "patchbay_suite_scan: " << failure.what() << "\n";
    return 2;
  }
}
