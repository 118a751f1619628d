#include <gtest/gtest.h>

#include <string>

#include "base/iso_time.h"
#include "base/json.h"
#include "base/json_text.h"

namespace patchbay::json {
namespace {

std::string by_writer(std::string_view text) {
  Writer writer;
  writer.string(text);
  return writer.take();
}

TEST(JsonText, IsWhatTheWriterWrites) {
  std::string every_ascii;
  for (int c = 0; c < 128; ++c) every_ascii += static_cast<char>(c);
  for (const std::string& text :
       {std::string(), every_ascii, std::string("plain"), std::string("ä€😀"),
        std::string("\"\\\""), std::string("not UTF-8: \xff\xc3.")}) {
    std::string out = "before ";
    append_text(out, text);
    EXPECT_EQ(out, "before " + by_writer(text));
  }
}

TEST(JsonText, KnowsItsSizeBeforehand) {
  std::string every_ascii;
  for (int c = 0; c < 128; ++c) every_ascii += static_cast<char>(c);
  EXPECT_EQ(text_size(every_ascii), by_writer(every_ascii).size());
  EXPECT_EQ(text_size(""), 2U);
}

TEST(JsonText, WritesObjectsAsTheWriterDoes) {
  Writer writer;
  writer.begin_object()
      .member("text", "a\"b")
      .member("number", std::int64_t{-9'223'372'036'854'775'807})
      .member("time", iso_time(1'750'000'000'123))
      .key("nothing")
      .null()
      .end_object();
  std::string out;
  ObjectText(out)
      .member("text", "a\"b")
      .member("number", std::int64_t{-9'223'372'036'854'775'807})
      .time("time", 1'750'000'000'123)
      .null("nothing")
      .end();
  EXPECT_EQ(out, writer.take());
  std::string empty;
  ObjectText(empty).end();
  EXPECT_EQ(empty, "{}");
}

}  // namespace
}  // namespace patchbay::json
