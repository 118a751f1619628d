#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class ProfilePictures : public PersonioTest {
 protected:
  Reply get(std::int64_t index, const std::string& width, const std::string& token) {
    return client->get("/v1/company/employees/" + std::to_string(personio.person_id(index)) +
                           "/profile-picture/" + width,
                       bearer(token));
  }
};

TEST_F(ProfilePictures, ArePngsOfTheWidthAskedFor) {
  const std::string token = v1_token();
  int pictures = 0;
  for (std::int64_t index = 0; index < 20; ++index) {
    const Reply reply = get(index, "75", token);
    if (reply.status == 404) continue;
    ++pictures;
    EXPECT_EQ(reply.headers.find("Content-Type"), "image/png");
    ASSERT_GT(reply.body.size(), 24U);
    EXPECT_EQ(reply.body.substr(0, 8), "\x89PNG\r\n\x1a\n");
    EXPECT_EQ(reply.body[19], 75) << "the width in the first chunk";
  }
  EXPECT_GT(pictures, 10);
  EXPECT_LT(pictures, 20);
}

TEST_F(ProfilePictures, AreMissingInTheirOwnWords) {
  const std::string token = v1_token();
  for (const char* width : {"0", "x", "100000"}) {
    const Reply reply = get(0, width, token);
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.json().at("error").at("message"), "Etwas ist schiefgelaufen ...");
  }
}

TEST_F(ProfilePictures, NeedTheRightAndTheAttribute) {
  const auto rights = with_rights({{"employees", {.read = true}}}, std::set<std::string>{"email"});
  for (std::int64_t index = 0; index < 5; ++index) {
    EXPECT_EQ(get(index, "75", v1_token(rights)).status, 404);
  }
  EXPECT_EQ(get(0, "75", v1_token(with_rights({{"documents", {.read = true}}}))).status, 403);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
