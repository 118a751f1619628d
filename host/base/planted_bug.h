#pragma once
// Known bugs in production code, so that the simulator can show that it finds them:
//
//   if (PATCHBAY_PLANTED_BUG(3)) return;
//
// Here the condition is the constant false, and nothing of it is in the program. The simulator
// builds some files a second time with another meaning (tests/simulator/planted_bugs.h, which also
// lists them).
#ifndef PATCHBAY_PLANTED_BUG
#define PATCHBAY_PLANTED_BUG(number) false
#endif
