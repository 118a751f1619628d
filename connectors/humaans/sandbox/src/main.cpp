#include "patchbay/sandbox/main.h"

#include "humaans_sandbox/humaans_sandbox.h"

int main(int argc, char** argv) {
  return patchbay::sandbox::run_sandbox_main(argc, argv, humaans_sandbox::info(),
                                             &humaans_sandbox::make);
}
