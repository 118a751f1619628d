#pragma once
// Collects what this process and its children write to standard error while it lives: the log.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/fd.h"
#include "temp_folder.h"

namespace patchbay::integration {

class StderrCapture {
 public:
  StderrCapture() : file_(folder_ / "stderr") {
    std::fflush(stderr);
    before_ = Fd(::dup(STDERR_FILENO));
    const Fd file(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    ::dup2(file.get(), STDERR_FILENO);
  }
  ~StderrCapture() { stop(); }
  StderrCapture(const StderrCapture&) = delete;
  StderrCapture& operator=(const StderrCapture&) = delete;

  // All that was written; what comes later goes where it went before.
  std::string stop() {
    if (before_.valid()) {
      std::fflush(stderr);
      ::dup2(before_.get(), STDERR_FILENO);
      before_.reset();
      text_ = read_bytes(file_);
    }
    return text_;
  }

 private:
  TempFolder folder_;
  std::string file_;
  Fd before_;
  std::string text_;
};

}  // namespace patchbay::integration
