#pragma once
// One message on the SOCK_SEQPACKET pair between hub and worker: a 16-byte head and a payload, in
// one packet of at most 64 KiB. A larger payload, up to kMaxMessageBytes, lies in a sealed memfd
// that is passed along; the receiver checks the seals and the size before it maps anything. The
// library to be loaded travels the same way.
//
// send_frame and receive_frame work on blocking and non-blocking sockets: the latter give
// kWouldBlock. Both sides treat the other as hostile: whatever does not fit is kBroken, after which
// the socket is of no use.
#include <cstdint>

#include "base/fd.h"
#include "base/secret.h"

namespace patchbay::connector {

enum class FrameType : std::uint16_t {
  kLoad = 1,     // hub: descriptor of the library
  kBegin = 2,    // hub: BeginMessage
  kStep = 3,     // hub: FlowEvent
  kRelease = 4,  // hub: nothing
  kLoaded = 5,   // worker: LoadedMessage
  kAction = 6,   // worker: ActionMessage, answers begin and step
  kLog = 7,      // worker: LogMessage
  kDenied = 8,   // worker: DeniedMessage, unasked
};

struct Frame {
  FrameType type = FrameType::kLog;
  std::uint64_t flow_id = 0;
  SecretString payload;
  Fd descriptor;  // kLoad: the library
};

enum class FrameStatus { kOk, kWouldBlock, kClosed, kBroken };

FrameStatus send_frame(int socket, const Frame& frame);
FrameStatus receive_frame(int socket, Frame& frame);

// A kDenied frame from a signal handler: no allocation, one sendmsg.
void send_denied(int socket, std::uint32_t system_call, bool ended);

// A memfd with these bytes that nobody can change any more. Invalid when the kernel refuses.
Fd make_sealed_memfd(const char* name, std::string_view bytes);

}  // namespace patchbay::connector
