#pragma once
// One patchbay-worker process and our end of its socket. Ends the process when it goes.
#include <sys/types.h>

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace patchbay::connector {

class WorkerProcess {
 public:
  // The child gets descriptor 3 and nothing else; its environment is empty. `name` stands in the
  // process list.
  static Result<WorkerProcess> spawn(const std::string& program, const std::string& name);
  WorkerProcess() = default;
  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&& other) noexcept;
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  ~WorkerProcess() { end(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int socket() const { return socket_.get(); }  // non-blocking

  // As the kernel sees it from outside, where the connector can't lie: no new privileges, and at
  // least two seccomp filters.
  [[nodiscard]] bool is_walled() const;

  // Kills and reaps; how it had ended before, in words: "ended by SIGSEGV", "exited with 70".
  std::string end();

 private:
  pid_t pid_ = -1;
  Fd socket_;
};

}  // namespace patchbay::connector
