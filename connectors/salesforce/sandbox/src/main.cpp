#include "patchbay/sandbox/main.h"

#include "salesforce_sandbox/salesforce_sandbox.h"

int main(int argc, char** argv) {
  return patchbay::sandbox::run_sandbox_main(argc, argv, salesforce_sandbox::info(),
                                             &salesforce_sandbox::make);
}
