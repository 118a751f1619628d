#include "patchbay/sandbox/main.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <iostream>
#include <optional>
#include <span>

#include "patchbay/sandbox/sandbox.h"

namespace patchbay::sandbox {
namespace {

struct Flags {
  std::filesystem::path state;
  std::filesystem::path ready_file;
  std::uint16_t port{0};
  bool exit_with_parent{false};
  bool help{false};
};

/// Nothing, with `error` set, when a flag is unknown, lacks its value or has a wrong one.
std::optional<Flags> parse_flags(std::span<const char* const> words, std::string& error) {
  Flags flags;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string name = words[i];
    std::optional<std::string> value;
    if (const std::size_t equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    const bool takes_value = name == "--state" || name == "--port" || name == "--ready-file";
    if (takes_value && !value && i + 1 < words.size()) value = words[++i];
    if (takes_value != value.has_value() || (takes_value && value->empty())) {
      error = name + (takes_value ? " needs a value" : " takes no value");
      return std::nullopt;
    }
    if (name == "--state") {
      flags.state = *value;
    } else if (name == "--ready-file") {
      flags.ready_file = *value;
    } else if (name == "--port") {
      const char* end = value->data() + value->size();
      const auto [stop, failed] = std::from_chars(value->data(), end, flags.port);
      if (failed != std::errc{} || stop != end) {
        error = "--port must be a number from 0 to 65535";
        return std::nullopt;
      }
    } else if (name == "--exit-with-parent") {
      flags.exit_with_parent = true;
    } else if (name == "--help" || name == "-h") {
      flags.help = true;
    } else {
      error = "unknown flag " + name;
      return std::nullopt;
    }
  }
  return flags;
}

void print_help(const ProviderInfo& info) {
  const std::string& host = info.hosts.front();
  std::cout
      << info.name << "-sandbox - stands in for " << host << " on this machine\n\n"
      << info.about << "\n\n"
      << "Flags\n"
         "  --state DIR          keeps the certificate authority and the credentials between\n"
         "                       starts (mode 0700); without it they are new at every start\n"
         "  --port N             port on 127.0.0.1; 0, the default, takes any free one\n"
         "  --ready-file PATH    written (mode 0600) when it listens: port, CA file, control\n"
         "                       URL and token, credentials to connect with, as JSON\n"
         "  --exit-with-parent   ends when the process that started it is gone\n"
         "  --help               this text\n\n"
         "Try it\n"
      << "  " << info.name << "-sandbox --state .run/" << info.name
      << " --port 8443 --ready-file ready.json &\n"
      << "  curl --cacert .run/" << info.name << "/ca.pem --resolve " << host
      << ":8443:127.0.0.1 https://" << host
      << ":8443/\n"
         "  curl --cacert .run/"
      << info.name
      << "/ca.pem -H \"X-Sandbox-Token: $(jq -r .control_token ready.json)\" \\\n"
         "       https://127.0.0.1:8443/__sandbox          # every control call\n"
         "  ... -d '{\"kind\":\"status\",\"status\":503,\"times\":2}' "
         "https://127.0.0.1:8443/__sandbox/faults\n";
}

/// Waits for SIGINT or SIGTERM, or for the parent's end.
void wait_for_the_end(const sigset_t& signals, bool with_parent, pid_t parent) {
  const timespec step{.tv_sec = 0, .tv_nsec = 200'000'000};
  while (true) {
    const int got =
        with_parent ? ::sigtimedwait(&signals, nullptr, &step) : ::sigwaitinfo(&signals, nullptr);
    if (got > 0) return;
    if (errno != EAGAIN && errno != EINTR) return;
    if (with_parent && ::getppid() != parent) return;
  }
}

}  // namespace

int run_sandbox_main(int argc, const char* const* argv, const ProviderInfo& info,
                     const ProviderFactory& factory) {
  const pid_t parent = ::getppid();
  std::string error;
  const auto flags =
      parse_flags({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)}, error);
  if (!flags) {
    std::cerr << info.name << "-sandbox: " << error << " (see --help)\n";
    return 2;
  }
  if (flags->help) {
    print_help(info);
    return 0;
  }
  // Blocked before any thread exists, so that every thread inherits it and the wait gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    std::error_code ignored;
    if (!flags->ready_file.empty()) std::filesystem::remove(flags->ready_file, ignored);
    Sandbox sandbox(info, factory, {.state_dir = flags->state, .port = flags->port});
    sandbox.start();
    if (!flags->ready_file.empty()) {
      write_private_file(flags->ready_file, json::serialize(sandbox.ready()) + "\n");
    }
    std::cout << info.name << "-sandbox listens on 127.0.0.1:" << sandbox.port() << ", CA file "
              << sandbox.ca_file() << std::endl;
    wait_for_the_end(signals, flags->exit_with_parent, parent);
    if (!flags->ready_file.empty()) std::filesystem::remove(flags->ready_file, ignored);
    sandbox.stop();
  } catch (const std::exception& failure) {
    std::cerr << info.name << "-sandbox: " << failure.what() << "\n";
    return 1;
  }
  return 0;
}

}  // namespace patchbay::sandbox
