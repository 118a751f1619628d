#include "patchbay/sandbox/main.h"

#include "slack_sandbox/slack_sandbox.h"

int main(int argc, char** argv) {
  return patchbay::sandbox::run_sandbox_main(argc, argv, slack_sandbox::info(),
                                             &slack_sandbox::make);
}
