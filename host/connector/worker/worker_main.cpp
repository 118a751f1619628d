// patchbay-worker: runs one connector library for the hub, behind a socket. Started by the hub with
// an empty environment, descriptor 3 as its only connection to the world, and nothing else open.
// Not meant to be started by hand.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>

#include "connector/worker/flow_codec.h"
#include "connector/worker/frame.h"
#include "connector/worker/library.h"

namespace {

using namespace patchbay::connector;  // NOLINT(google-build-using-namespace)

constexpr int kSocket = 3;
constexpr int kLostHub = 70;

// What a process can give up before any foreign code runs. RLIMIT_AS stays off under sanitizers,
// whose shadow memory is address space.
void lock_down() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  // Large messages are written to a memfd, which counts as a file.
  const rlimit message{2 * kMaxMessageBytes, 2 * kMaxMessageBytes};
  ::setrlimit(RLIMIT_FSIZE, &message);
  const rlimit files{16, 16};
  ::setrlimit(RLIMIT_NOFILE, &files);
#ifndef PATCHBAY_SANITIZED
  const rlimit memory{std::size_t{1} << 30U, std::size_t{1} << 30U};
  ::setrlimit(RLIMIT_AS, &memory);
#endif
}

void send(FrameType type, std::uint64_t flow_id, patchbay::SecretString payload) {
  if (send_frame(kSocket, {type, flow_id, std::move(payload), {}}) != FrameStatus::kOk)
    ::_exit(kLostHub);
}

void send_log(std::uint32_t level, std::string_view text) {
  send(FrameType::kLog, 0, encode(LogMessage{level, std::string(text)}));
}

std::unique_ptr<Library> load(const patchbay::Fd& file) {
  LoadedMessage loaded;
  auto library = Library::load("/proc/self/fd/" + std::to_string(file.get()), send_log, loaded);
  send(FrameType::kLoaded, 0, encode(loaded));
  return library;
}

int serve() {
  std::unique_ptr<Library> library;
  Frame frame;
  while (receive_frame(kSocket, frame) == FrameStatus::kOk) {
    if (frame.type == FrameType::kLoad && !library && frame.descriptor.valid()) {
      library = load(frame.descriptor);
      frame.descriptor.reset();
      continue;
    }
    if (!library) return kLostHub;
    if (frame.type == FrameType::kBegin) {
      const auto message = decode<BeginMessage>(frame.payload.reveal());
      if (!message) return kLostHub;
      send(FrameType::kAction, frame.flow_id,
           encode(ActionMessage{library->begin(frame.flow_id, *message), {}}));
    } else if (frame.type == FrameType::kStep) {
      const auto event = decode<FlowEvent>(frame.payload.reveal());
      if (!event) return kLostHub;
      send(FrameType::kAction, frame.flow_id, encode(library->step(frame.flow_id, *event)));
    } else if (frame.type == FrameType::kRelease) {
      library->release(frame.flow_id);
    } else {
      return kLostHub;
    }
  }
  return 0;
}

}  // namespace

int main() {
  if (::fcntl(kSocket, F_GETFD) < 0) {
    std::fputs("patchbay-worker is started by the patchbay hub, one for each connector.\n", stderr);
    return 64;
  }
  ::fcntl(kSocket, F_SETFD, FD_CLOEXEC);
  lock_down();
  return serve();
}
