/* Prints the interface's layout: abi.golden is what this wrote when a revision was released. */
#include "abi_description.h"

int main(void) {
  patchbay_abi_describe(stdout);
  return 0;
}
