// What a running hub tells about itself: metrics, logs, and the trace that a call belongs to. It is
// asked with curl, as an operator would.
#include <gmock/gmock.h>

#include "child_process.h"
#include "hub_fixture.h"
#include "net/trace_context.h"
#include "unit/metrics_page.h"

namespace patchbay::integration {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kPatchbay = PATCHBAY_BUILD_DIR "/bin/patchbay";
constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kParent =
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

class MetricsTest : public HubTest {
 protected:
  struct Answer {
    std::string status, body;
  };

  MetricsTest() {
    std::ofstream(folder / "sandbox.json") << sandbox::json::serialize(personio.kit().ready());
    open_hub();
    account_id = linked().id;
    close_hub();
    key = line_of({"api-keys", "create", "--name", "app"});
  }

  std::vector<std::string> with_hub(std::vector<std::string> arguments) const {
    for (const auto& more : {"--data", data.c_str(), "--key-file", key_file.c_str()})
      arguments.emplace_back(more);
    return arguments;
  }
  std::string line_of(std::vector<std::string> arguments) const {
    ChildProcess command(kPatchbay, with_hub(std::move(arguments)));
    return command.line();
  }
  // Its log goes to a file.
  void serve(std::vector<std::string> more) {
    more.insert(more.begin(),
                {"-c", "exec \"$0\" \"$@\" 2>\"" + log_file + "\"", kPatchbay, "serve", "--port",
                 "0", "--loops", "2", "--connectors", connectors, "--worker", kWorkerProgram,
                 "--approve-all", "--sandbox", folder / "sandbox.json"});
    running.emplace("/bin/sh", with_hub(std::move(more)));
    said = running->line();
    url = "http://127.0.0.1" + said.substr(std::min(said.size(), said.rfind(':')));
  }
  std::string log() const { return read_bytes(log_file); }
  // Where the log says that metrics are.
  std::string metrics_url() const {
    const std::string before = "\"event\":\"listening\",\"port\":";
    const auto text = log();
    const auto at = text.find(before);
    EXPECT_NE(at, std::string::npos) << text;
    const auto from = at + before.size();
    return "http://127.0.0.1:" + text.substr(from, text.find('}', from) - from);
  }
  Answer curl(std::vector<std::string> arguments) const {
    const std::string body = folder / "answer";
    arguments.insert(arguments.begin(),
                     {"-s", "--max-time", "30", "-o", body, "-w", "%{http_code}\n"});
    ChildProcess command("/usr/bin/curl", arguments);
    Answer out{command.line(), {}};
    command.wait();
    out.body = read_bytes(body);
    return out;
  }
  Answer call(const std::vector<std::string>& headers) const {
    std::vector<std::string> arguments{"-u", key + ":",
                                       "-H", "x-account-id: " + account_id,
                                       "-H", "Content-Type: application/json",
                                       "-d", R"({"action":"personio_list_persons"})"};
    for (const auto& header : headers) {
      arguments.emplace_back("-H");
      arguments.push_back(header);
    }
    arguments.push_back(url + "/actions/rpc");
    return curl(arguments);
  }
  // Of the last request for persons that the provider saw.
  std::string header_at_provider(const std::string& name) {
    std::string found = "no request";
    for (const auto& record : personio.kit().calls().last(50)) {
      if (record.route != kPersonsRoute) continue;
      found.clear();
      for (const auto& [had, value] : record.headers)
        if (net::iequals(had, name)) found = value;
    }
    return found;
  }

  std::string account_id;
  std::string key;
  std::string said;  // the first line that a hub printed
  std::string url;
  std::string log_file = folder / "hub.log";
  std::optional<ChildProcess> running;
};

TEST_F(MetricsTest, AScrapeShowsWhatTheHubDid) {
  serve({"--metrics-address", "127.0.0.1:0"});
  const auto called = call({});
  ASSERT_EQ(called.status, "200") << called.body;
  const auto answer = curl({metrics_url() + "/metrics"});
  ASSERT_EQ(answer.status, "200");
  const MetricsPage page(answer.body);
  EXPECT_THAT(page.problems, IsEmpty());
  EXPECT_EQ(
      page.at(R"(patchbay_http_requests_total{method="POST",route="/actions/rpc",status="2xx"})"),
      1);
  EXPECT_EQ(page.at(R"(patchbay_provider_requests_total{connector="personio",outcome="success"})"),
            1);
  EXPECT_EQ(page.at(R"(patchbay_provider_request_duration_seconds_count{connector="personio"})"),
            1);
  EXPECT_EQ(page.at(R"(patchbay_worker_starts_total{connector="personio"})"), 1);
  EXPECT_EQ(page.at(R"(patchbay_workers{connector="personio",state="running"})"), 1);
  EXPECT_EQ(page.at(R"(patchbay_accounts{connector="personio",status="active"})"), 1);
  EXPECT_GE(page.at("patchbay_audit_events_total"), 1);
  EXPECT_GT(page.at("patchbay_queues_read_timestamp_seconds"), 1.6e9);
  for (const auto& held_back :
       {account_id, key, std::string("Owner acme"), std::string("127.0.0.1")})
    EXPECT_THAT(answer.body, Not(HasSubstr(held_back)));
}

TEST_F(MetricsTest, ThereAreNoneUnlessAskedForAndNeverOnTheHubsOwnAddress) {
  serve({});
  EXPECT_THAT(log(), Not(HasSubstr("\"area\":\"metrics\"")));
  EXPECT_EQ(curl({"-u", key + ":", url + "/metrics"}).status, "404");
}

TEST_F(MetricsTest, WithAKeyOnlyWhoPresentsItSeesThem) {
  const std::string metrics_key = "0123456789abcdef0123456789abcdef";
  const std::string file = folder / "metrics-key";
  write_bytes(file, metrics_key + "\n", 0600);
  serve({"--metrics-address", "127.0.0.1:0", "--metrics-key-file", file});
  const auto at = metrics_url() + "/metrics";
  EXPECT_EQ(curl({at}).status, "401");
  EXPECT_EQ(curl({"-H", "Authorization: Bearer " + metrics_key + "0", at}).status, "401");
  EXPECT_EQ(curl({"-H", "Authorization: Bearer " + metrics_key, at}).status, "200");
  EXPECT_EQ(curl({"-H", "Host: evil.example", at}).status, "421") << "a rebound name";
  EXPECT_THAT(log(), Not(HasSubstr(metrics_key)));
}

TEST_F(MetricsTest, WhereOthersCanReachItAKeyIsNeeded) {
  const std::string open_file = folder / "open-key";
  write_bytes(open_file, "0123456789abcdef0123456789abcdef\n", 0644);
  const std::string short_file = folder / "short-key";
  write_bytes(short_file, "short\n", 0600);
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"--metrics-address", "0.0.0.0:0"},
           {"--metrics-address", "[::]:0"},
           {"--metrics-address", "127.0.0.1"},
           {"--metrics-address", "localhost:9464"},
           {"--metrics-address", "127.0.0.1:99999"},
           {"--metrics-address", "127.0.0.1:0", "--metrics-key-file", open_file},
           {"--metrics-address", "127.0.0.1:0", "--metrics-key-file", short_file},
           {"--metrics-address", "127.0.0.1:0", "--metrics-key-file", folder / "none"},
           {"--log-level", "info,nets=debug"},
           {"--log-format", "xml"}}) {
    serve(wrong);
    EXPECT_EQ(said, "") << wrong[1];
    if (said.empty()) EXPECT_NE(running->wait(), 0) << wrong[1];
  }
}

TEST_F(MetricsTest, ACallsTraceGoesToTheProviderAndIntoTheLog) {
  serve({"--log-level", "warning,http=debug"});
  ASSERT_EQ(call({kParent, "tracestate: vendor=secret"}).status, "200");
  const auto sent = header_at_provider("traceparent");
  const auto parsed = net::parse_traceparent(sent);
  ASSERT_TRUE(parsed) << sent;
  EXPECT_EQ(parsed->trace_id, kTrace);
  EXPECT_NE(parsed->parent_id, "00f067aa0ba902b7") << "a span of its own";
  EXPECT_EQ(header_at_provider("tracestate"), "");
  EXPECT_TRUE(wait_until([&] {
    return log().find("\"trace_id\":\"" + std::string(kTrace)) != std::string::npos;
  })) << log();
  EXPECT_THAT(log(), HasSubstr("\"route\":\"/actions/rpc\",\"status\":200"));
  EXPECT_THAT(log(), Not(HasSubstr("\"level\":\"info\""))) << "of other areas";
}

TEST_F(MetricsTest, AMalformedTraceBecomesANewOneAndNoneStaysNone) {
  serve({});
  ASSERT_EQ(call({"traceparent: 00-" + std::string(kTrace) + "-0000000000000000-01"}).status,
            "200");
  const auto sent = header_at_provider("traceparent");
  const auto parsed = net::parse_traceparent(sent);
  ASSERT_TRUE(parsed) << sent;
  EXPECT_NE(parsed->trace_id, kTrace);
  ASSERT_EQ(call({}).status, "200");
  EXPECT_EQ(header_at_provider("traceparent"), "");
}

TEST_F(MetricsTest, TheLogIsForPeopleWhereAskedFor) {
  serve({"--log-format", "text", "--log-level", "info"});
  EXPECT_THAT(log(), HasSubstr("Z info connector worker_started connector=\"personio\""));
  EXPECT_THAT(log(), Not(HasSubstr("{\"")));
}

}  // namespace
}  // namespace patchbay::integration
