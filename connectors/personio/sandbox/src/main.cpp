#include "patchbay/sandbox/main.h"

#include "personio_sandbox/personio_sandbox.h"

int main(int argc, char** argv) {
  return patchbay::sandbox::run_sandbox_main(argc, argv,
                                             patchbay::personio_sandbox::provider_info(),
                                             patchbay::personio_sandbox::provider_factory());
}
