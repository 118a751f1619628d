#include "patchbay/sandbox/main.h"

#include "hibob_sandbox/hibob_sandbox.h"

int main(int argc, char** argv) {
  return patchbay::sandbox::run_sandbox_main(argc, argv, hibob_sandbox::info(),
                                             &hibob_sandbox::make);
}
