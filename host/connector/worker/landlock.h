#pragma once
// Landlock without any rule: every access that this kernel's version knows is denied, files, TCP,
// signals to other processes and abstract sockets alike. See landlock(7).
#include <string>

namespace patchbay::connector::walls {

// 0: the kernel has none or it is switched off.
int landlock_version();

// Needs no_new_privs. False when the kernel refuses.
bool deny_by_landlock(int version);

// What a version covers: "files, tcp".
std::string landlock_covers(int version);

}  // namespace patchbay::connector::walls
