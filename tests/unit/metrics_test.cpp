// What the process counts, and the page that shows it.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "metrics/connector_counters.h"
#include "metrics/exposition.h"
#include "metrics/families.h"
#include "metrics/hub_counters.h"
#include "metrics/process_figures.h"
#include "metrics/route_counters.h"
#include "metrics_page.h"

namespace patchbay::metrics {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

std::string document() {
  std::ifstream file(PATCHBAY_SOURCE_DIR "/docs/metrics.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

// With a sample in every family.
std::string full_page() {
  auto& counters = of_connector("acme");
  counters.last_refresh_ms.set(1'700'000'000'500);
  of_route("GET", "/full/{page}").answered(200, 3ms);
  Moment moment;
  moment.workers = {{"acme", "running", 1}};
  moment.connectors = {{"", "ready", 1}};
  moment.accounts = {{"acme", "active", 17}};
  moment.refreshes_due = {{"acme", "", 2, 61.5}};
  moment.revocations = {{"acme", "", 1, 5}};
  moment.deliveries = 4;
  moment.oldest_delivery_seconds = 9;
  moment.queues_read_ms = 1'700'000'000'000;
  return expose(moment);
}

TEST(MetricsTest, ThePageIsInTheTextFormat) {
  EXPECT_THAT(MetricsPage(full_page()).problems, IsEmpty());
}

TEST(MetricsTest, EveryFamilyHasSamplesWithTheLabelsItNames) {
  const MetricsPage page(full_page());
  EXPECT_EQ(page.families.size(), families().size());
  for (const Family& family : families()) {
    const auto found = page.families.find(std::string(family.name));
    ASSERT_NE(found, page.families.end()) << family.name;
    EXPECT_EQ(found->second.type, to_string(family.kind));
    EXPECT_EQ(found->second.help, family.help);
    std::set<std::string> labels;
    std::istringstream words{std::string(family.labels)};
    for (std::string word; std::getline(words >> std::ws, word, ',');) labels.insert(word);
    EXPECT_EQ(found->second.labels, labels) << family.name;
    const bool is_counter = family.kind == Kind::kCounter;
    EXPECT_EQ(family.name.ends_with("_total"), is_counter) << family.name;
  }
}

TEST(MetricsTest, ShowsWhatWasCounted) {
  auto& counters = of_connector("shown");
  counters.sent.add(Sent::kRateLimited);
  counters.sent.add(Sent::kRateLimited);
  counters.sent_time.add(20ms);
  counters.refreshes.add(Refreshed::kWillRetry);
  counters.circuits_open.add(1);
  of_route("GET", "/shown/{id}").answered(503, 200us);
  const MetricsPage page(full_page());
  EXPECT_EQ(
      page.at(R"(patchbay_provider_requests_total{connector="shown",outcome="rate_limited"})"), 2);
  EXPECT_EQ(page.at(R"(patchbay_provider_requests_total{connector="shown",outcome="success"})"), 0);
  EXPECT_EQ(page.at(R"(patchbay_refreshes_total{connector="shown",outcome="will_retry"})"), 1);
  EXPECT_EQ(page.at(R"(patchbay_provider_circuits_open{connector="shown"})"), 1);
  EXPECT_EQ(
      page.at(R"(patchbay_http_requests_total{method="GET",route="/shown/{id}",status="5xx"})"), 1);
  const std::string bucket =
      R"(patchbay_provider_request_duration_seconds_bucket{connector="shown",)";
  EXPECT_EQ(page.at(bucket + R"(le="0.01"})"), 0);
  EXPECT_EQ(page.at(bucket + R"(le="0.025"})"), 1);
  EXPECT_EQ(page.at(R"(patchbay_accounts{connector="acme",status="active"})"), 17);
  EXPECT_EQ(page.at(R"(patchbay_oldest_refresh_due_seconds{connector="acme"})"), 61.5);
  counters.circuits_open.add(-1);
}

TEST(MetricsTest, QueuesThatWereNeverReadAreLeftOut) {
  const MetricsPage page(expose({}));
  EXPECT_EQ(page.at("patchbay_queues_read_timestamp_seconds"), 0);
  EXPECT_EQ(page.at("patchbay_webhook_deliveries_waiting"), -1) << "it would say: nothing waits";
}

TEST(MetricsTest, ATimeOnABoundIsInItsBucket) {
  Times times;
  times.add(100us);
  times.add(101us);
  times.add(1h);
  EXPECT_EQ(times.in_bucket(0), 1U);
  EXPECT_EQ(times.in_bucket(1), 1U);
  EXPECT_EQ(times.in_bucket(Times::kUpToUs.size()), 1U);
  EXPECT_EQ(times.sum_us(), 3'600'000'201U);
}

TEST(MetricsTest, ThreadsThatCountAtOnceLoseNothing) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (int j = 0; j < 10'000; ++j) of_connector("threads").sent.add(Sent::kSuccess);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(of_connector("threads").sent.value(0), 40'000U);
}

TEST(MetricsTest, NoNumberOfConnectorsMakesThePageLong) {
  for (int i = 0; i < 500; ++i) of_connector("many_" + std::to_string(i)).worker_starts.add();
  of_connector(std::string(200, 'x')).worker_starts.add();
  const auto all = all_connectors();
  ASSERT_EQ(all.size(), kMostConnectors + 1);
  EXPECT_EQ(all.back().connector_id, kOtherConnectors);
  EXPECT_GT(all.back().counters->worker_starts.value(), 400U);
  EXPECT_THAT(MetricsPage(full_page()).problems, IsEmpty());
}

TEST(MetricsTest, KnowsItsOwnProcess) {
  const auto figures = read_process_figures();
  EXPECT_GT(figures.started, 1.6e9);
  EXPECT_GT(figures.resident_bytes, 1 << 20);
  EXPECT_GE(figures.threads, 1);
  EXPECT_GE(figures.open_files, 3);
  EXPECT_GE(figures.most_files, figures.open_files);
}

// One row a metric: | `name` | type | labels | what it says | what to do |.
TEST(MetricsTest, TheDocumentExplainsEveryMetricAndNoOther) {
  static const std::regex row(
      R"(\| `([a-z_]+)` \| (counter|gauge|histogram) \| ([a-z, ]*) ?\| ([^|]+) \| ([^|]+) \|)");
  const std::string text = document();
  std::map<std::string, std::string> explained;
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at)
    explained[(*at)[1]] = (*at)[2].str() + " " + (*at)[3].str();
  for (const Family& family : families()) {
    auto found = explained[std::string(family.name)];
    while (found.ends_with(' ')) found.pop_back();
    auto wanted = std::string(to_string(family.kind)) + " " + std::string(family.labels);
    while (wanted.ends_with(' ')) wanted.pop_back();
    EXPECT_EQ(found, wanted) << family.name << " in docs/metrics.md";
  }
  EXPECT_EQ(explained.size(), families().size())
      << "docs/metrics.md explains one that is not there";
}

TEST(MetricsTest, TheDocumentNamesEveryOutcome) {
  const std::string text = document();
  const auto expect_all = [&](const auto& names) {
    for (const auto name : names)
      EXPECT_NE(text.find("`" + std::string(name) + "`"), std::string::npos) << name;
  };
  expect_all(kSentNames);
  expect_all(kRefreshedNames);
  expect_all(kLinkedNames);
  expect_all(kRevokedNames);
  expect_all(kDeliveredNames);
  expect_all(kDatabaseErrorNames);
}

}  // namespace
}  // namespace patchbay::metrics
