#pragma once
// What happens when a connector tries a system call that its walls deny (seccomp's trap): the call
// is not made, the hub is told its number, and the connector goes on with an error when it was a
// mere probe, as libc makes them, or the process ends.
//
// Two calls of the loader are not denied but answered from here, so that opening files need not be
// allowed at all: opening the library's own path gives a duplicate of its descriptor, and fstat by
// way of newfstatat is made as fstat.
namespace patchbay::connector::walls {

// Exit status of a worker that was ended for a denied call.
inline constexpr int kDeniedExit = 71;

// Installs the handler of SIGSYS; reports go to `socket`. Once, before any filter.
bool handle_denied_calls(int socket);

// "/proc/self/fd/N" may be opened until it is -1.
void allow_opening(int library);

}  // namespace patchbay::connector::walls
