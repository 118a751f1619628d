// A secret in the first line of a file.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "base/private_line.h"
#include "store_test_support.h"

namespace patchbay {
namespace {

class PrivateLineTest : public testing::Test {
 protected:
  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path, std::ios::trunc) << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
  Result<SecretString> read() { return read_private_line(path, "a key", "holds a key"); }
  void expect_refused(const std::string& why) {
    const auto found = read();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::kConfiguration);
    EXPECT_NE(found.error().message.find(why), std::string::npos) << found.error().message;
    EXPECT_EQ(found.error().message.find("s3cret"), std::string::npos);
  }

  const store::TestFolder folder;
  const std::string path = folder.file("secret");
};

TEST_F(PrivateLineTest, IsTheFirstLineWithoutItsBreak) {
  write("s3cret\nand more\n");
  EXPECT_EQ(read()->reveal(), "s3cret");
  write("s3cret");
  EXPECT_EQ(read()->reveal(), "s3cret");
  write("\n");
  EXPECT_EQ(read()->reveal(), "");
}

TEST_F(PrivateLineTest, MayBeSoLong) {
  const std::string longest(kLongestPrivateLine, 'x');
  write(longest + "\n");
  EXPECT_EQ(read()->size(), longest.size());
  write(longest + "x\n");
  expect_refused("holds more than a key");
}

TEST_F(PrivateLineTest, IsRefusedWhereOthersCouldReadIt) {
  for (const mode_t mode : {0640U, 0604U, 0660U}) {
    write("s3cret\n", mode);
    expect_refused("can be read by others, and holds a key. Close it: chmod 600 " + path);
  }
}

TEST_F(PrivateLineTest, SaysWhatIsMissing) {
  expect_refused("can't be read. It should hold a key in its first line");
  write("");
  expect_refused("is empty");
  ASSERT_EQ(::unlink(path.c_str()), 0);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  expect_refused("can't be read");
}

}  // namespace
}  // namespace patchbay
