#include "patchbay/sandbox/main.h"

#include "bamboohr_sandbox/bamboohr_sandbox.h"

int main(int argc, char** argv) {
  return patchbay::sandbox::run_sandbox_main(argc, argv, bamboohr_sandbox::info(),
                                             &bamboohr_sandbox::make);
}
