// A host of one revision of the interface against connectors of others: built once from each
// released header and once from one that is yet to come, with larger structs (later_header.py).
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "patchbay/testing/flow_driver.h"

namespace {

using namespace patchbay::testing;

std::vector<std::string> split(const char* joined) {
  std::istringstream list(joined);
  std::vector<std::string> paths;
  for (std::string path; std::getline(list, path, ':');) paths.push_back(path);
  return paths;
}

patchbay_connector_query_fn entry_point_of(const std::string& path) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::logic_error(::dlerror());
  const auto query = reinterpret_cast<patchbay_connector_query_fn>(
      ::dlsym(library, PATCHBAY_CONNECTOR_QUERY_SYMBOL));
  if (query == nullptr) throw std::logic_error("no entry point");
  return query;
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  const auto from = info.param.rfind('/') + 1;
  auto name = info.param.substr(from, info.param.rfind('.') - from);
  std::ranges::replace(name, '.', '_');
  return name;
}

class AcrossRevisions : public testing::TestWithParam<std::string> {
 protected:
  AcrossRevisions()
      : table(entry_point_of(GetParam())(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr)) {}
  FlowRun begun(Driver& driver) const {
    return driver.connect({.secrets = {{"api_key", "s3cret-key"}}});
  }
  const patchbay_connector* table = nullptr;
};

TEST_P(AcrossRevisions, AFlowRunsToItsEnd) {
  Driver driver(table);
  FlowRun run = begun(driver);
  const Seen asked = run.start();
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_EQ(asked.requests[0].url, "https://api.toy.test/me");
  EXPECT_EQ(asked.requests[0].header("x-api-key"), "s3cret-key");
  EXPECT_EQ(run.replies({{.status = 200, .body = "{}"}}).kind, PATCHBAY_ACTION_DONE);
}

TEST_P(AcrossRevisions, AFailureIsUnderstood) {
  Driver driver(table);
  FlowRun run = begun(driver);
  run.start();
  const Seen failed = run.replies({{.status = 401, .body = "{}"}});
  EXPECT_EQ(failed.failure, PATCHBAY_FAIL_CREDENTIALS);
  EXPECT_EQ(failed.message.field, "api_key");
}

TEST_P(AcrossRevisions, WhatTheOtherDoesNotKnowIsSurvived) {
  Driver driver(table);
  FlowRun run = begun(driver);
  run.start();
  EXPECT_EQ(run.step(run.event(4711)).kind, PATCHBAY_ACTION_FAIL);
  const std::string unknown = "patchbay.never-heard-of/1";
  EXPECT_EQ(table->get_extension(driver.instance(), {unknown.data(), unknown.size()}), nullptr);
}

TEST_P(AcrossRevisions, ACancelIsAnswered) {
  Driver driver(table);
  FlowRun run = begun(driver);
  run.start();
  EXPECT_EQ(run.cancel({}).failure, PATCHBAY_FAIL_CANCELLED);
}

INSTANTIATE_TEST_SUITE_P(Connectors, AcrossRevisions, testing::ValuesIn(split(CONNECTORS)),
                         name_of);

class AcrossMajors : public testing::TestWithParam<std::string> {};

TEST_P(AcrossMajors, TheOtherIsRefusedAndTellsItsNumber) {
  std::uint32_t major = PATCHBAY_ABI_MAJOR;
  EXPECT_EQ(entry_point_of(GetParam())(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, &major), nullptr);
  EXPECT_NE(major, PATCHBAY_ABI_MAJOR);
}

INSTANTIATE_TEST_SUITE_P(Connectors, AcrossMajors,
                         testing::ValuesIn(split(CONNECTORS_OF_OTHER_MAJORS)), name_of);

}  // namespace
