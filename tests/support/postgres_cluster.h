#pragma once
// A real PostgreSQL server of the tests' own: a new cluster in a temporary folder (in memory where
// there is one), reachable through a socket there and no port, run by an unprivileged user. It ends
// with this object, or with the process whatever ends that. Its files need no fsync: nothing here
// cuts the power. Throws std::runtime_error when PostgreSQL is not installed or does not start: a
// test that needs it fails.
#include <sys/types.h>

#include <string>

namespace patchbay::testing_support {

class PostgresCluster {
 public:
  // kDetached outlives the process that started it; see end_detached().
  enum class Life : bool { kWithProcess, kDetached };

  explicit PostgresCluster(Life life = Life::kWithProcess);
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string uri() const { return uri_of(folder_); }

  void start();
  // SIGKILL ends the server as a crash does; SIGINT with a checkpoint, cutting off its clients.
  void stop(int signal);

  static std::string uri_of(const std::string& folder);

 private:
  Life life_;
  std::string folder_;
  pid_t pid_ = -1;
};

// One cluster for all test programs of a CTest run: `patchbay_test_postgres start FILE` leaves the
// folder's name and the server's pid in FILE, `stop FILE` ends it.
void start_detached(const std::string& file);
void end_detached(const std::string& file);

// The server that tests share: the one named by the file in PATCHBAY_TEST_POSTGRES, else one that
// is started now and ends with this program.
const std::string& shared_postgres();

// A new, empty schema there: the address whose connections live in it.
std::string new_postgres_schema(const std::string& server = shared_postgres());

// One statement on a connection of its own; the first value of its answer, or "".
std::string ask_postgres(const std::string& uri, const std::string& sql);

}  // namespace patchbay::testing_support
