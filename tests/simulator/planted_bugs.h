#pragma once
// Wakes the planted bugs (base/planted_bug.h) in the sources that include this first, one at a
// time. A new one gets the next number, a line in planted_bugs_test.cpp, and its file a line in
// CMakeLists.txt.
namespace patchbay::simulator {

extern int planted_bug;  // 0: none is awake

}  // namespace patchbay::simulator

#define PATCHBAY_PLANTED_BUG(number) (::patchbay::simulator::planted_bug == (number))
