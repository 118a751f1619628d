// patchbay_test_postgres start|stop FILE: the PostgreSQL server of a whole CTest run.
#include <exception>
#include <iostream>
#include <string_view>

#include "support/postgres_cluster.h"

int main(int argc, char** argv) {
  using namespace patchbay::testing_support;  // NOLINT(google-build-using-namespace)
  if (argc != 3) return 2;
  try {
    end_detached(argv[2]);  // one that an interrupted run left behind, too
    if (std::string_view(argv[1]) == "start") start_detached(argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
