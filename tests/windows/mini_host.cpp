// mini_host LIBRARY RECORDING...: plays recorded flows to a connector. Exit code 0 when all of its
// actions are, byte for byte, the recorded ones; 1 when one is not; 2 when there is nothing to
// play.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>

#include "library.h"
#include "recording.h"
#include "seen_json.h"

namespace {

using namespace patchbay::windows;
using patchbay::testing::Driver;
using patchbay::testing::FlowRun;
using patchbay::testing::Seen;

std::string read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(std::string("there is no file ") + path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

FlowRun begin(Driver& driver, const Recording& recording) {
  if (recording.operation == "connect") return driver.connect(recording.input);
  if (recording.operation == "refresh") return driver.refresh(recording.input);
  if (recording.operation == "revoke") return driver.revoke(recording.input);
  throw std::runtime_error("no operation of this host: " + recording.operation);
}

Seen advance(FlowRun& run, const Recording::Step& step) {
  run.next_at(step.moment);
  if (step.event == PATCHBAY_EVENT_REPLIES) return run.replies(step.replies);
  if (step.event == PATCHBAY_EVENT_CANCEL) return run.cancel(step.replies);
  return run.step(run.event(step.event));
}

bool plays(Driver& driver, const char* path) {
  const Recording recording = read_recording(read(path));
  FlowRun run = begin(driver, recording);
  for (const Recording::Step& step : recording.steps) {
    const boost::json::value now = to_json(advance(run, step));
    if (now == step.action) continue;
    std::printf("%s differs\n  recorded: %s\n  now:      %s\n", path,
                boost::json::serialize(step.action).c_str(), boost::json::serialize(now).c_str());
    return false;
  }
  std::printf("%s as recorded: %zu steps\n", recording.operation.c_str(), recording.steps.size());
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  const std::span<char*> all(arguments, static_cast<std::size_t>(count));
  try {
    if (all.size() < 3) throw std::runtime_error("usage: mini_host LIBRARY RECORDING...");
    const Library library(all[1]);
    Driver driver(library.table());
    bool same = true;
    for (const char* path : all.subspan(2)) same = plays(driver, path) && same;
    return same ? 0 : 1;
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 2;
  }
}
