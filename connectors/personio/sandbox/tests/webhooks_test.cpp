#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

/// Takes webhooks at https://hooks.example and answers as it was told.
class Receiver : public sandbox::Provider {
 public:
  void add_routes(sandbox::Router& router) override {
    router.add("POST", "/personio", [this](const sandbox::Request& request) {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      came_.notify_all();
      return sandbox::Response::empty(status);
    });
  }
  json::array credentials() const override { return {}; }

  /// The next request in their order; waits for it.
  sandbox::Request next() {
    std::unique_lock lock(mutex_);
    const bool came =
        came_.wait_for(lock, std::chrono::seconds(20), [&] { return taken_ < requests_.size(); });
    EXPECT_TRUE(came) << "no webhook came";
    return came ? requests_[taken_++] : sandbox::Request{};
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return requests_.size();
  }

  std::atomic<int> status{200};

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<sandbox::Request> requests_;
  std::size_t taken_{0};
};

class WebhooksTest : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    receiving.start();
    personio.set_options([&](Options& options) {
      options.rate_limits = false;
      options.webhook_ca_file = receiving.ca_file();
      options.webhook_deadline_ms = 10'000;
    });
    token = v2_token();
    url = "https://hooks.example:" + std::to_string(receiving.port()) + "/personio";
  }
  Reply call(std::string_view method, const std::string& rest, const json::value& body = {}) {
    Headers headers = bearer(token);
    if (!body.is_null()) headers.set("Content-Type", "application/json");
    return client->send(method, "/v2/webhooks" + rest, headers,
                        body.is_null() ? "" : json::serialize(body));
  }
  json::object wanted() const {
    return {{"url", url},
            {"description", "Test"},
            {"status", "ENABLED"},
            {"token", "Bearer abc"},
            {"enabled_events", json::array{"document.created", "document.deleted"}}};
  }
  std::string create(const json::object& body) {
    const Reply reply = call("POST", "", body);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return text(reply.json(), "id");
  }
  json::array list(const std::string& rest) {
    return call("GET", rest).json().at("_data").as_array();
  }
  /// Waits until that many attempts are over.
  json::array activity(const std::string& id, std::size_t count) {
    for (int look = 0; look < 20'000; ++look) {
      json::array all = list("/" + id + "/activity");
      if (all.size() >= count) return all;
    }
    ADD_FAILURE() << "fewer than " << count << " attempts";
    return {};
  }

  Receiver* receiver = nullptr;
  sandbox::Sandbox receiving{{.name = "hooks", .hosts = {"hooks.example"}, .about = {}},
                             [this](sandbox::Services) {
                               auto made = std::make_unique<Receiver>();
                               receiver = made.get();
                               return made;
                             },
                             {}};
  std::string token;
  std::string url;
};

TEST_F(WebhooksTest, AreCreatedChangedAndDeleted) {
  json::object body = wanted();
  body.erase("status");
  const std::string id = create(body);
  const Reply made = call("GET", "/" + id);
  EXPECT_EQ(text(made.json(), "status"), "DISABLED");
  EXPECT_EQ(text(made.json(), "auth_type"), "TOKEN");
  EXPECT_EQ(made.body.find("abc"), std::string::npos) << "tokens are not shown";
  EXPECT_EQ(call("POST", "", body).status, 409);
  EXPECT_EQ(call("PATCH", "/" + id, {{"status", "ENABLED"}}).status, 204);
  EXPECT_EQ(list("?status=ENABLED&enabled_events=person.created,document.created").size(), 1U);
  EXPECT_EQ(list("?enabled_events=person.created").size(), 0U);
  EXPECT_EQ(call("GET", "?status=ON").status, 400);
  EXPECT_EQ(call("DELETE", "/" + id).status, 204);
  EXPECT_EQ(call("DELETE", "/" + id).status, 404);
}

TEST_F(WebhooksTest, RefuseWhatIsNotAllowed) {
  const auto status_with = [&](const char* name, json::value value) {
    json::object body = wanted();
    body[name] = std::move(value);
    return call("POST", "", body).status;
  };
  EXPECT_EQ(status_with("url", "http://hooks.example/"), 422);
  EXPECT_EQ(status_with("enabled_events", json::array{}), 422);
  EXPECT_EQ(status_with("enabled_events", json::array{"person.sneezed"}), 422);
  EXPECT_EQ(status_with("token", "a\r\nX-Evil: 1"), 422);
  EXPECT_EQ(status_with("custom_headers", json::object{{"X-A", "1"}}), 422) << "not CUSTOM";
  EXPECT_EQ(status_with("auth_type", "BASIC"), 400);
  EXPECT_EQ(status_with("secret", "x"), 400);
  json::object custom = wanted();
  custom["auth_type"] = "CUSTOM";
  for (const char* name : {"Host", "Content-Type", "TE", "Connection-Id"}) {
    custom["custom_headers"] = json::object{{name, "1"}};
    EXPECT_EQ(call("POST", "", custom).status, 422) << name;
  }
  custom["custom_headers"] = json::object{{"A", "1"}, {"B", "2"}, {"C", "3"}, {"D", "4"}};
  EXPECT_EQ(call("POST", "", custom).status, 422);
}

TEST_F(WebhooksTest, TellWhatHappened) {
  const std::string id = create(wanted());
  std::string document;
  for (std::int64_t index = 0; document.empty(); ++index) {
    const std::string owner = std::to_string(personio.person_id(index));
    const json::array found =
        client->get("/v2/document-management/documents?owner_id=" + owner, bearer(token))
            .json()
            .at("_data")
            .as_array();
    if (!found.empty()) document = text(found[0], "id");
  }
  client->send("DELETE", "/v2/document-management/documents/" + document, bearer(token));
  const sandbox::Request got = receiver->next();
  EXPECT_EQ(got.headers.find("Authorization"), "Bearer abc");
  const json::object body = sandbox::parse_json_object(got.body).value();
  EXPECT_EQ(body.at("event_name"), "document.deleted");
  EXPECT_TRUE(body.at("company_id").is_string());
  EXPECT_EQ(body.at("payload").at("document_id"), json::string(document));
  EXPECT_EQ(activity(id, 1)[0].at("is_delivered"), true);
  EXPECT_EQ(list("/" + id + "/events?event_name=document.deleted").size(), 1U);
  EXPECT_EQ(list("/" + id + "/activity?is_delivered=false").size(), 0U);
}

TEST_F(WebhooksTest, SendCustomHeaders) {
  json::object body = wanted();
  body["auth_type"] = "CUSTOM";
  body["custom_headers"] = {{"X-Key", "k1"}, {"X-Trace", "t1"}};
  const std::string id = create(body);
  EXPECT_EQ(call("POST", "/" + id + "/ping").status, 204);
  const sandbox::Request got = receiver->next();
  EXPECT_EQ(got.headers.find("X-Key"), "k1");
  EXPECT_EQ(got.headers.find("X-Trace"), "t1");
  EXPECT_FALSE(got.headers.has("Authorization"));
}

TEST_F(WebhooksTest, AreTriedAgainForThreeDaysWithTheSandboxsClock) {
  receiver->status = 503;
  const std::string id = create(wanted());
  EXPECT_EQ(call("POST", "/" + id + "/test-event",
                 {{"event_name", "document.created"}, {"payload", {{"document_id", "1"}}}})
                .status,
            204);
  for (std::size_t attempt = 1; attempt <= 7; ++attempt) {
    EXPECT_EQ(activity(id, attempt).size(), attempt);
    receiver->next();
    receiver->next();
    advance(41 * 3600);
    token = v2_token();
  }
  call("POST", "/" + id + "/ping");
  activity(id, 8);
  EXPECT_EQ(receiver->count(), 14U + 2) << "fourteen at most, and those of the ping";
}

TEST_F(WebhooksTest, AreNotTriedAgainAfterARefusal) {
  for (const int status : {302, 404, 501}) {
    receiver->status = status;
    json::object body = wanted();
    body["url"] = url + "?" + std::to_string(status);
    const std::string id = create(body);
    call("POST", "/" + id + "/ping");
    const json::value only = activity(id, 1)[0];
    EXPECT_EQ(only.at("response_status"), status);
    EXPECT_EQ(only.at("is_delivered"), false);
  }
  advance(3600);
  EXPECT_EQ(receiver->count(), 3U);
}

TEST_F(WebhooksTest, SilenceAndUnverifiedReceiversCountAsNoAnswer) {
  personio.set_options([](Options& options) { options.webhook_ca_file = ""; });
  const std::string id = create(wanted());
  call("POST", "/" + id + "/ping");
  EXPECT_EQ(activity(id, 1)[0].at("response_status"), 0);
  EXPECT_EQ(receiver->count(), 0U);
  personio.set_options([&](Options& options) {
    options.webhook_ca_file = receiving.ca_file();
    options.webhook_deadline_ms = 100;
  });
  receiving.inject({.kind = sandbox::FaultKind::delay,
                    .route = "POST /personio",
                    .times = 2,
                    .delay = std::chrono::seconds(1)});
  call("POST", "/" + id + "/ping");
  EXPECT_EQ(activity(id, 2)[0].at("response_status"), 0);
}

TEST_F(WebhooksTest, EventsAreRedelivered) {
  receiver->status = 404;
  const std::string id = create(wanted());
  call("POST", "/" + id + "/ping");
  const std::string event = text(activity(id, 1)[0].at("event"), "id");
  receiver->next();
  receiver->status = 200;
  const Reply again = call("POST", "/" + id + "/redelivery", {{"event_ids", json::array{event}}});
  EXPECT_EQ(again.status, 201) << again.body;
  receiver->next();
  activity(id, 2);
  EXPECT_EQ(list("/" + id + "/activity?is_delivered=true&redelivery_id=" + text(again.json(), "id"))
                .size(),
            1U);
  EXPECT_EQ(call("POST", "/" + id + "/redelivery", {{"since", "x"}}).status, 400);
  advance(31LL * 86'400);
  token = v2_token();
  EXPECT_EQ(list("/" + id + "/events").size(), 0U) << "thirty days are remembered";
}

TEST_F(WebhooksTest, NeedTheirRights) {
  const std::string id = create(wanted());
  token = v2_token(with_rights({{"webhooks", {.read = true}}}));
  EXPECT_EQ(call("POST", "", wanted()).status, 403);
  for (const char* action : {"/ping", "/test-event", "/redelivery"}) {
    EXPECT_EQ(call("POST", "/" + id + action, json::object{}).status, 403) << action;
  }
  EXPECT_EQ(call("DELETE", "/" + id).status, 403);
  token = v2_token(with_rights({{"webhooks", {.write = true}}}));
  for (const char* rest : {"", "/activity", "/events"}) {
    EXPECT_EQ(call("GET", "/" + id + rest).status, 403) << rest;
  }
}

}  // namespace
}  // namespace patchbay::personio_sandbox
