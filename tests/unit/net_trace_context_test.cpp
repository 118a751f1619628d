#include <gtest/gtest.h>

#include "net/trace_context.h"

namespace patchbay::net {
namespace {

constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContextTest, ReadsWhatTheRecommendationGivesAsAnExample) {
  const auto parsed = parse_traceparent(kParent);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->trace_id, kTrace);
  EXPECT_EQ(parsed->parent_id, "00f067aa0ba902b7");
  EXPECT_TRUE(parsed->sampled);
  EXPECT_FALSE(
      parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")->sampled);
  EXPECT_TRUE(
      parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff")->sampled);
}

TEST(TraceContextTest, OfALaterVersionReadsWhatItKnows) {
  EXPECT_TRUE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  EXPECT_TRUE(
      parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future"));
  EXPECT_FALSE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what"));
}

TEST(TraceContextTest, RefusesWhatIsMalformed) {
  for (const char* wrong : {
           "",
           "00",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",  // no version
           "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",  // upper case
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",  // no trace
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",  // no parent
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",   // short
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",  // 00 has no more
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-012",
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
           " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
       })
    EXPECT_FALSE(parse_traceparent(wrong)) << wrong;
}

TEST(TraceContextTest, KeepsAGoodHeaderAndMakesABadOneANewTrace) {
  Headers good{{"traceparent", kParent}};
  tidy_traceparent(good);
  EXPECT_EQ(good.get("traceparent"), kParent);
  EXPECT_EQ(trace_id_of(good), kTrace);

  for (const auto& bad : {Headers{{"traceparent", "whatever"}},
                          Headers{{"traceparent", kParent}, {"traceparent", kParent}}}) {
    Headers headers = bad;
    tidy_traceparent(headers);
    EXPECT_EQ(headers.count("traceparent"), 1U);
    ASSERT_TRUE(parse_traceparent(*headers.get("traceparent")));
    EXPECT_NE(trace_id_of(headers), kTrace);
  }

  Headers none;
  tidy_traceparent(none);
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(trace_id_of(none), "");
}

TEST(TraceContextTest, AChildHasTheTraceAndASpanOfItsOwn) {
  const auto first = child_traceparent(kParent);
  const auto second = child_traceparent(kParent);
  const auto parsed = parse_traceparent(first);
  ASSERT_TRUE(parsed) << first;
  EXPECT_EQ(parsed->trace_id, kTrace);
  EXPECT_TRUE(parsed->sampled);
  EXPECT_NE(parsed->parent_id, parse_traceparent(kParent)->parent_id);
  EXPECT_NE(parsed->parent_id, parse_traceparent(second)->parent_id);
  EXPECT_FALSE(parse_traceparent(
                   child_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02"))
                   ->sampled);
  EXPECT_EQ(child_traceparent(""), "");
  EXPECT_EQ(child_traceparent("whatever"), "");
}

}  // namespace
}  // namespace patchbay::net
