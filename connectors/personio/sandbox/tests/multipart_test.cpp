#include "multipart.h"

#include <gtest/gtest.h>

namespace patchbay::personio_sandbox {
namespace {

std::optional<std::vector<FormPart>> parse(std::string body, std::string type) {
  sandbox::Request request;
  request.headers.add("Content-Type", std::move(type));
  request.body = std::move(body);
  return parse_multipart(request);
}

constexpr const char* kType = "multipart/form-data; charset=utf-8; boundary=\"x-1\"";

TEST(Multipart, GivesTheFieldsAndTheFile) {
  const auto parts = parse(
      "--x-1\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA; B\r\n"
      "--x-1\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a; b.pdf\"\r\n"
      "Content-Type: application/pdf\r\n\r\n%PDF\r\n--x\r\n--x-1--\r\n",
      kType);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ(find_part(*parts, "title")->body, "A; B");
  const FormPart* file = find_part(*parts, "file");
  EXPECT_EQ(file->filename, "a; b.pdf");
  EXPECT_EQ(file->content_type, "application/pdf");
  EXPECT_EQ(file->body, "%PDF\r\n--x") << "what looks like a boundary and is none";
  EXPECT_EQ(find_part(*parts, "comment"), nullptr);
}

TEST(Multipart, RefusesWhatIsCutOffOrNameless) {
  const std::string head = "--x-1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
  EXPECT_TRUE(parse(head + "1\r\n--x-1--", kType));
  EXPECT_FALSE(parse(head + "1\r\n", kType));
  EXPECT_FALSE(parse(head, kType));
  EXPECT_FALSE(parse("--x-1\r\nContent-Type: text/plain\r\n\r\n1\r\n--x-1--", kType));
  EXPECT_FALSE(parse("", kType));
  EXPECT_FALSE(parse(head + "1\r\n--x-1--", "multipart/form-data"));
  EXPECT_FALSE(parse(head + "1\r\n--x-1--", "multipart/mixed; boundary=x-1"));
}

}  // namespace
}  // namespace patchbay::personio_sandbox
