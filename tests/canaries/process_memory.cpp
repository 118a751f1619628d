#include "canaries/process_memory.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace patchbay::canaries {
namespace {

std::string in_proc(pid_t process, const char* name) {
  return "/proc/" + std::to_string(process) + "/" + name;
}

bool is_stopped(pid_t process) {
  std::ifstream stat(in_proc(process, "stat"));
  std::string text;
  std::getline(stat, text);
  return text.find(") T ") != std::string::npos;
}

}  // namespace

ProcessMemory::ProcessMemory(pid_t process)
    : process_(process), memory_(::open(in_proc(process, "mem").c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!memory_.valid())
    throw std::runtime_error("the memory of " + std::to_string(process) + " can't be read");
  if (::kill(process_, SIGSTOP) != 0) throw std::runtime_error("the process can't be stopped");
  while (!is_stopped(process_)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

ProcessMemory::~ProcessMemory() {
  ::kill(process_, SIGCONT);
}

std::vector<Mapping> ProcessMemory::mappings() const {
  std::ifstream maps(in_proc(process_, "maps"));
  std::vector<Mapping> found;
  for (std::string line; std::getline(maps, line);) {
    Mapping mapping{0, 0, line};
    char readable = '-';
    if (std::sscanf(line.c_str(), "%lx-%lx %c", &mapping.begin, &mapping.end, &readable) == 3 &&
        readable == 'r' && line.find("[v") == std::string::npos)
      found.push_back(std::move(mapping));
  }
  return found;
}

std::string ProcessMemory::read(std::uintptr_t at, std::size_t size) const {
  std::string bytes(size, '\0');
  const auto got = ::pread(memory_.get(), bytes.data(), size, static_cast<off_t>(at));
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

bool ProcessMemory::may_look() {
  return ::geteuid() == 0;
}

}  // namespace patchbay::canaries
