// Files as large as the provider takes them: through the hub's API to Personio's sandbox, and back.
#include "accounts/integration_service.h"
#include "api/api.h"
#include "base/encoding.h"
#include "hub_fixture.h"
#include "net/http_server.h"
#include "patchbay/sandbox/client.h"
#include "unit/net_test_certificates.h"

namespace patchbay::integration {
namespace {

namespace js = sandbox::json;

constexpr std::size_t kMillion = 1'000'000;
constexpr std::size_t kLargest = 30 * kMillion;  // what Personio takes

class FilesTest : public HubTest {
 protected:
  FilesTest() {
    personio.set_options([](personio_sandbox::Options& options) { options.rate_limits = false; });
  }
  ~FilesTest() override {
    if (server) wait(server->stop(1s));
    if (hub) hub->stop(0ms);  // what runs on its loops uses the rest
    server.reset();
    router.reset();
    api.reset();
    close_hub();
  }

  void serve(std::size_t file_memory = std::size_t{512} << 20U) {
    open_hub();
    const auto account = linked();
    account_id = account.id;
    accounts::IntegrationWish wish;
    wish.allowed_actions =
        std::vector<std::string>{"personio_list_document_categories", "personio_upload_document",
                                 "personio_list_documents", "personio_download_document"};
    accounts::IntegrationService integrations(hub->services());
    const auto allowed =
        wait(integrations.change(hub->project_id(), account.integration_id, std::move(wish), {}));
    ASSERT_TRUE(allowed) << allowed.error().message;
    api.emplace(api::Options{.hub_url = [] { return std::string("https://hub.example"); },
                             .accounts = hub->accounts(),
                             .services = hub->services(),
                             .keeper = hub->keeper(),
                             .audit = hub->audit(),
                             .runner = {.file_memory = file_memory}});
    router.emplace();
    api->add_routes(*router);
    const auto files = ca.issue("DNS:hub.example");
    auto started = net::HttpServer::start(
        hub->loops(),
        {.tls = {files.certificate, files.key},
         .allowed_hosts = {"hub.example"},
         .admit_body =
             [this](const net::Request& head, std::optional<std::uint64_t> length) {
               return api->admit_body(head, length);
             }},
        [this](net::Request& request) { return router->dispatch(request); });
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
    auto made = wait(api::create_api_key(hub->store(), hub->clock(), hub->random(),
                                         hub->project_id(), "test", "actions"));
    ASSERT_TRUE(made) << made.error().message;
    key = made->key.reveal();
  }

  sandbox::Reply ask(const std::string& action, const js::object& input) {
    sandbox::Client client({.host = "hub.example",
                            .address = "127.0.0.1",
                            .port = server->port(),
                            .ca_file = ca.file(),
                            .timeout = 60s});
    return client.post_json("/actions/rpc", js::object{{"action", action}, {"body", input}},
                            {{"Authorization", "Bearer " + key}, {"x-account-id", account_id}});
  }
  sandbox::Reply upload(const std::string& bytes) {
    const auto categories = ask("personio_list_document_categories", {});
    EXPECT_EQ(categories.status, 200) << categories.body;
    return ask("personio_upload_document",
               {{"employee_id", std::to_string(personio.person_id(0))},
                {"category_id",
                 std::to_string(categories.json().at("data").at(0).at("id").to_number<int>())},
                {"title", "Large"},
                {"file", js::object{{"filename", "large.pdf"},
                                    {"content_type", "application/pdf"},
                                    {"data", base64_encode(bytes)}}}});
  }
  // Of the person's documents, the one that upload() made.
  std::string uploaded_id() {
    const auto documents =
        ask("personio_list_documents", {{"owner_id", std::to_string(personio.person_id(0))}});
    EXPECT_EQ(documents.status, 200) << documents.body;
    const auto listed = documents.json();
    for (const auto& document : listed.at("data").as_array())
      if (document.at("name").as_string() == "Large")
        return std::string(document.at("id").as_string());
    ADD_FAILURE() << documents.body;
    return {};
  }
  static std::string bytes_of_all_kinds(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t next = 1;
    for (char& byte : bytes)
      byte = static_cast<char>((next = next * 1664525U + 1013904223U) >> 24U);
    return bytes;
  }

  net::TestCa ca;
  std::optional<api::Api> api;
  std::optional<net::Router> router;
  std::unique_ptr<net::HttpServer> server;
  std::string account_id;
  std::string key;
};

TEST_F(FilesTest, TheLargestThatTheProviderTakesGoesUpAndComesBackUnchanged) {
  serve();
  const std::string bytes = bytes_of_all_kinds(kLargest);
  const auto sent = upload(bytes);
  ASSERT_EQ(sent.status, 200) << sent.body;
  const auto got = ask("personio_download_document", {{"document_id", uploaded_id()}});
  ASSERT_EQ(got.status, 200) << got.body.substr(0, 500);
  const auto data = got.json().at("data");
  EXPECT_EQ(data.at("size").to_number<std::size_t>(), kLargest);
  EXPECT_TRUE(base64_decode(std::string(data.at("content").as_string())) == bytes);
}

TEST_F(FilesTest, OneThatIsTooLargeForTheProviderIsRefusedInItsWords) {
  serve();
  const auto refused = upload(std::string(kLargest + 1, 'x'));
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_NE(refused.body.find("30 megabytes"), std::string::npos) << refused.body;
}

TEST_F(FilesTest, OneThatIsTooLargeForTheHubIsRefusedUnread) {
  serve();
  const auto refused = upload(std::string(36 * kMillion, 'x'));
  // Unless the connection ended before the client had sent all of it.
  if (refused.ok()) EXPECT_EQ(refused.status, 413) << refused.body;
  EXPECT_EQ(calls("POST /v1/company/documents"), 0U);
}

TEST_F(FilesTest, WithoutMemoryForItNoneIsTakenFromTheProvider) {
  serve();
  ASSERT_EQ(upload(std::string(10 * kMillion, 'x')).status, 200);
  actions::KeeperTokens tokens(hub->keeper());
  actions::ActionRunner runner(hub->services(), tokens, {.file_memory = std::size_t{1} << 20U});
  const auto refused = wait(runner.run({hub->project_id(), account_id, "personio_download_document",
                                        R"({"document_id":")" + uploaded_id() + "\"}"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, actions::reason::kFilesUnderWay) << refused.error().message;
  EXPECT_GT(refused.error().retry_after_ms, 0);
}

}  // namespace
}  // namespace patchbay::integration
