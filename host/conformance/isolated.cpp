#include "conformance/isolated.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <set>
#include <stdexcept>

#include "base/fd.h"

namespace patchbay::conformance {
namespace {

// Shared between both processes; the child writes.
struct Shared {
  std::uint64_t begun;
  std::uint32_t number;  // of the exchange under way
  char exchange[256];
};

class SharedPage {
 public:
  SharedPage()
      : page_(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0)) {
    if (page_ == MAP_FAILED) throw std::runtime_error("no memory to share with a child process");
  }
  ~SharedPage() { ::munmap(page_, sizeof(Shared)); }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;
  Shared* operator->() { return static_cast<Shared*>(page_); }

 private:
  void* page_;
};

class ChildProgress final : public Progress {
 public:
  ChildProgress(Shared& shared, const std::set<std::uint32_t>& left_out,
                std::chrono::milliseconds limit)
      : shared_(shared), left_out_(left_out), limit_(limit) {}
  bool begins(std::uint32_t number, const std::string& exchange) override {
    if (left_out_.contains(number)) return false;
    ++shared_.begun;
    shared_.number = number;
    std::strncpy(shared_.exchange, exchange.c_str(), sizeof shared_.exchange - 1);
    ::alarm(static_cast<unsigned>(limit_.count() / 1000 + 1));
    return true;
  }

 private:
  Shared& shared_;
  const std::set<std::uint32_t>& left_out_;
  std::chrono::milliseconds limit_;
};

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto wrote = ::write(fd, text.data(), text.size());
    if (wrote <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = ::read(fd, piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(got));
  return text;
}

[[noreturn]] void be_child(const IsolatedWork& work, Shared& shared,
                           const std::set<std::uint32_t>& left_out, int out) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  std::signal(SIGALRM, SIG_DFL);
  Findings findings;
  ChildProgress progress(shared, left_out, work.call_limit);
  try {
    work.run(findings, progress);
  } catch (const std::exception& error) {
    findings.add("ABI-033", shared.exchange, std::string("An exception came out: ") + error.what());
  }
  write_all(out, to_json(findings));
  ::_exit(0);
}

// How the child ended, as a finding; false: as it should.
bool ended_badly(int status, const std::string& exchange, bool told, Findings& findings) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    findings.add("ABI-030", exchange,
                 "A call did not return within 2 s. No call may block or wait.");
  } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) {
    findings.add("ABI-033", exchange,
                 "The process was aborted: an exception, a failed assertion or a broken heap. "
                 "Nothing may leave a call but its return.");
  } else if (WIFSIGNALED(status)) {
    findings.add("ABI-033", exchange,
                 "The process was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
                     ::strsignal(WTERMSIG(status)) + ").");
  } else if (!told) {
    findings.add("ABI-031", exchange, "A call ended the process. A connector never exits.");
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::uint64_t run_isolated(const IsolatedWork& work, Findings& findings) {
  SharedPage shared;
  std::set<std::uint32_t> left_out;
  for (unsigned deaths = 0; deaths < kMostDeaths; ++deaths) {
    shared->begun = 0;
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    Fd from(pipe[0]);
    Fd to(pipe[1]);
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("no child process");
    if (child == 0) be_child(work, *shared.operator->(), left_out, to.get());
    to = Fd();
    const std::string told = read_all(from.get());
    int status = 0;
    ::waitpid(child, &status, 0);
    const std::string exchange = shared->exchange;
    if (!ended_badly(status, exchange, !told.empty(), findings)) {
      add_from_json(told, findings);
      break;
    }
    left_out.insert(shared->number);
  }
  return shared->begun + left_out.size();
}

}  // namespace patchbay::conformance
