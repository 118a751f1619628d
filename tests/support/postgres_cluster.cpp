#include "support/postgres_cluster.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace patchbay::testing_support {
namespace {

namespace fs = std::filesystem;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

std::string program(const std::string& name) {
  const std::string path = std::string(PATCHBAY_POSTGRES_BIN) + "/" + name;
  if (!fs::exists(path))
    throw std::runtime_error("PostgreSQL's server is not installed (no " + path +
                             "): apt-get install postgresql, and configure again");
  return path;
}

// PostgreSQL refuses to run as root.
std::vector<std::string> as_unprivileged(std::vector<std::string> command, bool ends_with_us) {
  std::vector<std::string> all{"setpriv"};
  if (::geteuid() == 0)
    all.insert(all.end(), {"--reuid=nobody", "--regid=nogroup", "--clear-groups"});
  if (ends_with_us) all.emplace_back("--pdeathsig=QUIT");
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

// Its output goes to a file.
pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  // A terminal's Ctrl-C is for the test program alone.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const auto& argument : command) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv[0], &files, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) throw std::runtime_error("can't start " + command[0]);
  return pid;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string make_folder() {
  std::string path = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path().string();
  path += "/patchbay-postgres-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp");
  if (::geteuid() == 0) {
    const passwd* nobody = ::getpwnam("nobody");
    if (nobody == nullptr || ::chown(path.c_str(), nobody->pw_uid, nobody->pw_gid) != 0)
      throw std::runtime_error("no user to run PostgreSQL as");
  }
  return path;
}

void make_cluster(const std::string& folder) {
  const std::string log = folder + "/initdb.log";
  const pid_t pid =
      spawn(as_unprivileged(
                {program("initdb"), "--pgdata=" + folder + "/data", "--no-sync", "--auth=trust",
                 "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"},
                true),
            log);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (status != 0) throw std::runtime_error("initdb failed: " + text_of(log));
  // In the file, where ALTER SYSTEM can overrule it.
  std::ofstream(folder + "/data/postgresql.conf", std::ios::app) << "listen_addresses = ''\n";
}

std::string ask(PGconn* connection, const std::string& sql) {
  const std::unique_ptr<PGresult, ClearResult> result(PQexec(connection, sql.c_str()));
  if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) return {};
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection));
  return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> found;
  std::ifstream list("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  for (pid_t child = 0; list >> child;) found.push_back(child);
  return found;
}

}  // namespace

PostgresCluster::PostgresCluster(Life life) : life_(life), folder_(make_folder()) {
  make_cluster(folder_);
  start();
}

PostgresCluster::~PostgresCluster() {
  if (life_ == Life::kDetached) return;
  stop(SIGQUIT);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string PostgresCluster::uri_of(const std::string& folder) {
  return "postgresql:///postgres?user=postgres&host=" + folder;
}

void PostgresCluster::start() {
  const std::string log = folder_ + "/postgres.log";
  std::vector<std::string> command{program("postgres"), "-D", folder_ + "/data", "-k", folder_};
  const bool in_memory = folder_.starts_with("/dev/shm/");  // where fsync costs nothing
  for (const auto* setting :
       {in_memory ? "fsync=on" : "fsync=off", "shared_buffers=32MB", "max_connections=200",
        "max_wal_size=256MB", "jit=off", "deadlock_timeout=20ms", "autovacuum=off",
        "unix_socket_permissions=0700"})
    command.insert(command.end(), {"-c", setting});
  command = as_unprivileged(std::move(command), life_ == Life::kWithProcess);
  pid_ = spawn(command, log);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (PQping(uri().c_str()) != PQPING_OK) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("PostgreSQL does not start: " + text_of(log));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    // The children of one that was killed hold its shared memory for a moment longer.
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = spawn(command, log);
  }
}

void PostgresCluster::stop(int signal) {
  if (pid_ <= 0) return;
  if (signal == SIGKILL) {  // its children would serve on until they notice
    ::kill(pid_, SIGSTOP);  // no further ones
    for (const pid_t child : children_of(pid_)) ::kill(child, SIGKILL);
  }
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void start_detached(const std::string& file) {
  const PostgresCluster cluster(PostgresCluster::Life::kDetached);
  std::ofstream(file) << cluster.folder() << " " << cluster.pid() << "\n";
}

void end_detached(const std::string& file) {
  std::string folder;
  pid_t pid = 0;
  if (!(std::ifstream(file) >> folder >> pid)) return;
  // Its own pid file says whether it is still this server.
  if (text_of(folder + "/data/postmaster.pid").starts_with(std::to_string(pid) + "\n"))
    ::kill(pid, SIGQUIT);
  std::error_code ignored;
  while (fs::exists(folder + "/data/postmaster.pid", ignored) && ::kill(pid, 0) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  fs::remove_all(folder, ignored);
  fs::remove(file, ignored);
}

const std::string& shared_postgres() {
  static std::unique_ptr<PostgresCluster> own;
  static const std::string uri = [] {
    std::string folder;
    const char* file = std::getenv("PATCHBAY_TEST_POSTGRES");
    if (file != nullptr && std::ifstream(file) >> folder) return PostgresCluster::uri_of(folder);
    own = std::make_unique<PostgresCluster>();
    return own->uri();
  }();
  return uri;
}

std::string new_postgres_schema(const std::string& server) {
  static std::atomic<int> made{0};
  const auto name = "t" + std::to_string(::getpid()) + "_" + std::to_string(++made);
  if (server == shared_postgres()) {
    static const std::unique_ptr<PGconn, Finish> kept(PQconnectdb(server.c_str()));
    ask(kept.get(), "CREATE SCHEMA " + name);
  } else {
    ask_postgres(server, "CREATE SCHEMA " + name);
  }
  return server + "&options=-c%20search_path%3D" + name;
}

std::string ask_postgres(const std::string& uri, const std::string& sql) {
  const std::unique_ptr<PGconn, Finish> connection(PQconnectdb(uri.c_str()));
  return ask(connection.get(), sql);
}

}  // namespace patchbay::testing_support
