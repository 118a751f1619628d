#pragma once
// Stands between a client and a PostgreSQL server on its Unix socket, and cuts the line at a
// commit. One thread; connections are served one after another, for a client that has one at a
// time.
#include <atomic>
#include <string>
#include <thread>

namespace patchbay::testing_support {

class PostgresProxy {
 public:
  enum class Cut : std::uint8_t {
    kNever,
    kBeforeCommit,  // the server never sees it
    kAfterCommit,   // the server has done it, and its answer is lost
  };

  // `listen_in`: a folder for the socket; `server_folder`: that of the server's.
  PostgresProxy(const std::string& listen_in, const std::string& server_folder);
  ~PostgresProxy();
  PostgresProxy(const PostgresProxy&) = delete;
  PostgresProxy& operator=(const PostgresProxy&) = delete;

  // For the next COMMIT, or as many later as `skip` says; once. `then_refuse`: nobody gets through
  // after that, until refuse(false).
  void cut(Cut when, bool then_refuse = false, int skip = 0);
  void refuse(bool everybody) { refusing_ = everybody; }

 private:
  void serve();
  void pass_on(int client, int server);

  std::string server_path_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::atomic<Cut> cut_{Cut::kNever};
  std::atomic<int> skip_{0};
  std::atomic<bool> then_refuse_{false};
  std::atomic<bool> refusing_{false};
  std::jthread thread_;
};

}  // namespace patchbay::testing_support
