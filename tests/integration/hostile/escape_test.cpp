// Every way out that we know of (attempts.h), tried from a connector's step behind the walls:
// nothing gets out, and what was denied is reported, audited and named in the error. The same
// attempts without walls work, which shows that they would have noticed.
#include <sys/wait.h>

#include <array>
#include <ostream>
#include <set>

#include "witness.h"
#include "worker_fixture.h"

namespace hostile {
void PrintTo(const Attempt& attempt, std::ostream* out) {
  *out << attempt.name;
}
}  // namespace hostile

namespace patchbay::integration {
namespace {

using hostile::Attempt;
using hostile::Walls;

std::vector<Attempt> attempts(bool provable_only) {
  std::vector<Attempt> all;
  for (const auto list : {hostile::network_attempts(), hostile::file_attempts(),
                          hostile::process_attempts(), hostile::kernel_attempts()})
    for (const auto& attempt : list)
      if (attempt.provable || !provable_only) all.push_back(attempt);
  return all;
}

std::string name_of(const testing::TestParamInfo<Attempt>& info) {
  return std::string(info.param.name);
}

class Escape : public WorkerTest, public testing::WithParamInterface<Attempt> {
 protected:
  Escape() { ::setenv("PATCHBAY_HOSTILE_MARK", Witness::kSecret, 1); }

  std::vector<connector::NamedValue> fields(std::string_view attempt) const {
    const auto target = witness.target();
    return {{"attempt", std::string(attempt)},
            {"hub", std::to_string(target.hub)},
            {"tcp_port", std::to_string(target.tcp_port)},
            {"udp_port", std::to_string(target.udp_port)},
            {"folder", target.folder},
            {"abstract_name", target.abstract_name}};
  }

  Witness witness;
};

TEST_P(Escape, IsStoppedByTheWallsAndReported) {
  const Attempt& attempt = GetParam();
  const auto runtime = open(hostile_connector("escape"), undeterred());
  ASSERT_TRUE(wait(runtime->start()));
  const auto action = wait(call(*runtime, fields(attempt.name)));
  const std::string told = !action        ? action.error().message
                           : action->fail ? action->fail->message.fallback
                                          : "an action without a failure";
  const std::string denied(attempt.denied);
  const bool ends = attempt.walls == Walls::kEnd || attempt.walls == Walls::kKill;
  EXPECT_NE(action.has_value(), ends) << told;
  if (!action) EXPECT_EQ(action.error().code, ErrorCode::kConnector) << told;
  switch (attempt.walls) {
    case Walls::kEnd:
      EXPECT_NE(told.find("tried the system call " + denied + ","), std::string::npos) << told;
      break;
    case Walls::kAnswer:
      EXPECT_EQ(told, "errno " + std::to_string(EACCES));
      break;
    case Walls::kKill:
      // By SIGSYS; by SIGSEGV where the kernel knows no such calling convention at all.
      EXPECT_NE(told.find("crashed (ended by SIG"), std::string::npos) << told;
      break;
    case Walls::kAllow:
      EXPECT_TRUE(told.starts_with("errno ")) << told;
      break;
  }
  if (!denied.empty()) EXPECT_EQ(audit.count("connector.system_call_denied", denied), 1U) << told;
  EXPECT_EQ(audit.count("connector.failed"), ends ? 1U : 0U);
  EXPECT_EQ(told.find(Witness::kSecret), std::string::npos) << told;
  EXPECT_EQ(witness.saw(), "");
  // The next call finds a connector that works: the same one, or a new one.
  EXPECT_TRUE(wait(call(*runtime, fields("own_environment"))));
  EXPECT_EQ(runtime->health().starts, ends ? 2U : 1U);
  runtime->stop();
}

INSTANTIATE_TEST_SUITE_P(By, Escape, testing::ValuesIn(attempts(false)), name_of);

// In a child of this process, without walls: the errno, 0 when it worked.
int without_walls(const Attempt& attempt, const hostile::Target& target) {
  std::array<int, 2> answer{};
  if (::pipe(answer.data()) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    const int answer_to = ::dup2(answer[1], 100);
    ::dup2(0, 3);
    const int error = attempt.run(target).error;
    (void)!::write(answer_to, &error, sizeof error);
    ::_exit(0);
  }
  ::close(answer[1]);
  int error = -1;
  (void)!::read(answer[0], &error, sizeof error);
  ::close(answer[0]);
  ::waitpid(child, nullptr, 0);
  return error;
}

class EscapeWithoutWalls : public testing::TestWithParam<Attempt> {};

TEST_P(EscapeWithoutWalls, Works) {
  const Witness witness;
  const int error = without_walls(GetParam(), witness.target());
  if (::geteuid() != 0 && (error == EACCES || error == EPERM))
    GTEST_SKIP() << "only root may do this on this machine";
  EXPECT_EQ(error, 0) << std::strerror(error);
}

INSTANTIATE_TEST_SUITE_P(By, EscapeWithoutWalls, testing::ValuesIn(attempts(true)), name_of);

TEST(EscapeWitness, SeesWhatGetsThrough) {
  const std::pair<const char*, const char*> expected[] = {
      {"tcp_connect", "a TCP connection; "},
      {"udp_send", "a datagram; "},
      {"unix_connect", "a connection to the socket file; "},
      {"abstract_connect", "a connection to the abstract socket; "},
      {"unlink_file", "the file was changed; "},
      {"truncate_file", "the file was changed; "},
      {"chmod_file", "the file was changed; "},
      {"write_file", "a file was made; "},
      {"make_link", "a file was made; "}};
  for (const auto& [name, seen] : expected) {
    const Witness witness;
    EXPECT_EQ(without_walls(*hostile::find_attempt(name), witness.target()), 0) << name;
    EXPECT_EQ(witness.saw(), seen) << name;
  }
  const Witness witness;
  const auto read = hostile::find_attempt("read_secret")->run(witness.target());
  EXPECT_EQ(read.evidence, Witness::kSecret);
}

// ---- while it is loaded ----

struct AtLoad {
  const char* library;
  const char* denied;
  bool loads;  // it was a mere probe
};

class EscapeAtLoad : public WorkerTest, public testing::WithParamInterface<AtLoad> {};

TEST_P(EscapeAtLoad, IsStoppedByTheWallsAndReported) {
  const auto runtime = open(hostile_connector(GetParam().library));
  const auto started = wait(runtime->start());
  EXPECT_EQ(started.has_value(), GetParam().loads);
  if (!started)
    EXPECT_NE(started.error().message.find(std::string("tried the system call ") +
                                           GetParam().denied + ","),
              std::string::npos)
        << started.error().message;
  EXPECT_EQ(audit.count("connector.system_call_denied", GetParam().denied), 1U);
  runtime->stop();
}

INSTANTIATE_TEST_SUITE_P(By, EscapeAtLoad,
                         testing::Values(AtLoad{"socket_pair_in_constructor", "socketpair", false},
                                         AtLoad{"execute_in_constructor", "execve", false},
                                         AtLoad{"fork_in_constructor", "clone", false},
                                         AtLoad{"io_uring_in_constructor", "io_uring_setup", false},
                                         AtLoad{"shared_memory_in_constructor", "mmap", false},
                                         AtLoad{"read_passwords_in_constructor", "openat", true},
                                         AtLoad{"socket_pair_in_create", "socketpair", false},
                                         AtLoad{"execute_in_create", "execve", false},
                                         AtLoad{"fork_in_create", "clone", false},
                                         AtLoad{"io_uring_in_create", "io_uring_setup", false},
                                         AtLoad{"shared_memory_in_create", "mmap", false},
                                         AtLoad{"read_passwords_in_create", "openat", true}),
                         [](const auto& info) { return std::string(info.param.library); });

}  // namespace
}  // namespace patchbay::integration
