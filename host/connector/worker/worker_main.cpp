// patchbay-worker: runs one connector library for the hub, behind a socket. Started by the hub with
// an empty environment, descriptor 3 as its only connection to the world, and nothing else open;
// argv names the connector, for whoever reads a process list, and the hub's process id. Not meant
// to be started by hand.
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>

#include "connector/worker/denied_calls.h"
#include "connector/worker/flow_codec.h"
#include "connector/worker/frame.h"
#include "connector/worker/library.h"
#include "connector/worker/walls.h"

namespace {

using namespace patchbay::connector;  // NOLINT(google-build-using-namespace)

constexpr int kSocket = 3;
constexpr int kLostHub = 70;

void send(FrameType type, std::uint64_t flow_id, patchbay::SecretString payload) {
  if (send_frame(kSocket, {type, flow_id, std::move(payload), {}}) != FrameStatus::kOk)
    ::_exit(kLostHub);
}

void send_all(std::deque<Frame>& frames) {
  while (!frames.empty())
    if (send_frames(kSocket, frames) != FrameStatus::kOk) ::_exit(kLostHub);
}

void send_log(std::uint32_t level, std::string_view text) {
  send(FrameType::kLog, 0, encode(LogMessage{level, std::string(text)}));
}

std::unique_ptr<Library> refuse(LoadedMessage& loaded, std::string why) {
  loaded.failure = static_cast<std::uint32_t>(LoadFailure::kNoWalls);
  loaded.detail = std::move(why);
  return nullptr;
}

// Walls up, library in, narrower walls. Without walls there is no library.
std::unique_ptr<Library> load(const patchbay::Fd& file, std::string_view manifest,
                              LoadedMessage& loaded) {
  walls::allow_opening(file.get());
  if (auto missing = walls::raise_first(kSocket); !missing.empty())
    return refuse(loaded, std::move(missing));
  auto library =
      Library::load("/proc/self/fd/" + std::to_string(file.get()), manifest, send_log, loaded);
  walls::allow_opening(-1);
  if (!library) return nullptr;
  if (auto missing = walls::raise_second(kSocket); !missing.empty())
    return refuse(loaded, std::move(missing));
  loaded.walls = walls::statement();
  return library;
}

// The answer to a frame, or nothing when it makes no sense here.
std::optional<ActionMessage> answer_to(Library& library, const Frame& frame) {
  if (frame.type == FrameType::kBegin) {
    if (const auto message = decode<BeginMessage>(frame.payload.reveal()))
      return ActionMessage{library.begin(frame.flow_id, *message), {}};
  } else if (frame.type == FrameType::kStep) {
    if (const auto event = decode<FlowEvent>(frame.payload.reveal()))
      return library.step(frame.flow_id, *event);
  }
  return std::nullopt;
}

int serve_flows(FrameReader& hub, Library& library) {
  std::deque<Frame> answers;
  for (Frame frame; hub.next(frame) == FrameStatus::kOk;) {
    if (frame.type == FrameType::kRelease) {
      library.release(frame.flow_id);
    } else if (const auto answer = answer_to(library, frame)) {
      answers.push_back({FrameType::kAction, frame.flow_id, encode(*answer), {}});
    } else {
      return kLostHub;
    }
    if (!hub.has_more()) send_all(answers);
  }
  return 0;
}

int serve() {
  FrameReader hub(kSocket);
  Frame frame;
  if (hub.next(frame) != FrameStatus::kOk) return 0;
  patchbay::SecretString manifest;
  if (frame.type == FrameType::kManifest) {
    manifest = std::move(frame.payload);
    if (hub.next(frame) != FrameStatus::kOk) return 0;
  }
  if (frame.type != FrameType::kLoad || !frame.descriptor.valid()) return kLostHub;
  LoadedMessage loaded;
  const auto library = load(frame.descriptor, manifest.reveal(), loaded);
  frame.descriptor.reset();
  send(FrameType::kLoaded, 0, encode(loaded));
  return library ? serve_flows(hub, *library) : 0;
}

}  // namespace

int main(int count, char** arguments) {
  int hub = 0;
  if (count == 3) std::from_chars(arguments[2], arguments[2] + std::strlen(arguments[2]), hub);
  if (hub == 0 || ::fcntl(kSocket, F_GETFD) < 0) {
    std::fputs("patchbay-worker is started by the patchbay hub, one for each connector.\n", stderr);
    return 64;
  }
  ::fcntl(kSocket, F_SETFD, FD_CLOEXEC);
  if (const auto missing = walls::raise_limits(hub); !missing.empty()) return kLostHub;
  return serve();
}
