#include "echo_provider.h"
#include "patchbay/sandbox/main.h"

int main(int argc, char** argv) {
  using patchbay::sandbox::EchoProvider;
  return patchbay::sandbox::run_sandbox_main(argc, argv, EchoProvider::info(),
                                             EchoProvider::factory());
}
