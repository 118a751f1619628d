#include <gtest/gtest.h>

#include "api/client_shapes.h"

namespace patchbay::api {
namespace {

TEST(ClientShapes, LeavesObjectsListsOfThemAndNullAsTheyAre) {
  for (const char* data :
       {"null", "{}", R"({"a":[1]})", "[]", "[ ]", "[{}]", R"([{"a":[1,"]"]}, {"b":{"c":2}}])",
        R"([
             {"a":"\"[1"},
             {}
           ])"})
    EXPECT_EQ(as_object_or_objects(data), data);
}

TEST(ClientShapes, PutsAnythingElseIntoAnObject) {
  for (const char* data : {"1", "true", R"("a")", "[1]", R"([{},1])", R"([{"a":[{}]},"b"])",
                           "[[{}]]", R"([{}, [] ])", R"(["{"])", "[null]"})
    EXPECT_EQ(as_object_or_objects(data), "{\"value\":" + std::string(data) + "}");
}

}  // namespace
}  // namespace patchbay::api
