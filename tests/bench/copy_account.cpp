// copy_account DATA ACCOUNT COUNT: copies of an account, with owners owner0, owner1, …, in the
// database of a hub that does not run.
#include <cstdlib>
#include <iostream>

#include "support/account_copies.h"

int main(int argc, char** argv) {
  using namespace patchbay;  // NOLINT(google-build-using-namespace)
  if (argc != 4) {
    std::cerr << "usage: copy_account DATA ACCOUNT COUNT\n";
    return 2;
  }
  const std::string data = argv[1];
  cli::HubOptions options;
  options.data_folder = data;
  options.key = vault::KeyFile{data + "/key"};
  auto hub = cli::Hub::open(std::move(options));
  if (!hub) {
    std::cerr << hub.error().message << "\n";
    return 1;
  }
  const test::AccountCopies copies(
      **hub, argv[2], [](std::string_view text, const auto&) { return std::string(text); });
  const auto added = copies.add(0, std::strtoull(argv[3], nullptr, 10));
  (*hub)->stop(std::chrono::seconds(5));
  if (!added) std::cerr << added.error().message << "\n";
  return added ? 0 : 1;
}
