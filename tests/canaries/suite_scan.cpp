// patchbay_suite_scan: looks through what a CTest run has left behind for secrets of Personio's
// sandbox, all of which hold the same mark (personio_sandbox/secret_mark.h). Exit code 1: there is
// one; 2: there is nothing to look through.
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "canaries/scanner.h"
#include "personio_sandbox/secret_mark.h"

namespace patchbay::canaries {
namespace {

namespace fs = std::filesystem;

Findings scan(const Scanner& scanner, const fs::path& place) {
  if (fs::is_directory(place)) return scanner.scan_folder(place);
  return fs::exists(place) ? scanner.scan_file(place) : Findings();
}

int run(int count, char** places) {
  const Scanner scanner({{"a secret of the sandbox", std::string(personio_sandbox::kSecretMark)}});
  int code = 0;
  for (int i = 1; i < count; ++i) {
    const auto before = scanner.scanned();
    const auto found = scan(scanner, places[i]);
    std::cout << places[i] << ": " << scanner.scanned() - before << " bytes\n" << to_string(found);
    if (!found.empty()) code = 1;
  }
  return scanner.scanned() == 0 ? 2 : code;
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
