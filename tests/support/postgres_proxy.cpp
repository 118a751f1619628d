#include "support/postgres_proxy.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace patchbay::testing_support {
namespace {

constexpr const char* kSocketName = "/.s.PGSQL.5432";
constexpr std::string_view kCommit("COMMIT\0", 7);

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

int new_socket() {
  const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) throw std::runtime_error("socket");
  return made;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

PostgresProxy::PostgresProxy(const std::string& listen_in, const std::string& server_folder)
    : server_path_(server_folder + kSocketName), listener_(new_socket()) {
  const auto address = address_of(listen_in + kSocketName);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 16) != 0 || ::pipe2(wake_, O_CLOEXEC) != 0)
    throw std::runtime_error("the proxy can't listen");
  thread_ = std::jthread([this] { serve(); });
}

PostgresProxy::~PostgresProxy() {
  ::close(wake_[1]);
  thread_.join();
  ::close(wake_[0]);
  ::close(listener_);
}

void PostgresProxy::cut(Cut when, bool then_refuse, int skip) {
  then_refuse_ = then_refuse;
  skip_ = skip;
  cut_ = when;
}

void PostgresProxy::serve() {
  for (;;) {
    std::array<pollfd, 2> ready{{{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}}};
    ::poll(ready.data(), ready.size(), -1);
    if (ready[1].revents != 0) return;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = new_socket();
    const auto address = address_of(server_path_);
    if (!refusing_ &&
        ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      pass_on(client, server);
    ::close(server);
    ::close(client);
  }
}

void PostgresProxy::pass_on(int client, int server) {
  std::array<char, 65'536> buffer{};
  bool hide_answer = false;
  for (;;) {
    std::array<pollfd, 3> ready{{{client, POLLIN, 0}, {server, POLLIN, 0}, {wake_[0], POLLIN, 0}}};
    ::poll(ready.data(), ready.size(), -1);
    if (ready[2].revents != 0) return;
    const bool from_client = ready[0].revents != 0;
    const auto got = ::read(from_client ? client : server, buffer.data(), buffer.size());
    if (got <= 0) return;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (from_client && bytes.find(kCommit) != std::string_view::npos && skip_-- <= 0) {
      const auto when = cut_.exchange(Cut::kNever);
      if (when != Cut::kNever) refusing_ = then_refuse_.load();
      if (when == Cut::kBeforeCommit) return;
      hide_answer = when == Cut::kAfterCommit;
    }
    if (!from_client && hide_answer) return;
    if (!send_all(from_client ? server : client, bytes)) return;
  }
}

}  // namespace patchbay::testing_support
