// Events that providers send: who may, what is kept of them, and that nothing is kept twice.
#include "accounts/held_events.h"
#include "actions_test_support.h"
#include "base/hash.h"
#include "inbound/inbound_urls.h"
#include "inbound/receiver.h"
#include "net/wait_all.h"
#include "store/provider_events_table.h"
#include "store/webhook_deliveries_table.h"
#include "webhooks/deliverer.h"
#include "webhooks/webhook_endpoints.h"

namespace patchbay::inbound {
namespace {

constexpr const char* kEvent = R"({"id":"e1","type":"person.updated","payload":{"id":"7"}})";

struct ReceiverTest : testing::Test {
  test::Hub hub{"[]"};
  test::InstalledConnector connectors{hub.connector};
  accounts::Services services{hub.services->loops, hub.services->store, hub.services->vault,
                              connectors,          hub.services->clock, hub.services->random,
                              hub.services->audit, hub.services->http,  hub.services->instance};
  InboundUrls urls{services};
  Receiver receiver{services};

  NewInboundUrl make() {
    auto made = hub.loops.block_on(urls.make("prj_1", "acc_1", {}));
    if (!made) throw std::runtime_error(made.error().message);
    return *std::move(made);
  }
  static std::string token_of(const NewInboundUrl& url) {
    const auto path = url.path.reveal();
    return std::string(path.substr(path.rfind('/') + 1));
  }
  // "new", "known", or the error's code.
  std::string send(const NewInboundUrl& url, const std::string& body = kEvent) {
    return send(token_of(url), url.secret.reveal(), body);
  }
  std::string send(const std::string& token, std::string_view secret,
                   const std::string& body = kEvent, const std::string& account = "acc_1") {
    net::Headers headers;
    headers.add("Authorization", secret);
    return send(token, headers, body, account);
  }
  std::string send(const std::string& token, const net::Headers& headers, const std::string& body,
                   const std::string& account = "acc_1") {
    const SecretString text(body);
    const auto taken =
        hub.loops.block_on(receiver.receive({account, SecretString(token), headers, text}));
    if (!taken) return std::string(to_string(taken.error().code));
    return *taken ? "new" : "known";
  }
  std::vector<store::ProviderEvent> kept() {
    std::vector<store::ProviderEvent> all;
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(all, store::provider_events_table::list(db, "prj_1", "acc_1", 0, 1'000));
      return {};
    });
    return all;
  }
  std::size_t told() {
    std::size_t count = 0;
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto events, store::events_table::list_after(db, "prj_1", 0, 500));
      for (const auto& event : events) count += event.kind == store::kProviderEventKind ? 1 : 0;
      return {};
    });
    return count;
  }
};

TEST_F(ReceiverTest, KeepsAnEventSealedAndTellsOfIt) {
  EXPECT_EQ(send(make()), "new");
  ASSERT_EQ(kept().size(), 1U);
  const auto event = kept().front();
  EXPECT_EQ(event.type, "person.updated");
  EXPECT_EQ(event.sealed.find("payload"), std::string::npos);
  EXPECT_TRUE(
      hub.services->vault
          .open(event.sealed, {store::kProviderEventsTable, "prj_1", event.id, "payload", 0})
          ->equals(kEvent));
  EXPECT_EQ(told(), 1U);
}

TEST_F(ReceiverTest, KeepsTheSameEventOnce) {
  const auto url = make();
  EXPECT_EQ(send(url), "new");
  EXPECT_EQ(send(url), "known");
  EXPECT_EQ(send(url, R"({"type":"person.updated","id":"e1","meta":{"attempt":2}})"), "known")
      << "what does not identify it may differ";
  EXPECT_EQ(send(url, R"({"id":"e2","type":"person.updated"})"), "new");
  EXPECT_EQ(kept().size(), 2U);
  EXPECT_EQ(told(), 2U);
}

TEST_F(ReceiverTest, KeepsAnEventOnceThatComesTwiceAtTheSameTime) {
  const auto url = make();
  net::Headers headers{{"Authorization", url.secret.reveal()}};
  const SecretString body(kEvent);
  int fresh = 0;
  const auto one = [&]() -> Task<> {
    const auto taken =
        co_await receiver.receive({"acc_1", SecretString(token_of(url)), headers, body});
    EXPECT_TRUE(taken);
    fresh += taken && *taken ? 1 : 0;
  };
  std::vector<Task<>> both;
  both.push_back(one());
  both.push_back(one());
  hub.loops.block_on(net::wait_all(std::move(both)));
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(told(), 1U);
}

TEST_F(ReceiverTest, WhoeverDoesNotProveItselfFindsNothing) {
  const auto url = make();
  const std::string token = token_of(url);
  const std::string secret(url.secret.reveal());
  EXPECT_EQ(send(std::string(43, 'x'), secret), "not_found");
  EXPECT_EQ(send(token, secret + "x"), "not_found");
  EXPECT_EQ(send(token, ""), "not_found");
  EXPECT_EQ(send(token, net::Headers(), kEvent), "not_found");
  EXPECT_EQ(send(token, secret, kEvent, "acc_9"), "not_found");
  net::Headers twice{{"Authorization", "guess"}};
  twice.add("Authorization", secret);
  EXPECT_EQ(send(token, twice, kEvent), "not_found");
  EXPECT_EQ(send(std::string(43, 'x'), secret, "no event"), "not_found")
      << "the body is not looked at";
  EXPECT_TRUE(kept().empty());
}

TEST_F(ReceiverTest, KeepsWhatComesForASuspendedAccountAndTellsOfItLater) {
  const auto url = make();
  hub.change([](store::Database& db) {
    return store::accounts_table::suspend(db, "prj_1", "acc_1", "test", 1);
  });
  EXPECT_EQ(send(url), "new");
  EXPECT_EQ(send(url), "known");
  EXPECT_EQ(send(url, R"({"id":"e2"})"), "new");
  EXPECT_EQ(kept().size(), 2U);
  EXPECT_EQ(told(), 0U);
  const auto resume = [this] {
    hub.change([](store::Database& db) -> Result<> {
      PATCHBAY_TRY(store::accounts_table::resume(db, "prj_1", "acc_1", 2));
      PATCHBAY_TRY_ASSIGN(const auto account, store::accounts_table::find(db, "prj_1", "acc_1"));
      return accounts::tell_of_held_events(db, *account, 2);
    });
  };
  resume();
  EXPECT_EQ(told(), 2U);
  EXPECT_LT(kept()[0].event_seq, kept()[1].event_seq) << "in the order in which they came";
  resume();
  EXPECT_EQ(told(), 2U) << "once";
  EXPECT_EQ(send(url, R"({"id":"e3"})"), "new");
  EXPECT_EQ(told(), 3U);
}

TEST_F(ReceiverTest, OfTooManyThatWereHeldTheNewestAreTold) {
  const auto url = make();
  hub.change([](store::Database& db) {
    return store::accounts_table::suspend(db, "prj_1", "acc_1", "test", 1);
  });
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(send(url, R"({"id":")" + std::to_string(i) + R"("})"), "new");
  hub.change([](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto untold,
                        store::provider_events_table::take_untold(db, "acc_1", 2));
    if (untold.size() != 2) return make_error(ErrorCode::kInternal, "not two are untold");
    EXPECT_LT(untold[0].seq, untold[1].seq);
    for (const auto& event : untold)
      PATCHBAY_TRY(store::provider_events_table::set_event_seq(db, event.seq, 1));
    PATCHBAY_TRY_ASSIGN(const auto rest, store::provider_events_table::take_untold(db, "acc_1", 9));
    EXPECT_TRUE(rest.empty()) << "the others are past";
    return {};
  });
  EXPECT_EQ(kept().size(), 5U) << "and can be listed";
}

TEST_F(ReceiverTest, AUrlIsGoodForADayAfterItWasReplaced) {
  const auto before = make();
  const auto fresh = make();
  EXPECT_EQ(send(before, R"({"id":"1"})"), "new");
  EXPECT_EQ(send(fresh, R"({"id":"2"})"), "new");
  hub.clock.advance_ms(InboundUrls::kOverlapMs);
  EXPECT_EQ(send(before, R"({"id":"3"})"), "not_found");
  EXPECT_EQ(send(fresh, R"({"id":"4"})"), "new");
}

TEST_F(ReceiverTest, AWithdrawnUrlEndsAtOnceWithThoseBeforeIt) {
  const auto before = make();
  const auto fresh = make();
  hub.audit_log.failure = make_error(ErrorCode::kStorage, "full");
  EXPECT_TRUE(hub.loops.block_on(urls.withdraw("prj_1", "acc_1", {})))
      << "what takes access away does not wait for the audit log";
  EXPECT_EQ(send(before), "not_found");
  EXPECT_EQ(send(fresh), "not_found");
  EXPECT_EQ(hub.loops.block_on(urls.withdraw("prj_1", "acc_1", {})).error().code,
            ErrorCode::kNotFound);
}

TEST_F(ReceiverTest, NoUrlIsMadeThatIsNotRecorded) {
  hub.audit_log.failure = make_error(ErrorCode::kStorage, "full");
  EXPECT_FALSE(hub.loops.block_on(urls.make("prj_1", "acc_1", {})));
  hub.audit_log.failure.reset();
  make();
  EXPECT_EQ(hub.audit_log.events.back().kind, "inbound_url.made");
  EXPECT_EQ(hub.audit_log.events.back().subject, "acc_1");
  EXPECT_FALSE(hub.loops.block_on(urls.make("prj_2", "acc_1", {}))) << "another project's";
}

TEST_F(ReceiverTest, RefusesWhatIsTooLargeOrNoEvent) {
  const auto url = make();
  EXPECT_EQ(send(url, R"({"x":")" + std::string(Receiver::kMaxBody, 'x') + "\"}"), "too_large");
  for (const char* body : {"", "[]", "null", "{", R"({"a":1}{)"})
    EXPECT_EQ(send(url, body), "invalid_argument") << body;
  EXPECT_EQ(send(url, R"({"id":1,"type":{"no":"text"}})"), "new") << "its type stays empty";
  EXPECT_EQ(kept().front().type, "");
}

TEST_F(ReceiverTest, AFloodOfOneAccountIsHeldBack) {
  const auto url = make();
  int taken = 0;
  for (int i = 0; i < 300; ++i)
    taken += send(url, R"({"id":)" + std::to_string(i) + "}") == "new" ? 1 : 0;
  EXPECT_EQ(taken, static_cast<int>(Receiver::kAtOnce));
  EXPECT_EQ(send(url), "rate_limited");
  hub.clock.advance_ms(1'000);
  EXPECT_EQ(send(url), "new");
}

TEST_F(ReceiverTest, AWebhookIsSentWhatTheProviderSent) {
  webhooks::WebhookEndpoints endpoints{*hub.services};
  webhooks::EndpointWish wish;
  wish.url = "https://hooks.example.com/a";
  ASSERT_TRUE(hub.loops.block_on(endpoints.create("prj_1", std::move(wish), {})));
  EXPECT_EQ(send(make()), "new");
  hub.provider.answer(200, "");
  webhooks::Deliverer deliverer(*hub.services, {});
  ASSERT_TRUE(hub.loops.block_on(deliverer.run_due()));
  ASSERT_EQ(hub.provider.requests.size(), 1U);
  const auto message = test::parsed(hub.provider.requests.front().body.reveal());
  const auto root = message.root();
  EXPECT_EQ(root.get("event").string_or(""), "account.provider_event");
  EXPECT_EQ(root.get("account_id").string_or(""), "acc_1");
  EXPECT_EQ(root.get("provider_event").string_or(""), "person.updated");
  EXPECT_EQ(root.get("provider_event_id").string_or(""), kept().front().id);
  EXPECT_EQ(root.get("origin_owner_id").string_or(""), "owner_1");
  EXPECT_EQ(root.get("payload").pointer("/payload/id").string_or(""), "7");
}

TEST_F(ReceiverTest, WhereTheStoreFailsNothingIsSaidToBeKept) {
  const auto url = make();
  hub.change([](store::Database& db) { return db.execute("DROP TABLE webhook_deliveries"); });
  EXPECT_EQ(send(url), "storage");
  hub.change([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto rows, db.query("SELECT 1 FROM provider_events"));
    EXPECT_TRUE(rows.empty()) << "neither half of it is there";
    return {};
  });
}

}  // namespace
}  // namespace patchbay::inbound
