#include "cli/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace patchbay::cli {
namespace {

// Switches the terminal's echo off while it lives.
class EchoOff {
 public:
  EchoOff() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    active_ = true;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~EchoOff() {
    if (!active_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cerr << "\n";
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  termios before_{};
  bool active_ = false;
};

constexpr std::size_t kMaxLine = 65'536;

// Byte by byte from the descriptor: no stream buffer keeps a copy of a secret.
Result<SecretString> read_line() {
  SecretString line;
  char c = 0;
  bool any = false;
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    any = true;
    if (c == '\n') return line;
    if (line.size() >= kMaxLine) return make_error(ErrorCode::kTooLarge, "the line is too long");
    line.append({&c, 1});
  }
  if (!any)
    return make_error(ErrorCode::kInvalidArgument,
                      "nothing to read: type the value at the terminal or pipe it in");
  return line;
}

}  // namespace

Result<std::string> ask(const std::string& question) {
  std::cerr << question << ": " << std::flush;
  PATCHBAY_TRY_ASSIGN(const auto line, read_line());
  return std::string(line.reveal());
}

Result<SecretString> ask_secret(const std::string& question) {
  std::cerr << question << ": " << std::flush;
  const EchoOff quiet;
  return read_line();
}

}  // namespace patchbay::cli
