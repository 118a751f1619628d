#pragma once
// Names a process so that another one on the same machine can tell that it has ended: boot, pid
// namespace, pid and start time. After a kill a hub on the same machine then need not wait until
// the dead one's time has run out.
#include <string>
#include <string_view>

namespace patchbay::instances {

// Empty when /proc does not tell.
std::string mark_of_this_process();

// True only when it is certain. A process of another machine, of another container, or one that
// can't be looked at may live.
bool has_ended(std::string_view mark);

}  // namespace patchbay::instances
