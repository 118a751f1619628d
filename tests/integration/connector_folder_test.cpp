// The connectors folder, live: files that come, go, are half there, or may not be there.
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

using connector::ConnectorPtr;
using connector::ConnectorState;

class ConnectorFolder : public HubTest {
 protected:
  ConnectorFolder() { hub = make_hub(); }

  ConnectorPtr by_file(const std::string& file) {
    for (auto& connector : hub->registry().list())
      if (connector->file == file) return connector;
    return nullptr;
  }
  // Waits for what the file becomes. A second is what a person may see; the machine may be busy.
  ConnectorPtr becomes(const std::string& file, ConnectorState state,
                       std::chrono::milliseconds within = 60s) {
    ConnectorPtr found;
    wait_until([&] { return (found = by_file(file)) != nullptr && found->state == state; }, within);
    EXPECT_NE(found, nullptr) << file << " was not noticed";
    if (found) EXPECT_EQ(found->state, state) << to_string(found->state) << ": " << found->reason;
    return found;
  }
  void expect_alive() {
    drop("personio.so", kPersonioLibrary);
    EXPECT_TRUE(becomes("personio.so", ConnectorState::kReady));
  }

  std::string library = read_bytes(kPersonioLibrary);
};

TEST_F(ConnectorFolder, AFileThatIsDroppedStandsReadyAndOneThatIsRemovedIsGone) {
  EXPECT_TRUE(hub->registry().list().empty());
  drop("personio.so", kPersonioLibrary);
  const auto found = becomes("personio.so", ConnectorState::kReady);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "personio");
  EXPECT_EQ(found->sha256.size(), 64U);
  ASSERT_TRUE(found->manifest);
  EXPECT_EQ(hub->registry().find("personio"), found);

  fs::remove(connectors + "/personio.so");
  EXPECT_TRUE(wait_until([&] { return hub->registry().find("personio") == nullptr; }));
  EXPECT_TRUE(wait_until([&] { return hub->registry().list().empty(); }));

  drop("personio.so", kPersonioLibrary);
  EXPECT_TRUE(becomes("personio.so", ConnectorState::kReady));
}

TEST_F(ConnectorFolder, WhatLiesThereAtTheStartIsReady) {
  drop("personio.so", kPersonioLibrary);
  close_hub();
  hub = make_hub();
  EXPECT_TRUE(hub->registry().find("personio"));
}

TEST_F(ConnectorFolder, AFolderThatIsNotThereIsRefusedByName) {
  close_hub();
  fs::remove_all(connectors);
  auto opened = cli::Hub::open(options());
  ASSERT_TRUE(opened);
  const auto started = (*opened)->start_connectors();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(started.error().message.find(connectors), std::string::npos);
}

TEST_F(ConnectorFolder, AFolderBelowOneThatOthersCanWriteIsRefused) {
  close_hub();
  const std::string above = folder / "above";
  fs::create_directory(above);
  ::chmod(above.c_str(), 0777);
  connectors = above + "/connectors";
  fs::create_directory(connectors);
  ::chmod(connectors.c_str(), 0755);
  auto opened = cli::Hub::open(options());
  ASSERT_TRUE(opened);
  const auto started = (*opened)->start_connectors();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("chmod go-w " + above), std::string::npos)
      << started.error().message;
}

TEST_F(ConnectorFolder, AFileLargerThanALibraryCanBeIsNotRead) {
  write_bytes(connectors + "/.large.so", library);
  fs::resize_file(connectors + "/.large.so", std::uintmax_t{100} << 20U);
  fs::rename(connectors + "/.large.so", connectors + "/large.so");
  const auto found = becomes("large.so", ConnectorState::kRefused);
  ASSERT_TRUE(found);
  EXPECT_NE(found->reason.find("larger than 64 MiB"), std::string::npos) << found->reason;
  expect_alive();
}

TEST_F(ConnectorFolder, OtherFilesAreNobodysBusiness) {
  write_bytes(connectors + "/README.md", "hello");
  write_bytes(connectors + "/.hidden.so", library);
  fs::create_directory(connectors + "/folder.so");
  expect_alive();
  EXPECT_FALSE(by_file("README.md"));
  EXPECT_FALSE(by_file(".hidden.so"));
}

TEST_F(ConnectorFolder, ALibraryCutOffAnywhereIsIncompleteAndNeverLoaded) {
  for (const auto length : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{4},
                            std::size_t{63}, std::size_t{64}, std::size_t{4096}, library.size() / 4,
                            library.size() / 2, library.size() * 3 / 4, library.size() - 1}) {
    const auto name = "cut" + std::to_string(length) + ".so";
    write_bytes(connectors + "/." + name, std::string_view(library).substr(0, length));
    fs::rename(connectors + "/." + name, connectors + "/" + name);
    const auto found = becomes(name, ConnectorState::kIncomplete);
    if (found) EXPECT_FALSE(found->runtime);
  }
  expect_alive();
}

TEST_F(ConnectorFolder, AHalfCopiedFileBecomesReadyWhenTheRestArrives) {
  const auto half = library.size() / 2;
  std::ofstream copying(connectors + "/personio.so", std::ios::binary);
  ::chmod((connectors + "/personio.so").c_str(), 0644);
  copying.write(library.data(), static_cast<std::streamsize>(half)).flush();
  EXPECT_TRUE(becomes("personio.so", ConnectorState::kIncomplete));
  copying.write(library.data() + half, static_cast<std::streamsize>(library.size() - half));
  copying.close();
  EXPECT_TRUE(becomes("personio.so", ConnectorState::kReady));
}

TEST_F(ConnectorFolder, AFileThatIsNoLibraryIsRefused) {
  write_bytes(connectors + "/text.so",
              "#!/bin/sh\necho hello, I am longer than an ELF head, and "
              "no library at all\n");
  const auto found = becomes("text.so", ConnectorState::kRefused);
  ASSERT_TRUE(found);
  EXPECT_NE(found->reason.find("not an ELF file"), std::string::npos) << found->reason;
  expect_alive();
}

TEST_F(ConnectorFolder, ALibraryWithoutAManifestIsRefused) {
  const std::string some_library = "/lib/x86_64-linux-gnu/libz.so.1";
  if (!fs::exists(some_library)) GTEST_SKIP() << "needs a library of the system";
  drop("zlib.so", some_library);
  const auto found = becomes("zlib.so", ConnectorState::kRefused);
  ASSERT_TRUE(found);
  EXPECT_NE(found->reason.find("holds no Patchbay manifest"), std::string::npos) << found->reason;
}

TEST_F(ConnectorFolder, AManifestThatWasAlteredInTheFileIsRefused) {
  auto altered = library;
  const auto at = altered.find("\"format\"");
  ASSERT_NE(at, std::string::npos);
  altered[at + 1] = 'F';
  write_bytes(connectors + "/personio.so", altered);
  const auto found = becomes("personio.so", ConnectorState::kRefused);
  ASSERT_TRUE(found);
  EXPECT_NE(found->reason.find("manifest is damaged"), std::string::npos) << found->reason;
}

TEST_F(ConnectorFolder, AFileThatOthersCanWriteIsRefusedUntilThatIsMended) {
  drop("personio.so", kPersonioLibrary, 0666);
  const auto found = becomes("personio.so", ConnectorState::kRefused);
  ASSERT_TRUE(found);
  EXPECT_NE(found->reason.find("chmod go-w"), std::string::npos) << found->reason;
  ::chmod((connectors + "/personio.so").c_str(), 0644);
  EXPECT_TRUE(becomes("personio.so", ConnectorState::kReady));
}

TEST_F(ConnectorFolder, AFileOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  write_bytes(connectors + "/.personio.so", library);
  ASSERT_EQ(::chown((connectors + "/.personio.so").c_str(), 65534, 65534), 0);
  fs::rename(connectors + "/.personio.so", connectors + "/personio.so");
  const auto found = becomes("personio.so", ConnectorState::kRefused);
  ASSERT_TRUE(found);
  EXPECT_NE(found->reason.find("another user"), std::string::npos) << found->reason;
}

TEST_F(ConnectorFolder, ASymbolicLinkIsRefused) {
  fs::create_symlink(kPersonioLibrary, connectors + "/personio.so");
  const auto found = becomes("personio.so", ConnectorState::kRefused);
  ASSERT_TRUE(found);
  EXPECT_NE(found->reason.find("symbolic link"), std::string::npos) << found->reason;
}

TEST_F(ConnectorFolder, ANamedPipeIsRefusedWithoutHanging) {
  ASSERT_EQ(::mkfifo((connectors + "/pipe.so").c_str(), 0600), 0);
  EXPECT_TRUE(becomes("pipe.so", ConnectorState::kRefused));
  expect_alive();
}

TEST_F(ConnectorFolder, AnIdIsTakenByOneFileAndFreeAgainWhenThatGoes) {
  drop("a.so", kPersonioLibrary);
  ASSERT_TRUE(becomes("a.so", ConnectorState::kReady));
  drop("b.so", kPersonioLibrary);
  const auto second = becomes("b.so", ConnectorState::kRefused);
  ASSERT_TRUE(second);
  EXPECT_NE(second->reason.find("a.so"), std::string::npos) << second->reason;
  fs::remove(connectors + "/a.so");
  EXPECT_TRUE(becomes("b.so", ConnectorState::kReady)) << "the id stays taken";
}

TEST_F(ConnectorFolder, ABrokenFileDoesNotTakeTheIdOfAGoodOne) {
  write_bytes(connectors + "/personio.so", "this is not a library, whatever its name may promise");
  ASSERT_TRUE(becomes("personio.so", ConnectorState::kRefused));
  drop("personio-2.so", kPersonioLibrary);
  EXPECT_TRUE(becomes("personio-2.so", ConnectorState::kReady));
}

TEST_F(ConnectorFolder, AFileThatIsReplacedTakesOverAndALinkUnderWayEndsWithTheOldOne) {
  drop("personio.so", kPersonioLibrary);
  const auto before = becomes("personio.so", ConnectorState::kReady);
  ASSERT_TRUE(before);
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 60s});
  auto linking = start(
      hub->accounts().link(link_request(personio.default_integration(), session_request("acme"))));
  ASSERT_TRUE(called(kPersonsRoute));
  write_bytes(connectors + "/.next", library + "x");  // another content, the same code
  fs::rename(connectors + "/.next", connectors + "/personio.so");
  ASSERT_TRUE(wait_until([&] {
    const auto now = hub->registry().find("personio");
    return now != nullptr && now != before;
  }));
  personio.kit().end_delays();
  const auto outcome = linking.get();
  EXPECT_TRUE(outcome.account) << outcome.error.message;
}

// PATCHBAY_SWAPS=200 is the long form.
TEST_F(ConnectorFolder, WhileItIsReplacedAgainAndAgainNoCallIsLost) {
  const char* const asked = std::getenv("PATCHBAY_SWAPS");
  const int swaps = asked != nullptr ? std::atoi(asked) : 20;
  const auto misfit = bad_connector("well_behaved");
  const auto bytes = read_bytes(misfit);
  drop("misfit.so", misfit);
  ASSERT_TRUE(becomes("misfit.so", ConnectorState::kReady));
  std::atomic<bool> over{false};
  std::atomic<int> done{0};
  const auto link_on_and_on = [&](const std::string& owner) {
    while (!over) {
      const auto outcome = hub->loops().block_on(
          hub->accounts().link(link_request({"id", "secret"}, session_request(owner), "misfit")));
      EXPECT_TRUE(outcome.account) << outcome.error.message;
      ++done;
    }
  };
  std::vector<std::jthread> callers;
  for (const std::string owner : {"acme", "other", "third"})
    callers.emplace_back(link_on_and_on, owner);
  for (int i = 1; i <= swaps; ++i) {
    const auto before = hub->registry().find("misfit");
    write_bytes(connectors + "/.next", bytes + std::string(static_cast<std::size_t>(i), 'x'));
    fs::rename(connectors + "/.next", connectors + "/misfit.so");
    const bool swapped = wait_until([&] {
      const auto now = hub->registry().find("misfit");
      return now != nullptr && now != before;
    });
    EXPECT_TRUE(swapped) << "number " << i;
    if (!swapped) break;
  }
  over = true;
  callers.clear();
  EXPECT_GT(done, swaps);
}

TEST_F(ConnectorFolder, AFileThatIsRemovedDuringALinkDoesNotBreakIt) {
  drop("personio.so", kPersonioLibrary);
  ASSERT_TRUE(becomes("personio.so", ConnectorState::kReady));
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 60s});
  auto linking = start(
      hub->accounts().link(link_request(personio.default_integration(), session_request("acme"))));
  ASSERT_TRUE(called(kPersonsRoute));
  fs::remove(connectors + "/personio.so");
  ASSERT_TRUE(wait_until([&] { return hub->registry().find("personio") == nullptr; }));
  personio.kit().end_delays();
  const auto outcome = linking.get();
  EXPECT_TRUE(outcome.account) << outcome.error.message;
}

}  // namespace
}  // namespace patchbay::integration
