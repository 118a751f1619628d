#pragma once
// Messages on the SOCK_SEQPACKET pair between hub and worker. A frame is a 24-byte head and a
// payload; a packet, of at most 64 KiB, holds one frame or several, so that many small messages
// cost one system call. A larger payload, up to kMaxMessageBytes, lies in a sealed memfd that is
// passed along, and its frame has the packet to itself; the receiver checks the seals and the size
// before it maps anything. The library to be loaded travels the same way.
//
// All of it works on blocking and non-blocking sockets: the latter give kWouldBlock. Both sides
// treat the other as hostile: whatever does not fit is kBroken, after which the socket is of no
// use.
#include <cstdint>
#include <deque>
#include <vector>

#include "base/fd.h"
#include "base/secret.h"

namespace patchbay::connector {

enum class FrameType : std::uint16_t {
  kLoad = 1,      // hub: descriptor of the library
  kBegin = 2,     // hub: BeginMessage
  kStep = 3,      // hub: FlowEvent
  kRelease = 4,   // hub: nothing
  kLoaded = 5,    // worker: LoadedMessage
  kAction = 6,    // worker: ActionMessage, answers begin and step
  kLog = 7,       // worker: LogMessage
  kDenied = 8,    // worker: DeniedMessage, unasked
  kManifest = 9,  // hub, before kLoad: the manifest that the library is to serve
};

struct Frame {
  FrameType type = FrameType::kLog;
  std::uint64_t flow_id = 0;
  SecretString payload;
  Fd descriptor;  // kLoad: the library
};

enum class FrameStatus { kOk, kWouldBlock, kClosed, kBroken };

FrameStatus send_frame(int socket, const Frame& frame);

// Sends one packet, with as many frames from the front as fit into it, and takes those out. Not for
// an empty queue.
FrameStatus send_frames(int socket, std::deque<Frame>& queue);

// Reads the frames of one socket, which must outlive it. One thread.
class FrameReader {
 public:
  explicit FrameReader(int socket) : socket_(socket) {}

  FrameStatus next(Frame& frame);
  // Whether next() has something before it asks the socket.
  [[nodiscard]] bool has_more() const { return at_ < end_; }

 private:
  FrameStatus receive(Fd& descriptor);
  FrameStatus take(Frame& frame, Fd descriptor);

  int socket_;
  std::vector<char, WipingAllocator<char>> packet_;  // wiped as far as it was read, too
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

// A kDenied frame from a signal handler: no allocation, one sendmsg.
void send_denied(int socket, std::uint32_t system_call, bool ended);

// A memfd with these bytes that nobody can change any more. Invalid when the kernel refuses.
Fd make_sealed_memfd(const char* name, std::string_view bytes);

}  // namespace patchbay::connector
