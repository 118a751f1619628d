// PostgreSQL on another machine: TLS that is verified, a password that is shown nowhere. A server
// of its own on a port of the loopback address, which takes nobody else in.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "net_test_certificates.h"
#include "net_test_sockets.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

using testing_support::ask_postgres;
using testing_support::PostgresCluster;

constexpr const char* kName = "db.patchbay.example";
constexpr const char* kPassword = "canary-Zq3x81-of-the-database";

std::uint16_t free_port() {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = net::loopback(0);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

struct PostgresTlsTest : testing::Test {
  TestFolder folder;
  net::TestCa ca;
  PostgresCluster server;
  std::uint16_t port = free_port();

  PostgresTlsTest() {
    ask_postgres(server.uri(), std::string("CREATE ROLE hub LOGIN PASSWORD '") + kPassword + "'");
    ask_postgres(server.uri(), "CREATE DATABASE hub OWNER hub");
    const auto files = ca.issue(std::string("DNS:") + kName);
    give(files.certificate, "server.crt");
    give(files.key, "server.key");
    std::ofstream(server.folder() + "/data/pg_hba.conf")
        << "hostssl hub hub 127.0.0.1/32 scram-sha-256\nlocal all postgres trust\n";
    for (const std::string setting : {"ssl = on", "listen_addresses = '127.0.0.1'"})
      ask_postgres(server.uri(), "ALTER SYSTEM SET " + setting);
    ask_postgres(server.uri(), "ALTER SYSTEM SET port = " + std::to_string(port));
    server.stop(SIGINT);
    // Its socket is named after the port, and tells when it is up.
    ::setenv("PGPORT", std::to_string(port).c_str(), 1);
    server.start();
    ::unsetenv("PGPORT");
  }

  // As the server's own user wants it.
  void give(const std::string& from, const std::string& name) const {
    const auto to = server.folder() + "/data/" + name;
    std::filesystem::copy_file(from, to);
    struct stat owner{};
    ASSERT_EQ(::stat(server.folder().c_str(), &owner), 0);
    ASSERT_EQ(::chown(to.c_str(), owner.st_uid, owner.st_gid), 0);
    ASSERT_EQ(::chmod(to.c_str(), 0600), 0);
  }
  // A file as libpq reads it: host:port:database:user:password.
  [[nodiscard]] std::string password_file(const std::string& password, mode_t mode = 0600) const {
    const auto path = folder.file("pgpass");
    std::ofstream(path) << "*:*:*:hub:" << password << "\n";
    ::chmod(path.c_str(), mode);
    return path;
  }
  [[nodiscard]] std::string address(const std::string& host, const std::string& ca_file,
                                    const std::string& password = {}) const {
    return "postgresql://hub" + (password.empty() ? "" : ":" + password) + "@" + host + ":" +
           std::to_string(port) +
           "/hub?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=" + ca_file;
  }
  static Result<std::unique_ptr<Database>> open(const std::string& uri) {
    return open_postgres({.location = StoreLocation::parse(SecretString(uri)).value()});
  }
  static void expect_refused(const std::string& uri, const std::string& reason) {
    const auto opened = open(uri);
    ASSERT_FALSE(opened) << "it opened";
    EXPECT_NE(opened.error().message.find(reason), std::string::npos) << opened.error().message;
    EXPECT_EQ(opened.error().message.find(kPassword), std::string::npos) << opened.error().message;
  }
};

TEST_F(PostgresTlsTest, WithAPasswordFileTheHubWorksOverVerifiedTls) {
  auto opened = open(address(kName, ca.file()) + "&passfile=" + password_file(kPassword));
  ASSERT_TRUE(opened) << opened.error().message;
  auto& db = **opened;
  ASSERT_TRUE(migrate(db));
  ASSERT_TRUE(projects_table::insert(db, {"prj_1", "x", 1}));
  EXPECT_EQ(projects_table::list(db)->size(), 1U);
  EXPECT_EQ(db.query("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")->at(0).text(0),
            "TLSv1.3");
}

TEST_F(PostgresTlsTest, APasswordInTheAddressOrTheEnvironmentDoesToo) {
  EXPECT_TRUE(open(address(kName, ca.file(), kPassword)));
  ::setenv("PGPASSWORD", kPassword, 1);
  EXPECT_TRUE(open(address(kName, ca.file())));
  ::unsetenv("PGPASSWORD");
}

TEST_F(PostgresTlsTest, AnImpostorIsToldFromTheServer) {
  const net::TestCa other;
  expect_refused(address(kName, other.file(), kPassword), "certificate");
  expect_refused(address("other.patchbay.example", ca.file(), kPassword), "certificate");
}

TEST_F(PostgresTlsTest, AWrongPasswordAndNoneAreNamedAndNotQuoted) {
  const auto wrong = std::string(kPassword) + "-wrong";
  expect_refused(address(kName, ca.file(), wrong), "password");
  expect_refused(address(kName, ca.file()), "password");
}

TEST_F(PostgresTlsTest, WithoutTlsTheServerIsNotTalkedTo) {
  auto uri = address(kName, ca.file(), kPassword);
  expect_refused(uri.replace(uri.find("verify-full"), 11, "disable"), "");
}

}  // namespace
}  // namespace patchbay::store
