// No secret is left in memory that a flow has freed: every free looks at what it is given back.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>

#include "only.h"
#include "patchbay/sdk/authorization_code.h"
#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/coroutine.h"
#include "patchbay/sdk/refresh_token.h"
#include "patchbay/sdk/revocation.h"
#include "patchbay/sdk/static_credentials.h"

namespace {

// Every secret of these tests holds it; long enough to live in no small buffer by chance.
constexpr std::string_view kCanary = "CANARY-5f1e0a6b93d74c28";
std::atomic<bool> watching{false};
std::atomic<int> leaks{0};

void look(void* memory) {
  if (memory == nullptr || !watching.load(std::memory_order_relaxed)) return;
  const std::size_t size = malloc_usable_size(memory);
  if (memmem(memory, size, kCanary.data(), kCanary.size()) != nullptr) ++leaks;
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  look(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  ::operator delete(memory);
}

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

// Watches the connector's frees only: what the test itself holds is freed while nobody looks.
class Watch {
 public:
  Watch() { watching = true; }
  ~Watch() { watching = false; }
};

class WatchedRun {
 public:
  WatchedRun(const patchbay_connector* table, FlowRun run) : table_(table), run_(std::move(run)) {}
  void step(const patchbay_event& event) {
    patchbay_action action{};
    action.struct_size = sizeof(action);
    const Watch watch;
    last_ = table_->step(run_.flow(), &event, &action) == PATCHBAY_OK ? action.kind : 0;
  }
  std::uint32_t start() {
    step(run_.event(PATCHBAY_EVENT_START));
    return last_;
  }
  std::uint32_t reply(const std::string& body, std::uint32_t status = 200) {
    const patchbay_reply reply = {sizeof(patchbay_reply),    0, 0, status, nullptr, 0,
                                  {body.data(), body.size()}};
    const patchbay_reply* list[] = {&reply};
    patchbay_event event = run_.event(PATCHBAY_EVENT_REPLIES);
    event.replies = list;
    event.reply_count = 1;
    step(event);
    return last_;
  }
  void release() {
    const Watch watch;
    run_.release();
  }

 private:
  const patchbay_connector* table_;
  FlowRun run_;
  std::uint32_t last_ = 0;
};

std::string canary(const char* suffix) {
  return std::string(kCanary) + suffix;
}

template <class FlowType>
WatchedRun begin(OnlyDriver<FlowType>& driver) {
  return {driver.table(), driver.connect({.fields = {{"client_id", "id"}},
                                          .secrets = {{"client_secret", canary("1")},
                                                      {"api_key", canary("2")},
                                                      {"refresh_token", canary("3")}},
                                          .setup_fields = {{"client_id", "op"}},
                                          .setup_secrets = {{"client_secret", canary("4")}},
                                          .tokens = {{.name = "access", .value = canary("5")}},
                                          .redirect_uri = "https://hub.test/"})};
}

const std::string kTokenBody = R"({"access_token":")" + canary("6") + R"(","refresh_token":")" +
                               canary("7") + R"(","more":[")" + canary("8") + R"("]})";

class Credentials : public ClientCredentialsFlow {
 public:
  explicit Credentials(Input input)
      : ClientCredentialsFlow(std::move(input), {.endpoint = {.url = "https://a.test/"}}) {}
};
class Renewal : public RefreshTokenFlow {
 public:
  explicit Renewal(Input input)
      : RefreshTokenFlow(std::move(input), {.endpoint = {.url = "https://a.test/"}}) {}
};
class Key : public StaticCredentialsFlow {
 public:
  explicit Key(Input input)
      : StaticCredentialsFlow(std::move(input), {.probe_url = "https://a.test/"}) {}
};
class Forget : public RevocationFlow {
 public:
  explicit Forget(Input input)
      : RevocationFlow(std::move(input), {.endpoint = {.url = "https://a.test/"}}) {}
};
class Written : public CoroutineFlow {
 public:
  using CoroutineFlow::CoroutineFlow;

 protected:
  Task<> run() override {
    char local[64] = {};
    input().secret("client_secret").copy(local, sizeof(local) - 1);
    const Reply reply = co_await http(get("https://a.test/").bearer(local));
    const JsonDocument document(reply.body());
    minted({.name = "t", .value = json_text(document.object(), "access_token").value_or("")});
    co_await http(post("https://a.test/").form({{"again", local}}));
    fail(Failure::protocol, "error.x", local);
  }
};

template <class FlowType>
void expect_clean(const char* what) {
  for (const int replies : {0, 1, 2}) {
    leaks = 0;
    OnlyDriver<FlowType> driver;
    WatchedRun run = begin(driver);
    EXPECT_NE(run.start(), 0U) << what;
    for (int i = 0; i < replies; ++i) run.reply(kTokenBody);
    run.release();
    EXPECT_EQ(leaks.load(), 0) << what << " after " << replies << " replies";
  }
}

TEST(Wiping, LeavesNoSecretInFreedMemory) {
  expect_clean<Credentials>("client credentials");
  expect_clean<Renewal>("refresh token");
  expect_clean<Key>("api key");
  expect_clean<Forget>("revocation");
  expect_clean<Written>("coroutine");
}

TEST(Wiping, CoversAnswersThatAreNotEvenJson) {
  leaks = 0;
  OnlyDriver<Credentials> driver;
  WatchedRun run = begin(driver);
  run.start();
  run.reply(R"({"a":{"b":")" + canary("9") + R"(","c":)");
  run.release();
  EXPECT_EQ(leaks.load(), 0);
}

// The test itself can fail: memory freed as it is gets noticed.
TEST(Wiping, WouldBeMissed) {
  leaks = 0;
  {
    const Watch watch;
    const std::string careless = canary("0");
    EXPECT_FALSE(careless.empty());
  }
  EXPECT_GE(leaks.load(), 1);
}

}  // namespace
