// Where keys come from, and the refusals: each says what is wrong and how to make a key.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/encoding.h"
#include "vault/key_source.h"

namespace patchbay::vault {
namespace {

namespace fs = std::filesystem;

const std::string kHexKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

struct KeySourceTest : testing::Test {
  std::string folder = make_folder();
  OsRandom random;

  ~KeySourceTest() override { fs::remove_all(folder); }

  static std::string make_folder() {
    std::string name = fs::temp_directory_path() / "patchbay-key-XXXXXX";
    return ::mkdtemp(name.data());
  }
  [[nodiscard]] std::string path(const std::string& name = "hub.key") const {
    return folder + "/" + name;
  }
  std::string write(const std::string& text, mode_t mode = 0400,
                    const std::string& name = "hub.key") const {
    std::ofstream(path(name)) << text;
    ::chmod(path(name).c_str(), mode);
    return path(name);
  }
  static void expect_refused(const KeySource& source, std::string_view because) {
    const auto key = load_key(source);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, ErrorCode::kConfiguration);
    EXPECT_NE(key.error().message.find(because), std::string::npos) << key.error().message;
    EXPECT_NE(key.error().message.find("patchbay key create"), std::string::npos)
        << key.error().message;
  }
};

TEST_F(KeySourceTest, ACreatedKeyFileLoadsAndHasTheSameId) {
  const auto id = create_key_file(path(), random);
  ASSERT_TRUE(id);
  const auto key = load_key(KeyFile{path()});
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->id(), *id);
  EXPECT_EQ(key->id().size(), 8U);
  struct stat about{};
  ASSERT_EQ(::stat(path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0400U);
}

TEST_F(KeySourceTest, AnExistingKeyFileIsNeverOverwritten) {
  write(kHexKey);
  const auto created = create_key_file(path(), random);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, ErrorCode::kConfiguration);
  EXPECT_EQ(load_key(KeyFile{path()})->id(), "630dcd29");  // SHA-256 of the bytes 00..1f
}

TEST_F(KeySourceTest, AKeyFileInAMissingFolderCannotBeCreated) {
  const auto created = create_key_file(path("none/hub.key"), random);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, ErrorCode::kConfiguration);
}

TEST_F(KeySourceTest, HexAndBothBase64FormsGiveTheSameKey) {
  const auto bytes = *hex_decode(kHexKey);
  for (const auto& text : {kHexKey, base64_encode(bytes), base64url_encode(bytes),
                           "  " + base64_encode(bytes) + "\r\n"}) {
    const auto key = KeyEncryptionKey::parse(text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ(key->reveal(), bytes);
  }
}

TEST_F(KeySourceTest, AMissingFileIsRefused) {
  expect_refused(KeyFile{path()}, "no such file");
}

TEST_F(KeySourceTest, AFileOthersCanReadIsRefused) {
  for (const mode_t mode : {0440U, 0404U, 0444U, 0640U, 0644U, 0420U, 0402U, 0700U}) {
    ::unlink(path().c_str());
    expect_refused(KeyFile{write(kHexKey, mode)}, "its mode is 0");
  }
}

TEST_F(KeySourceTest, AFileTheOwnerMayWriteIsFine) {
  EXPECT_TRUE(load_key(KeyFile{write(kHexKey, 0600)}));
}

TEST_F(KeySourceTest, AFileOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(::chown(write(kHexKey).c_str(), 65534, 65534), 0);
  expect_refused(KeyFile{path()}, "another user");
}

TEST_F(KeySourceTest, ASymbolicLinkIsRefused) {
  write(kHexKey);
  ASSERT_EQ(::symlink(path().c_str(), path("link").c_str()), 0);
  expect_refused(KeyFile{path("link")}, "symbolic link");
}

TEST_F(KeySourceTest, AFolderAndANamedPipeAreRefusedWithoutHanging) {
  expect_refused(KeyFile{folder}, "not a regular file");
  ASSERT_EQ(::mkfifo(path().c_str(), 0400), 0);
  expect_refused(KeyFile{path()}, "not a regular file");
}

TEST_F(KeySourceTest, TextThatIsNoKeyIsRefusedWithoutQuotingIt) {
  expect_refused(KeyFile{write("")}, "0 bytes");
  ::unlink(path().c_str());
  expect_refused(KeyFile{write(base64_encode("seventeen letters"))}, "17 bytes");
  ::unlink(path().c_str());
  expect_refused(KeyFile{write(kHexKey.substr(2))}, "31 bytes; a key has exactly 32");
  ::unlink(path().c_str());
  expect_refused(KeyFile{write(std::string(5000, 'A'))}, "too long");
  ::unlink(path().c_str());
  const auto key = load_key(KeyFile{write("hunter2 is no key!")});
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message.find("hunter2"), std::string::npos);
}

TEST_F(KeySourceTest, AnEnvironmentVariableIsWipedOnceItWasRead) {
  ::setenv("PATCHBAY_TEST_KEY", kHexKey.c_str(), 1);
  const char* where = ::getenv("PATCHBAY_TEST_KEY");
  const auto key = load_key(KeyVariable{"PATCHBAY_TEST_KEY"});
  ASSERT_TRUE(key);
  EXPECT_EQ(key->id(), "630dcd29");
  EXPECT_EQ(::getenv("PATCHBAY_TEST_KEY"), nullptr);
  EXPECT_EQ(*where, '\0');
  expect_refused(KeyVariable{"PATCHBAY_TEST_KEY"}, "not set");
}

TEST_F(KeySourceTest, ASystemdCredentialIsReadFromItsFolder) {
  write(kHexKey, 0440, "hub-key");  // an ACL shows as a group bit
  ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
  EXPECT_TRUE(load_key(KeyCredential{"hub-key"}));
  expect_refused(KeyCredential{"other"}, "no such file");
  expect_refused(KeyCredential{"../hub-key"}, "not a credential's name");
  ::chmod(path("hub-key").c_str(), 0444);
  expect_refused(KeyCredential{"hub-key"}, "others could read");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  expect_refused(KeyCredential{"hub-key"}, "CREDENTIALS_DIRECTORY");
}

}  // namespace
}  // namespace patchbay::vault
